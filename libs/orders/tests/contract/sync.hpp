// Runs one port call to its end; for tests. All calls share one loop with a thread of its own, since adapters complete
// from their threads and may still be busy with an executor when the caller has its answer: it must outlive them.
#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <future>
#include <thread>

#include "base/result.hpp"

namespace orders::test {

class shared_loop {
public:
    ~shared_loop() {
        open_.reset();
        thread_.join();
    }
    static boost::asio::io_context& get() {
        static shared_loop one;
        return one.loop_;
    }

private:
    boost::asio::io_context loop_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> open_ =
        boost::asio::make_work_guard(loop_);
    std::thread thread_{[this] { loop_.run(); }};
};

template <class T>
base::result<T> sync(base::task<T> call) {
    std::promise<base::result<T>> answer;
    boost::asio::co_spawn(shared_loop::get(), std::move(call), [&](std::exception_ptr bug, base::result<T> r) {
        bug ? answer.set_exception(bug) : answer.set_value(std::move(r));
    });
    return answer.get_future().get();
}

}  // namespace orders::test
