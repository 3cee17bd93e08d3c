// A method or hook that is a coroutine: it runs from where it is started, and keeps its connection alive.
#pragma once
#include <boost/asio/cancellation_signal.hpp>
#include <boost/intrusive/list_hook.hpp>
#include <exception>
#include <functional>
#include <memory>
#include <string>

#include "call.hpp"
#include "start_coroutine.hpp"

namespace signalr {

class running_call final
    : public call,
      public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>,
      public std::enable_shared_from_this<running_call> {
public:
    running_call(std::shared_ptr<hub_connection> owner, const hub_method* method, std::string_view invocation_id);
    ~running_call() override;
    // Recycled memory.
    static std::shared_ptr<running_call> make(std::shared_ptr<hub_connection> owner, const hub_method* method,
                                              std::string_view invocation_id);

    // Both may have ended when they return. `takes_slot`: of those that maximum_parallel_invocations counts.
    void run_method(const incoming& message, bool takes_slot);
    using hook = std::function<boost::asio::awaitable<void>(caller_context&)>;
    // The hook (it may be null) and the filters around it.
    void run_hook(const hook& what, bool connecting, std::function<void(std::exception_ptr)> done);

    bool is_method() const noexcept { return method_ != nullptr; }
    void give_slot_back();
    // What it awaits is cancelled. Not from within it.
    void cancel();

private:
    void before_asking() override;
    static startable work(std::shared_ptr<running_call> self);
    static startable work_hook(std::shared_ptr<running_call> self, const hook& what, bool connecting,
                               std::function<void(std::exception_ptr)> done);

    const std::shared_ptr<hub_connection> keep_;
    const std::string own_id_;
    boost::asio::cancellation_signal cancel_;
    bool has_slot_ = false;
    bool connecting_ = false;  // the connect hook
    bool done_ = false;
};

}  // namespace signalr
