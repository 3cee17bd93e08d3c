// Lets one coroutine sleep until somebody calls or a time has passed. wake() is for any thread and cheap while the
// sleeper is awake; wait() is for one coroutine on the waker's executor, which runs one thing at a time.
#pragma once
#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <memory>

namespace messaging::embedded {

class waker : public std::enable_shared_from_this<waker> {
public:
    explicit waker(const boost::asio::any_io_executor& ex) : timer_{ex} {}

    void wake() {
        called_ = true;
        if (waiting_.exchange(false))
            boost::asio::post(timer_.get_executor(), [self = shared_from_this()] { self->timer_.cancel(); });
    }

    // May also return for no reason; the caller looks again.
    boost::asio::awaitable<void> wait(std::chrono::microseconds most) {
        timer_.expires_after(most);
        waiting_ = true;
        if (!called_) co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
        waiting_ = false;
        called_ = false;
    }

private:
    boost::asio::steady_timer timer_;
    std::atomic<bool> called_{false}, waiting_{false};
};

}  // namespace messaging::embedded
