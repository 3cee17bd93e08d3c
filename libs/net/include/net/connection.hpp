// One TCP or TLS connection on one loop. While idle it is a socket and a few words: no buffer, no coroutine, no timer.
#pragma once
#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "net/protocol.hpp"

namespace net {

class loop;

// Bytes that many connections share: a hub message is framed once and sent to all.
using shared_bytes = std::shared_ptr<const std::string>;

struct connection_limits {
    std::size_t leftover = 80 * 1024;               // bytes kept of an incomplete message before the connection is cut
    std::size_t outbox_high = 256 * 1024;           // above: no more is read from this peer until it drains
    std::size_t outbox_low = 64 * 1024;             // below: reading goes on, on_drained is called
    std::size_t outbox_max = 8 * 1024 * 1024;       // above, when one more is queued: the peer is cut off (overrun)
    std::chrono::milliseconds write_stall{10'000};  // no byte taken by the peer for so long: cut
};

// All members on the loop's thread only, but for weak handles that are posted there.
class connection : public std::enable_shared_from_this<connection> {
public:
    virtual ~connection() = default;

    virtual loop& home() noexcept = 0;
    virtual const boost::asio::ip::address& peer_address() const noexcept = 0;
    virtual bool secure() const noexcept = 0;  // TLS

    // Into the outbox; leaves with everything else of this loop turn in one writev. Never blocks. No effect once ended.
    virtual void send(std::string_view bytes) = 0;
    virtual void send(std::string&& bytes) = 0;
    virtual void send(shared_bytes bytes) = 0;
    virtual std::size_t backlog() const noexcept = 0;  // bytes in the outbox that the kernel has not taken

    // The outbox is above outbox_high: nothing is absorbed until it drains. A protocol that is in the middle of much input
    // returns from absorb() then; it is called again with the rest after on_drained().
    virtual bool congested() const noexcept { return false; }

    // Runs `f` once what was queued so far has been handed to the kernel, or the connection has ended.
    virtual void when_sent(std::function<void()> f) { f(); }

    // Stops/resumes calling absorb(). What has arrived stays in the kernel, or in the leftover.
    virtual void pause_reading() = 0;
    virtual void resume_reading() = 0;

    // The one deadline of this connection, kept by the loop's wheel (granularity of about 100 ms); max() = none.
    virtual void set_deadline(std::chrono::steady_clock::time_point at) = 0;

    // After the outbox has left the peer gets a FIN; what it still sends is thrown away for at most a second, so that it
    // can read the last answer before a reset could destroy it. Nothing is absorbed any more.
    virtual void close() = 0;
    virtual void abort() = 0;  // now; the peer gets a reset

    // on_end() never comes from within close(), abort() or send(), but later in the same turn or the next.

    // The current protocol is done with this connection: `next` rides on from the first byte not absorbed. The
    // old one is destroyed after the call that is under way returns, without on_end().
    virtual void switch_to(std::unique_ptr<protocol> next) = 0;
};

}  // namespace net
