// An HTTP server on connections without sockets, and what its tests ask it.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "fake_connection.hpp"
#include "test_handler.hpp"

namespace net::testing {

inline const std::string get_a = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

struct server_fixture {
    fake_loop loop;
    std::shared_ptr<test_handler> handler = std::make_shared<test_handler>();
    std::shared_ptr<http::server_stats> stats = std::make_shared<http::server_stats>();
    http::server_limits limits;

    std::shared_ptr<fake_connection> connect(connection_limits wire = {}) {
        return fake_connection::make(loop, http::make_server_protocol(handler, limits, stats, loop), wire);
    }
};

inline std::size_t count(std::string_view text, std::string_view what) {
    std::size_t n = 0;
    for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1)) ++n;
    return n;
}

// A handler that waits until the test lets it go on.
struct gate {
    explicit gate(fake_loop& on) : timer{on.context(), std::chrono::steady_clock::time_point::max()} {}
    boost::asio::steady_timer timer;
    boost::asio::awaitable<void> wait() {
        boost::system::error_code ignored;
        co_await timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
    }
    void open(fake_loop& on) {
        timer.cancel();
        on.run();
    }
};

}  // namespace net::testing
