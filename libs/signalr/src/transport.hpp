// How a hub connection's bytes leave, and what it can ask of whatever carries them: WebSockets, Server-Sent Events, long
// polling.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "net/connection.hpp"
#include "net/loop.hpp"

namespace signalr {

struct principal;
struct incoming;
class hub_protocol;

// A whole hub message that many connections share: framed for a WebSocket, and the message itself behind the
// header.
struct shared_message {
    net::shared_bytes frame;
    std::size_t header = 0;
    std::string_view message() const noexcept { return std::string_view{*frame}.substr(header); }
};

// Loop thread only.
class transport {
public:
    virtual ~transport() = default;
    virtual net::loop& home() noexcept = 0;
    virtual std::string_view name() const noexcept = 0;  // as negotiated
    virtual bool carries_binary() const noexcept { return true; }
    virtual void send(std::string_view message, bool binary) = 0;  // a whole number of hub messages
    virtual void send(const shared_message& message) = 0;
    virtual std::size_t backlog() const noexcept = 0;      // bytes that the peer has not taken
    virtual bool congested() const noexcept = 0;           // stop producing until drained
    virtual bool wants_pings() const noexcept = 0;         // false where the transport keeps itself alive
    virtual void pause() = 0;                              // no more bytes from the client
    virtual void resume() = 0;                             // they may come before this returns
    virtual void close(std::uint16_t websocket_code) = 0;  // after what was sent has left

    // Stateful reconnect; other transports do not know it. A message that both sides count:
    virtual void send_counted(std::string_view message, bool binary) { send(message, binary); }
    // For streams; where it differs from congested(), reading goes on for acknowledgements.
    virtual bool has_room() const noexcept { return !congested(); }
    // The client shook hands for it.
    virtual void outlive_sockets(const hub_protocol& protocol) { (void)protocol; }
    enum class verdict : unsigned char { process, drop, broken };
    virtual verdict judge(const incoming& message) {
        (void)message;
        return verdict::process;
    }
};

// The hub's side of it; all calls on the loop's thread.
class transport_user {
public:
    virtual ~transport_user() = default;
    virtual void opened() = 0;
    virtual void received(std::string_view bytes) = 0;  // a piece of the byte stream, borders mean nothing
    virtual void drained() = 0;
    virtual void peer_closed() = 0;  // in order; the transport answers it by itself
    virtual void terminated() {}     // the peer asked for the end by other means than a message
    // A further request of this connection shows who sent it: is that the one who opened it? A newer expiry is adopted.
    virtual bool admits(const principal& who) {
        (void)who;
        return true;
    }
    virtual void resumed() {}  // the client is back, by another socket
    virtual void gone() = 0;   // last call: the transport must not be used any more
};

// What requests with a connection's token are for. Any thread, but for over().
class token_carrier {
public:
    virtual ~token_carrier() = default;
    virtual net::loop& home() noexcept = 0;
    virtual void over() = 0;  // on its home's thread: nobody can reach it any more
};

// Makes the hub's side for a transport that is about to open.
using user_factory = std::function<std::shared_ptr<transport_user>(transport&)>;

}  // namespace signalr
