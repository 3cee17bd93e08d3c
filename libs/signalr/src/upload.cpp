#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include "signalr/errors.hpp"
#include "signalr/stream.hpp"

namespace signalr::detail {

namespace asio = boost::asio;

void throw_cancelled() { throw boost::system::system_error{asio::error::operation_aborted}; }

// A timer that never runs out: what waits on it is woken, or cancelled with the call it belongs to.
class upload_port::sleeper {
public:
    explicit sleeper(const asio::any_io_executor& on) : never_{on, asio::steady_timer::time_point::max()} {}
    asio::awaitable<void> sleep() {
        boost::system::error_code woken;
        co_await never_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
    void wake() { never_.cancel(); }

private:
    asio::steady_timer never_;
};

void upload_port::open(std::size_t room, std::function<void()> on_room) {
    room_ = room;
    on_room_ = std::move(on_room);
}

void upload_port::take(value_reader& item) {
    if (ended_) return;
    if (!read(item)) return end(std::make_exception_ptr(hub_exception{"Failed to bind Stream message."}));
    wake();
}

void upload_port::end(std::exception_ptr why) {
    if (std::exchange(ended_, true)) return;
    why_ = std::move(why);
    wake();
}

void upload_port::wake() {
    if (asleep_) asleep_->wake();
}

void upload_port::taken() {
    if (waiting() == room_ && on_room_) on_room_();
}

asio::awaitable<bool> upload_port::ready() {
    while (waiting() == 0 && !ended_) {
        sleeper here{co_await asio::this_coro::executor};
        asleep_ = &here;
        struct up {
            sleeper*& asleep;
            ~up() { asleep = nullptr; }
        } const up_again{asleep_};
        co_await here.sleep();
        if ((co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none)
            throw_cancelled();
    }
    if (waiting() == 0 && why_) std::rethrow_exception(why_);
    co_return waiting() > 0;
}

}  // namespace signalr::detail
