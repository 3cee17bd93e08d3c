// A hub: methods that clients call, and how to reach clients. Usable without anything of the shop.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
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
#include "signalr/backplane.hpp"
#include "signalr/bind.hpp"
#include "signalr/caller.hpp"
#include "signalr/clients.hpp"
#include "signalr/errors.hpp"
#include "signalr/stream.hpp"
#include "signalr/values.hpp"

namespace signalr {

// Which ways of connecting a hub offers.
struct offered_transports {
    bool websockets = true, server_sent_events = true, long_polling = true;
};

// Every limit of the server, with the official defaults (specification §5).
struct hub_options {
    std::chrono::milliseconds keep_alive_interval{15'000};
    std::chrono::milliseconds client_timeout{30'000};  // counts from the client's first ping
    std::chrono::milliseconds handshake_timeout{15'000};
    std::chrono::milliseconds disconnect_timeout{15'000};  // a negotiated id that nobody uses, a client between polls
    std::chrono::milliseconds poll_timeout{90'000};        // a long poll without news is answered empty
    // A poll's answer that does not leave ends its connection; WebSockets and Server-Sent Events have
    // net::connection_limits::write_stall for that.
    std::chrono::milliseconds transport_send_timeout{10'000};
    std::chrono::milliseconds close_timeout{5'000};
    std::chrono::milliseconds shutdown_wait{5'000};            // for all connections together
    std::chrono::milliseconds shutdown_grace{3'000};           // of it, for the methods that run
    std::chrono::milliseconds first_message_deadline{60'000};  // a peer that never pings nor calls; 0 = none
    std::size_t maximum_receive_message_size = 32 * 1024;      // bytes of one hub message with its framing
    std::size_t maximum_parallel_invocations = 1;              // per connection, at least 1
    std::size_t stream_buffer_capacity = 10;      // items of an upload that wait; above: nothing more is read
    std::size_t maximum_streams = 100;            // per connection, either way; above: the call fails
    std::size_t broadcast_backlog = 1024 * 1024;  // unsent bytes; above: closed with allowReconnect
    std::size_t maximum_frame =
        16 * 1024 * 1024;                 // of a WebSocket; it may hold many hub messages and is never kept whole
    std::size_t max_negotiated = 10'000;  // ids waiting for their first use; above: 503
    int minimum_negotiate_version = 0;
    // Clients that ask for it may lose their WebSocket and go on with another within disconnect_timeout; nothing is lost then.
    bool allow_stateful_reconnects = false;
    std::size_t stateful_buffer_size = 100'000;  // bytes that the client has not acknowledged; above for 5 s: closed
    offered_transports transports;
    // Bytes for a client that waits for its next poll; above, streams and answers wait until half of it has left (the other
    // transports have net::connection_limits::outbox_high for that). 0 = no limit.
    std::size_t transport_max_buffer_size = 64 * 1024;
    // Bytes from POSTs that the hub has not taken; above, POSTs wait for their answer until half of it is taken. 0 = no limit.
    std::size_t application_max_buffer_size = 64 * 1024;
    std::size_t max_waiting_posts = 64;  // of one connection; above: 503
    std::size_t max_early_bytes =
        8 * 1024 * 1024;                   // of all POSTs that come before their connection's first GET; above: 503
    std::size_t loop_mailbox = 1'000'000;  // messages on their way to one loop; above: lost, and who lost one is closed
    std::chrono::milliseconds client_result_timeout{30'000};  // an asked client's, unless the question says another
    std::chrono::milliseconds passed_on_question_limit{
        300'000};                                         // another server's to a client here; then it may be given up
    std::chrono::milliseconds group_ack_timeout{30'000};  // a group change on another server
    std::size_t max_open_questions = 100'000;             // to clients, and likewise group changes; above: refused
    protocol_choice protocols;                            // those that clients may choose, JSON alone unless said
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

// Arguments already checked for count; the method's answer as JSON text ("null" for void). Runs on the
// connection's loop. When the connection ends, what the method awaits is cancelled (terminal).
using raw_method =
    std::function<boost::asio::awaitable<std::string>(caller_context&, const boost::json::array& arguments)>;

// Runs when a connection is open, before its first call; what it throws ends the connection.
using connect_hook = std::function<boost::asio::awaitable<void>(caller_context&)>;
// Runs once for every connection whose connect hook succeeded.
using disconnect_hook = std::function<boost::asio::awaitable<void>(caller_context&)>;

// Stands around everything that runs for a client. Loop threads, several at once; must not block.
class hub_filter {
public:
    virtual ~hub_filter() = default;
    // Before the connect hook: what it throws ends the connection, as what the hook throws does.
    virtual void connecting(caller_context&) {}
    virtual void disconnected(caller_context&) {}  // after the disconnect hook
    // A method was bound. What is thrown here (unauthorized_error, hub_exception …) stands for what the method would have thrown.
    virtual void before(caller_context& by, std::string_view method) { (void)by, (void)method; }
    // It has ended, for the `before` that did not throw. `outcome`: what it threw, null if it did not; may be changed.
    virtual void after(caller_context& by, std::string_view method, std::exception_ptr& outcome) {
        (void)by, (void)method, (void)outcome;
    }
};

// Member functions of one object as methods of a hub: hub.with(status).on("RegisterOrder", &order_status_hub::register_order)
template <class Pointer>
class methods_of;

namespace detail {
std::unique_ptr<method_body> bind_raw(std::size_t arity, raw_method method);
}

// Of this server alone.
struct hub_stats {
    std::int64_t connections = 0, users = 0, groups = 0, open_questions = 0;
    std::uint64_t serializations = 0, messages_out = 0, slow_closed = 0;
    std::optional<backplane_state> backplane;  // none: there is none
    std::uint64_t kept_local = 0;              // messages that could not be published: heard on this server alone
    std::uint64_t foreign_protocol = 0;        // came without a form that all their clients here can read
    std::uint64_t malformed_payloads = 0;      // came from other servers and meant nothing
};

// Who is connected to this server, with how many connections.
struct hub_census {
    struct entry {
        std::string name;
        std::size_t connections = 0;
    };
    std::vector<entry> users, groups;
};

// One hub at one path. Make it, register methods and hooks, then mount it on an HTTP server by
// handles()/handle().
class hub {
public:
    virtual ~hub() = default;
    // A function, or an object with one const operator(), as a method; see bind.hpp for what it may take and return. Targets are
    // matched without ASCII letter case, the count of arguments exactly. Before the first connection only.
    template <class F>
    void on(std::string name, F method) {
        add(std::move(name), detail::bind(std::move(method)));
    }
    void on(std::string name, std::size_t arity, raw_method method) {
        add(std::move(name), detail::bind_raw(arity, std::move(method)));
    }
    // `at` is shared by all calls; a reference must outlive the hub's connections.
    template <class C>
    methods_of<std::shared_ptr<C>> with(std::shared_ptr<C> at) {
        return {*this, std::move(at)};
    }
    template <class C>
    methods_of<C*> with(C& at) {
        return {*this, &at};
    }
    // The first one added is the outermost. Before the first connection only.
    virtual void add_filter(std::shared_ptr<hub_filter> filter) = 0;
    virtual void on_connected(connect_hook hook) = 0;
    virtual void on_disconnected(disconnect_hook hook) = 0;
    virtual hub_clients& clients() noexcept = 0;
    virtual hub_groups& groups() noexcept = 0;

    // The hub's HTTP face: `path`, `path/negotiate`. CORS and Origin checks are the caller's.
    virtual bool handles(std::string_view path) const noexcept = 0;
    virtual net::http::response handle(net::http::request& r) = 0;  // on the connection's loop; never blocks

    // Ends connections: all of a user, or one, on whatever server they are. They are told Close, and not to come back.
    virtual void abort_user(std::string_view user_id) = 0;
    virtual void abort_connection(std::string_view connection_id) = 0;

    virtual hub_stats stats() const = 0;
    virtual hub_census census(std::size_t most) const = 0;  // at most so many of each, in no order
    // No new connections (503); Close{allowReconnect:true} and WebSocket close 1001 to all; done when all are
    // gone or shutdown_wait is over.
    virtual boost::asio::awaitable<void> shut_down() = 0;

protected:
    template <class Pointer>
    friend class methods_of;
    virtual void add(std::string name, std::unique_ptr<const detail::method_body> body) = 0;
};

template <class Pointer>
class methods_of {
public:
    methods_of(hub& to, Pointer at) : to_{to}, at_{std::move(at)} {}
    template <class Member>
    methods_of& on(std::string name, Member method) {
        to_.add(std::move(name), detail::bind_member(at_, method));
        return *this;
    }

private:
    hub& to_;
    Pointer at_;
};

// `loops`: those that the HTTP server runs on; they must outlive the hub's connections. `servers`:
// what joins this hub with those of the same name elsewhere; null: it is alone.
std::unique_ptr<hub> make_hub(std::string path, hub_options options, authenticator who, net::loops& loops,
                              base::log_scope log, base::metrics* m = nullptr,
                              std::shared_ptr<backplane> servers = nullptr);

}  // namespace signalr
