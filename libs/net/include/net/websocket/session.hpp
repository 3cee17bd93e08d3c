// A WebSocket as a protocol on a connection, server or client side: pings answered, close handshake kept,
// frames handed up as they come (a SignalR hub does not care for message borders).
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "net/connection.hpp"
#include "net/http/message.hpp"
#include "net/listener.hpp"
#include "net/loop.hpp"
#include "net/websocket/codec.hpp"

namespace net::websocket {

struct session_limits {
    std::size_t frame = 1024 * 1024;
    std::chrono::milliseconds close_timeout{5'000};  // wait for the peer's Close, then the connection is cut
};

class session;

// What rides on the session. All calls on the loop's thread. Owned by the session.
class session_handler {
public:
    virtual ~session_handler() = default;
    virtual void on_open(session& s) = 0;
    // A data frame's payload, text and binary alike; good only during the call. `fin`: the message ends here.
    // Frames of up to 16 KB come whole, larger ones in pieces as they arrive.
    virtual void on_data(std::string_view payload, opcode kind, bool fin) = 0;
    virtual void on_deadline() {}
    virtual void on_drained() {}
    // The peer's Close frame came (its answer, 1000, is sent by the session unless we closed first). Last
    // words may still be sent from here.
    virtual void on_peer_close(std::uint16_t code, std::string_view reason) {
        (void)code;
        (void)reason;
    }
    // Last call, exactly once. clean: both Close frames were exchanged.
    virtual void on_gone(bool clean) = 0;
};

// Loop thread only.
class session {
public:
    virtual ~session() = default;
    virtual connection& wire() noexcept = 0;  // home loop, backlog, deadline (the session takes it once it closes)
    virtual void send_text(std::string_view payload) = 0;
    virtual void send_binary(std::string_view payload) = 0;
    virtual void send_framed(shared_bytes frame) = 0;  // whole frames of frame_shared(); server side only
    virtual void ping(std::string_view payload = {}) = 0;
    // Sends Close, waits for the peer's (or close_timeout), then ends. No data is handed up any more.
    // Idempotent.
    virtual void close(std::uint16_t code, std::string_view reason = {}) = 0;
    virtual void abort() = 0;
    // No on_data between the two calls, not even for what has arrived already. Resuming may call on_data
    // before it returns.
    virtual void pause() = 0;
    virtual void resume() = 0;
};

// One frame, framed once for any number of server-side sessions.
shared_bytes frame_shared(opcode op, std::string_view payload);

// True: a well-formed upgrade request of version 13.
bool is_upgrade(const http::request& r);
// The 101 answer whose connection goes on as a session with `rider`.
http::response accept(const http::request& r, std::unique_ptr<session_handler> rider,
                      const session_limits& limits = {});

struct client_options {
    connect_options to;
    std::string target = "/";
    std::vector<std::pair<std::string, std::string>> headers;
    session_limits limits;
};
// Client side: connects, upgrades, then `rider` gets on_open. A refusal is a fault `invalid` with the status
// in its text. On loop `on`'s thread, resumes there; connecting and upgrading have `to.timeout` each.
base::task<> connect(loop& on, client_options options, std::unique_ptr<session_handler> rider);

}  // namespace net::websocket
