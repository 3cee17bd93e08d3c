// A gate that methods wait at until the test opens it.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <vector>

namespace signalr::testing {

class gate {
public:
    boost::asio::awaitable<void> pass() {
        namespace asio = boost::asio;
        asio::steady_timer never{co_await asio::this_coro::executor, asio::steady_timer::time_point::max()};
        waiting_.push_back(&never);
        boost::system::error_code ec;
        co_await never.async_wait(asio::redirect_error(asio::use_awaitable, ec));
        std::erase(waiting_, &never);
        ++passed_;
    }
    std::size_t waiting() const { return waiting_.size(); }
    std::size_t passed() const { return passed_; }
    void open() {
        for (auto* timer : std::vector{waiting_}) timer->cancel();
    }
    void open_last() { waiting_.back()->cancel(); }

private:
    std::vector<boost::asio::steady_timer*> waiting_;
    std::size_t passed_ = 0;
};

}  // namespace signalr::testing
