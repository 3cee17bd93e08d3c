// The shop's way of serving HTTP: a router over net::http, problem details (RFC 9457), CORS, correlation and trace headers,
// callers, known proxies, rate limit, access log and metrics in one place.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/call_context.hpp"
#include "base/id_source.hpp"
#include "base/metrics.hpp"
#include "base/result.hpp"
#include "net/http/server.hpp"
#include "platform/auth.hpp"

namespace platform {

// One request on its way, as endpoints see it.
struct exchange {
    net::http::request request;
    base::call_context context{};         // deadline, trace, log scope with CorrelationId, UserId, TraceId
    identity caller{};                    // of routes that need one
    std::vector<std::string> captures{};  // decoded {segments} of the route, in order
    std::string correlation{};            // what X-Correlation-Id will say; an endpoint may set it. Empty: a fresh one
    std::string client_address{};         // behind known proxies: the client's
};

using endpoint = std::function<boost::asio::awaitable<net::http::response>(exchange&)>;
// For answers at hand: no coroutine, the exchange is on the stack.
using quick_endpoint = std::function<net::http::response(exchange&)>;

// loopback_or_allowed: the peer itself is on loopback or in web_options::metrics_allow_from, and nothing was forwarded;
// for everybody else the route is not there (404).
enum class access : unsigned char { open, user, loopback_or_allowed /* /metrics */ };

struct problem {
    unsigned status = 500;
    std::string detail{};                                                    // empty: a standard sentence
    std::string title{};                                                     // empty: the standard phrase
    std::vector<std::pair<std::string, std::vector<std::string>>> errors{};  // member → texts
    std::vector<std::pair<std::string, std::string>> members{};              // more members, values as JSON text
    std::vector<std::pair<std::string, std::string>> headers{};
};
net::http::response to_response(const problem& p, const exchange& e);

struct web_options {
    std::vector<std::string> cors_origins{};
    std::vector<std::string> known_proxies{};  // addresses or CIDR
    std::vector<std::string> metrics_allow_from{};
    double rate_per_user = 0;  // requests per second; 0: off. Burst of one second's worth, at least 1
    bool access_log = false;
    std::chrono::milliseconds request_deadline{30'000};
    std::string server_name = "contoso";  // metrics label
};

// Routes are added before serving starts; then it is only read. Handles: 404, 405 with Allow, HEAD for GET, OPTIONS, CORS,
// 401/403 problems with WWW-Authenticate, X-Correlation-Id, traceparent, 429, exceptions → 500 problem. Every path below
// /api/ needs a token, before it is even said whether it exists. Safe from every loop.
class web : public net::http::handler {
public:
    // `pattern`: /api/orders/{id}; a literal segment beats a capture. `verbs` by name.
    virtual void on(net::http::method verb, std::string pattern, access who, endpoint run) = 0;
    virtual void on_quick(net::http::method verb, std::string pattern, access who, quick_endpoint run) = 0;
    // Whatever no route took, before the 404: hub mounts, static files. Return nullopt to pass on. Runs on the loop.
    // In the order in which they were added. `caller` is empty: who needs a token verifies it (hubs take it elsewhere).
    virtual void on_other(std::function<std::optional<net::http::response>(exchange&)> f) = 0;
    // While on: POSTs to `refused_paths` answer 503 + Retry-After + Connection: close. Safe from any thread.
    virtual void lame_duck(bool on, std::vector<std::string> refused_paths) = 0;
};
// `verifier` null: every route that needs a user answers 401. What is passed by reference must outlive the web.
// Throws std::invalid_argument for an address block that is none.
std::shared_ptr<web> make_web(web_options options, token_verifier* verifier, const base::clock& time,
                              base::id_source& ids, base::log_scope log, base::metrics& m);

// Is the request's Origin allowed: exactly one of the list, or same origin as its Host. Without an Origin it is: no browser.
bool origin_allowed(const net::http::request& r, const std::vector<std::string>& allowed);

// A folder served with ETag, If-None-Match, pre-compressed siblings (.br, .gz), content types, and, for paths without a dot that no
// file matches, index.html (SPA fallback). Loaded into memory at start. Security headers and cache policy: hashed names immutable.
// Safe from any thread.
class static_files {
public:
    virtual ~static_files() = default;
    // GET and HEAD of a file (or the page); nullopt for everything else.
    virtual std::optional<net::http::response> serve(const net::http::request& r) const = 0;
};
// `prefix`: "" or "/docs". `unavailable` when the directory can't be read or holds more than 64 MiB.
base::result<std::unique_ptr<static_files>> load_static_files(std::string directory, std::string prefix,
                                                              bool spa_fallback);

}  // namespace platform
