// What stateful reconnect remembers of one connection (specification §6): the messages that the client has not acknowledged,
// and how far both sides have counted. No sockets, no time.
#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "net/connection.hpp"

namespace signalr {

class replay_buffer {
public:
    // `limit`: so many bytes may be on their way unacknowledged; what comes then is held back. 0: no limit.
    explicit replay_buffer(std::size_t limit) noexcept : limit_{limit} {}

    // --- our messages; each has the number that follows the one before
    // Keeps it; it is to be sent by next().
    void keep(std::string_view message) { add(std::make_shared<const std::string>(message), 0); }
    void keep(net::shared_bytes framed, std::size_t header) { add(std::move(framed), header); }
    // The next message that may leave now; empty: none. Good until the next call of a member.
    std::string_view next() noexcept;
    bool holding() const noexcept { return sent_ < kept_.size(); }  // something waits for an acknowledgement
    void acknowledged(std::int64_t upto);                           // more than was sent means all of it
    // A new transport: all that is kept leaves again, after a Sequence with this number.
    std::int64_t begin_again() noexcept;
    std::size_t bytes() const noexcept { return bytes_; }
    std::size_t waiting_bytes() const noexcept { return bytes_ - on_way_; }
    bool full() const noexcept { return limit_ > 0 && bytes_ > limit_; }

    // --- the client's
    // Counts one. False: it came before.
    bool is_new() noexcept;
    // Its Sequence: what comes next has that number. False: then something is missing.
    bool continue_at(std::int64_t id) noexcept;
    // The number to acknowledge; 0: nothing has come since it was last asked for.
    std::int64_t take_ack() noexcept;
    bool owes_ack() const noexcept { return latest_ > acked_; }

private:
    struct message {
        net::shared_bytes bytes;
        std::size_t header;  // of a WebSocket frame, in front of it
        std::string_view text() const noexcept { return std::string_view{*bytes}.substr(header); }
    };
    void add(net::shared_bytes bytes, std::size_t header);

    const std::size_t limit_;
    std::deque<message> kept_;
    std::int64_t first_ = 1;    // number of kept_.front(), or of what comes next
    std::size_t sent_ = 0;      // of kept_, from the front
    std::int64_t highest_ = 0;  // number that ever left
    std::size_t on_way_ = 0;    // bytes of what left by this transport
    std::size_t bytes_ = 0;     // of all that is kept

    std::int64_t next_in_ = 1, latest_ = 0, acked_ = 0;
};

}  // namespace signalr
