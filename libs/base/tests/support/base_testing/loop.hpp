// A loop on a thread of its own, and ways to await from a test's body. Every wait has a limit that is never reached when all
// is well.
#pragma once
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <cstdlib>
#include <future>
#include <thread>

namespace base_testing {

inline constexpr std::chrono::seconds limit{30};

class loop {
public:
    ~loop() {
        work_.reset();
        thread_.join();
    }
    boost::asio::io_context& context() { return io_; }

    // Starts `make()`'s coroutine on the loop; what it gives is in the future.
    template <class Make>
    auto start(Make make) {
        return boost::asio::co_spawn(io_, std::move(make), boost::asio::use_future);
    }
    template <class Make>
    auto wait(Make make) {
        auto done = start(std::move(make));
        if (done.wait_for(limit) != std::future_status::ready) {
            ADD_FAILURE() << "nothing came within the limit";
            std::abort();
        }
        return done.get();
    }

private:
    boost::asio::io_context io_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
    std::thread thread_{[this] { io_.run(); }};
};

// Until it is true; false when it did not come about within the limit.
template <class Condition>
bool eventually(Condition condition) {
    for (const auto until = std::chrono::steady_clock::now() + limit; std::chrono::steady_clock::now() < until;) {
        if (condition()) return true;
        std::this_thread::sleep_for(std::chrono::microseconds{200});  // between two looks, never instead of one
    }
    return false;
}

}  // namespace base_testing
