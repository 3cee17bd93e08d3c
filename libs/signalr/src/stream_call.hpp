// A stream to the client: takes items from a generator as long as the transport has room for them.
#pragma once
#include <boost/asio/cancellation_signal.hpp>
#include <memory>
#include <string>

#include "call.hpp"
#include "start_coroutine.hpp"

namespace signalr {

// Belongs to its connection, which outlives it; work that its generator awaits keeps both alive.
class stream_call final : public call, public detail::generator_host, public std::enable_shared_from_this<stream_call> {
public:
    stream_call(hub_connection& owner, const hub_method& method, std::string_view invocation_id);
    ~stream_call() override { close_uploads(); }

    const std::string& invocation_id() const noexcept { return own_id_; }
    void open(const incoming& message);  // may be over when it returns
    void pump();                         // there may be room
    // What it awaits is cancelled, or it is resumed once more; then it is over. Not from within it.
    void cancel();

    boost::asio::any_io_executor executor() const override;
    bool await(boost::asio::awaitable<void> work) override;

private:
    using signal = std::shared_ptr<boost::asio::cancellation_signal>;
    static startable run(std::shared_ptr<stream_call> self, std::shared_ptr<hub_connection> owner,
                         boost::asio::awaitable<void> work, signal cancel);
    bool step();
    bool give_item();
    void finish(std::exception_ptr trouble);
    void pump_later();

    const std::string own_id_;
    std::unique_ptr<detail::item_source> items_;
    signal cancel_;  // of what is awaited
    bool pumping_ = false;
    bool beginning_ = false;  // the awaited work is in its first step
    bool cancelled_ = false;
    bool over_ = false;
};

}  // namespace signalr
