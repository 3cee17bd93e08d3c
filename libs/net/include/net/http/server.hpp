// The server side of HTTP/1.1 as a protocol without sockets: keep-alive, pipelining (answers in order), chunked both
// ways, Expect, upgrade. Strict where smuggling begins; every limit is a field here.
#pragma once
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "base/metrics.hpp"
#include "net/http/message.hpp"
#include "net/loop.hpp"

namespace net::http {

struct server_limits {
    std::size_t target = 8 * 1024;                      // 414
    std::size_t header = 16 * 1024;                     // 431: request line and fields
    std::size_t header_count = 100;                     // 431
    std::size_t body = 64 * 1024;                       // 413
    std::size_t chunk_extension = 256;                  // 400: bytes of chunk extensions and trailers in a message
    std::chrono::milliseconds header_timeout{10'000};   // 408, from a request's first byte
    std::chrono::milliseconds idle_timeout{75'000};     // between requests: closed silently
    std::size_t body_rate_floor = 500;                  // bytes/s after a grace of 5 s: 408
    std::chrono::milliseconds handler_timeout{60'000};  // 503 when a handler has not answered; 0 = none

    bool operator==(const server_limits&) const = default;
};

// What answers requests. One object serves all loops: it must be safe to call from each.
class handler {
public:
    virtual ~handler() = default;
    // An answer that is at hand (cached, refused, static): no coroutine is made. nullopt: ask handle().
    virtual std::optional<response> answer_now(request& r) {
        (void)r;
        return std::nullopt;
    }
    // Runs on the connection's loop. An exception that escapes becomes a bare 500.
    virtual boost::asio::awaitable<response> handle(request r) = 0;
    // The request was refused (400, 408, 413, 414, 417, 431, 501, 505; 503: handler_timeout): the body of the answer. The
    // connection is closed after it. `r` holds what was readable.
    virtual response refuse(unsigned status, std::string_view why, const request& r) = 0;
};

// In hand, so that a drain can wait for them.
struct server_stats {
    std::atomic<std::int64_t> in_flight{0};
    std::atomic<std::uint64_t> requests{0};
    // Every answer says `Connection: close` from now on, and idle connections end within two seconds.
    std::atomic<bool> draining{false};
};

std::unique_ptr<protocol> make_server_protocol(std::shared_ptr<handler> h, const server_limits& limits,
                                               std::shared_ptr<server_stats> stats, loop& on);

}  // namespace net::http
