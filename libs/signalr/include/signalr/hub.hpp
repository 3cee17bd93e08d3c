// A hub: methods that clients call, and how to reach clients. Usable without anything of the shop.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/id_source.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "net/http/server.hpp"
#include "net/loop.hpp"
#include "signalr/clients.hpp"
#include "signalr/values.hpp"

namespace signalr {

// Its message reaches the client (the role of .NET's HubException); whatever else a method throws is hidden.
class hub_exception : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
    virtual const char* type_name() const noexcept { return "HubException"; }  // stands before the message
};

// An argument is not of the type that the method wants: the call fails as if it had never been bound.
class binding_error : public std::runtime_error {
public:
    binding_error() : std::runtime_error{"argument of a wrong type"} {}
};

// With detailed errors on, clients read this type name and the message; otherwise neither.
class described_error : public std::runtime_error {
public:
    described_error(std::string type_name, const std::string& message)
        : std::runtime_error{message}, type_name_{std::move(type_name)} {}
    const std::string& type_name() const noexcept { return type_name_; }

private:
    std::string type_name_;
};

// Every limit of the server, with the official defaults (specification §5).
struct hub_options {
    std::chrono::milliseconds keep_alive_interval{15'000};
    std::chrono::milliseconds client_timeout{30'000};  // counts from the client's first ping
    std::chrono::milliseconds handshake_timeout{15'000};
    std::chrono::milliseconds disconnect_timeout{15'000};  // a negotiated id that nobody uses
    std::chrono::milliseconds close_timeout{5'000};
    std::chrono::milliseconds shutdown_wait{5'000};
    std::chrono::milliseconds first_message_deadline{60'000};  // a peer that never pings nor calls; 0 = none
    std::size_t maximum_receive_message_size = 32 * 1024;      // bytes of one hub message with its framing
    std::size_t maximum_parallel_invocations = 1;              // per connection, at least 1
    std::size_t broadcast_backlog = 1024 * 1024;               // unsent bytes; above: closed with allowReconnect
    std::size_t maximum_frame =
        16 * 1024 * 1024;                  // of a WebSocket; it may hold many hub messages and is never kept whole
    std::size_t max_negotiated = 10'000;   // ids waiting for their first use; above: 503
    std::size_t loop_mailbox = 1'000'000;  // messages on their way to one loop; above: lost, and who lost one is closed
    protocol_choice protocols;  // those that clients may choose, JSON alone unless said
    bool enable_detailed_errors = false;
    bool close_on_authentication_expiration = true;
    bool require_user = false;          // no user id: the connection is accepted, told Close, and closed
    const base::clock* time = nullptr;  // wall clock of expiry; null: the system's
    base::id_source* ids = nullptr;     // connection ids and tokens; null: the system's
};

struct principal {
    std::optional<std::string> user;  // user id; none: anonymous
    std::optional<std::chrono::system_clock::time_point> expires;
};

// Decides who a request is. A response: refused with it (401, 403).
using authenticator = std::function<std::variant<principal, net::http::response>(const net::http::request&)>;

// The caller of a method; good while the method runs.
class caller_context {
public:
    virtual ~caller_context() = default;
    virtual std::string_view connection_id() const noexcept = 0;
    virtual const std::optional<std::string>& user() const noexcept = 0;
    virtual const base::log_scope& log() const noexcept = 0;
    virtual void abort() = 0;  // tells the client Close and ends the connection; on the method's thread
};

// Arguments already checked for count; the method's answer as JSON text ("null" for void). Runs on the
// connection's loop. When the connection ends, what the method awaits is cancelled (terminal).
using raw_method =
    std::function<boost::asio::awaitable<std::string>(caller_context&, const boost::json::array& arguments)>;

// Runs when a connection is open, before its first call; what it throws ends the connection.
using connect_hook = std::function<boost::asio::awaitable<void>(caller_context&)>;
// Runs once for every connection whose connect hook succeeded.
using disconnect_hook = std::function<boost::asio::awaitable<void>(caller_context&)>;

struct hub_stats {
    std::int64_t connections = 0, users = 0;
    std::uint64_t serializations = 0, messages_out = 0, slow_closed = 0;
};

// One hub at one path. Make it, register methods and hooks, then mount it on an HTTP server by
// handles()/handle().
class hub {
public:
    virtual ~hub() = default;
    // Targets are matched without ASCII letter case; `arity` arguments exactly. Before the first connection
    // only.
    virtual void on(std::string name, std::size_t arity, raw_method method) = 0;
    virtual void on_connected(connect_hook hook) = 0;
    virtual void on_disconnected(disconnect_hook hook) = 0;
    virtual hub_clients& clients() noexcept = 0;
    virtual hub_groups& groups() noexcept = 0;

    // The hub's HTTP face: `path`, `path/negotiate`. CORS and Origin checks are the caller's.
    virtual bool handles(std::string_view path) const noexcept = 0;
    virtual net::http::response handle(net::http::request& r) = 0;  // on the connection's loop; never blocks

    virtual hub_stats stats() const = 0;
    // No new connections (503); Close{allowReconnect:true} and WebSocket close 1001 to all; done when all are
    // gone or shutdown_wait is over.
    virtual boost::asio::awaitable<void> shut_down() = 0;
};

// `loops`: those that the HTTP server runs on; they must outlive the hub's connections.
std::unique_ptr<hub> make_hub(std::string path, hub_options options, authenticator who, net::loops& loops,
                              base::log_scope log, base::metrics* m = nullptr);

}  // namespace signalr
