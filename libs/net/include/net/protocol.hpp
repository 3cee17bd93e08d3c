// A protocol rides on a connection without ever seeing its socket: bytes in, answers into the outbox.
#pragma once
#include <cstddef>
#include <string_view>

namespace net {

class connection;

enum class end_reason : unsigned char {
    peer_closed,  // the peer ended its side in order
    broken,       // reset, TLS failure, or a write that could not be made
    overrun,      // a limit was broken: too much left over, or the outbox is full
    aborted,      // our own side ended it
};

// Lives on the connection's loop; every call comes on that thread. Owned by the connection.
class protocol {
public:
    virtual ~protocol() = default;

    // Now rides on `c`, which outlives it.
    virtual void attached(connection& c) = 0;

    // Takes what it can use from the front of `bytes` and says how much that was. `bytes` starts with what it left last
    // time. It is only good during the call: the loop's connections share the buffer. To end the connection it calls
    // close() or abort() on it and returns anything.
    virtual std::size_t absorb(std::string_view bytes) = 0;

    virtual void on_deadline() {}  // the deadline set by connection::set_deadline has come
    virtual void on_drained() {}   // the outbox had passed its high-water mark and is now below the low one
    // Last call, exactly once, unless the protocol was switched away; the connection can't send any more. The protocol
    // itself lives on as long as somebody holds the connection.
    virtual void on_end(end_reason why) = 0;
    // The peer ended its side. False: the protocol still wants to answer, and will call close() itself. True: the
    // connection ends with peer_closed once the outbox has left.
    virtual bool peer_eof() { return true; }
};

}  // namespace net
