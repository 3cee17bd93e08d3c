// One running method or hook, as it sees its caller. Keeps its connection alive while it runs.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/json/array.hpp>
#include <exception>
#include <functional>
#include <memory>
#include <string>

#include "hub_connection.hpp"

namespace signalr {

class call final : public caller_context, public std::enable_shared_from_this<call> {
public:
    call(std::shared_ptr<hub_connection> owner, const hub_method& what, std::string_view invocation_id,
         boost::json::array arguments)
        : owner_{std::move(owner)}, method_{&what}, id_{invocation_id}, arguments_{std::move(arguments)} {}
    explicit call(std::shared_ptr<hub_connection> owner) : owner_{std::move(owner)} {}

    std::string_view connection_id() const noexcept override { return owner_->id().text(); }
    const std::optional<std::string>& user() const noexcept override { return owner_->user(); }
    const base::log_scope& log() const noexcept override { return owner_->log(); }
    void abort() override { owner_->abort_by_hub(); }

    const std::string& invocation_id() const noexcept { return id_; }

    // Both may finish before they return.
    void run_method();
    using hook = std::function<boost::asio::awaitable<void>(caller_context&)>;
    void run_hook(const hook& what, std::function<void(std::exception_ptr)> done);

    // What the method awaits is cancelled; in a later turn, since this may be called from within it.
    void cancel();

private:
    boost::asio::awaitable<void> work();
    void report(std::exception_ptr trouble) const;

    std::shared_ptr<hub_connection> owner_;
    const hub_method* method_ = nullptr;
    std::string id_;
    boost::json::array arguments_;
    boost::asio::cancellation_signal cancel_;
    bool done_ = false;
};

// What stands behind an error text: " HubException: msg" always, other exceptions only with detailed errors.
std::string describe(std::exception_ptr trouble, bool detailed);

}  // namespace signalr
