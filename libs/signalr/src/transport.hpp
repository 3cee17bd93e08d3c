// How a hub connection's bytes leave, and what it can ask of whatever carries them. WebSockets today;
// Server-Sent Events and long polling are further implementations of this.
#pragma once
#include <cstdint>
#include <string_view>

#include "net/connection.hpp"
#include "net/loop.hpp"

namespace signalr {

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
    virtual void send(std::string_view message, bool binary) = 0;  // a whole number of hub messages
    virtual void send(const shared_message& message) = 0;
    virtual std::size_t backlog() const noexcept = 0;      // bytes that the peer has not taken
    virtual bool congested() const noexcept = 0;           // stop producing until drained
    virtual bool wants_pings() const noexcept = 0;         // false where the transport keeps itself alive
    virtual void pause() = 0;                              // no more bytes from the client
    virtual void resume() = 0;                             // they may come before this returns
    virtual void close(std::uint16_t websocket_code) = 0;  // after what was sent has left
};

// The hub's side of it; all calls on the loop's thread.
class transport_user {
public:
    virtual ~transport_user() = default;
    virtual void opened() = 0;
    virtual void received(std::string_view bytes) = 0;  // a piece of the byte stream, borders mean nothing
    virtual void drained() = 0;
    virtual void peer_closed() = 0;  // in order; the transport answers it by itself
    virtual void gone() = 0;         // last call: the transport must not be used any more
};

}  // namespace signalr
