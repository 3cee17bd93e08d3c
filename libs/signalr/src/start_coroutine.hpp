// Starts a coroutine here and now: it runs on this thread to its first suspension before start() returns, and ends where it ends.
// co_spawn would dispatch first and post its completion afterwards, which costs every call about two microseconds and a turn of the
// loop. The machinery is Asio's own, used as co_spawn of Boost 1.81 does it.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/version.hpp>

static_assert(BOOST_VERSION == 108100, "look at co_spawn of this version again");

namespace signalr {

// The return type of a coroutine that start() takes. It must not let an exception out.
using startable =
    boost::asio::awaitable<boost::asio::detail::awaitable_thread_entry_point, boost::asio::any_io_executor>;

// `on` is what the coroutine resumes on; the caller runs in it. What it awaits is cancelled through `cancel`, whose signal outlives it.
inline void start(startable body, const boost::asio::any_io_executor& on, boost::asio::cancellation_slot cancel) {
    boost::asio::detail::awaitable_thread<boost::asio::any_io_executor>{std::move(body), on, cancel,
                                                                        boost::asio::cancellation_state{cancel}}
        .launch();
}

}  // namespace signalr
