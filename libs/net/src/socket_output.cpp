// What a connection sends.
#include <sys/socket.h>

#include "socket_calls.hpp"
#include "socket_connection.hpp"
#include "tls_channel.hpp"

namespace net {
namespace {

constexpr auto never = std::chrono::steady_clock::time_point::max();
constexpr std::size_t seal_at_once = 64 * 1024;  // plain bytes encrypted before the kernel is asked to take them

}  // namespace

std::size_t socket_connection::backlog() const noexcept {
    return (outbox_ ? outbox_->size() : 0) + (tls_ ? tls_->outgoing().size() : 0);
}

template <class Bytes>
void socket_connection::queue(Bytes&& bytes) {
    if (ended_ || closing_) return;
    if (backlog() > origin_->limits.outbox_max) {
        end(end_reason::overrun, true);
        return settle_soon();
    }
    if (!outbox_) outbox_ = home_.lend_outbox();
    outbox_->append(std::forward<Bytes>(bytes));
    if (depth_ == 0)
        settle_soon();
    else if (outbox_->size() > origin_->limits.outbox_high)
        flush();  // much was answered within one turn: let the kernel take some of it already
}

void socket_connection::send(std::string_view bytes) { queue(bytes); }
void socket_connection::send(std::string&& bytes) { queue(std::move(bytes)); }
void socket_connection::send(shared_bytes bytes) { queue(std::move(bytes)); }

void socket_connection::when_sent(std::function<void()> f) {
    if (ended_ || !outbox_ || outbox_->empty()) {
        if (ended_ || backlog() == 0) return f();
        outbox_ = home_.lend_outbox();
    }
    outbox_->mark(std::move(f));
}

void socket_connection::flush() {
    if (ended_) return;
    if (writing_) return note_room();  // the kernel is full, and will say when it is not
    const bool all = tls_ ? flush_sealed() : flush_plain();
    if (ended_) return;
    if (!all) wait_for_room();
    note_room();
    if (!outbox_) return;
    // With TLS what the outbox gave may still be waiting as cipher text, so only an empty one counts.
    std::vector<std::function<void()>> marks;
    if (all || !tls_) marks = outbox_->passed_marks();
    if (all) home_.give_back(std::move(outbox_));
    for (auto& f : marks) f();
}

bool socket_connection::flush_plain() {
    while (outbox_ && !outbox_->empty()) {
        std::array<iovec, 32> pieces;
        const auto count = outbox_->gather(pieces);
        std::size_t wanted = 0;
        for (std::size_t i = 0; i < count; ++i) wanted += pieces[i].iov_len;
        msghdr message{};
        message.msg_iov = pieces.data();
        message.msg_iovlen = count;
        const auto n = count == 1 ? send_bytes(socket_.get(), pieces[0].iov_base, wanted)
                                  : ::sendmsg(socket_.get(), &message, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno != EAGAIN) {
            end(end_reason::broken, false);
            return false;
        }
        note_progress(n > 0);
        if (n > 0) outbox_->consume(static_cast<std::size_t>(n));
        if (n < 0 || static_cast<std::size_t>(n) < wanted) return false;
    }
    return true;
}

bool socket_connection::flush_sealed() {
    auto& cipher = tls_->outgoing();
    for (;;) {
        while (outbox_ && !outbox_->empty() && cipher.size() < seal_at_once) {
            const auto plain = outbox_->front().substr(0, seal_at_once);
            const auto n = tls_->seal(plain);
            if (n == 0) break;  // the handshake is not done, or TLS failed
            outbox_->consume(n);
        }
        if (tls_->now() == tls_channel::state::failed) end(end_reason::broken, false);
        if (cipher.empty() || ended_) break;
        const auto n = send_bytes(socket_.get(), cipher.data(), cipher.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno != EAGAIN) {
            end(end_reason::broken, false);
            return false;
        }
        if (!outbox_) outbox_ = home_.lend_outbox();  // its stall deadline is needed
        note_progress(n > 0);
        if (n < 0) return false;
        const bool part = static_cast<std::size_t>(n) < cipher.size();
        cipher.erase(0, static_cast<std::size_t>(n));
        if (part) return false;
    }
    if (cipher.capacity() > kept_leftover) std::string{}.swap(cipher);
    return !outbox_ || outbox_->empty();
}

void socket_connection::note_progress(bool progressed) {
    if (progressed || outbox_->stall_at == never) outbox_->stall_at = home_.now() + origin_->limits.write_stall;
}

void socket_connection::note_room() {
    const auto waiting = backlog();
    if (waiting > origin_->limits.outbox_high) congested_ = true;
    if (congested_ && waiting <= origin_->limits.outbox_low) {
        congested_ = false;
        drained_ = true;
    }
}

void socket_connection::wait_for_room() {
    if (tls_ && tls_->outgoing().empty()) return;  // what waits, waits for the handshake
    writing_ = true;
    update_interest();
    reset_wheel();
}

}  // namespace net
