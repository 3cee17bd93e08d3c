// Runs one port call to its end on a loop of its own; for tests.
#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>

#include "base/result.hpp"

namespace orders::test {

template <class T>
base::result<T> sync(base::task<T> call) {
    boost::asio::io_context loop{1};
    auto open = boost::asio::make_work_guard(loop);  // the call may complete from another thread
    std::optional<base::result<T>> out;
    boost::asio::co_spawn(loop, std::move(call), [&](std::exception_ptr bug, base::result<T> r) {
        open.reset();
        if (bug) std::rethrow_exception(bug);
        out.emplace(std::move(r));
    });
    loop.run();
    return std::move(out).value();
}

}  // namespace orders::test
