// What a connection reads.
#include <sys/epoll.h>

#include <cstring>

#include "socket_calls.hpp"
#include "socket_connection.hpp"
#include "tls_channel.hpp"

namespace net {
namespace {

constexpr std::uint32_t linger_bytes = 1024 * 1024;  // so much of what comes after our FIN is thrown away
constexpr std::size_t record_overhead = 16 * 1024;   // of one TLS record that was waiting inside OpenSSL

}  // namespace

// While lingering whatever comes is thrown away, so that only then nothing holds reading back.
bool socket_connection::wants_input() const noexcept {
    return fin_sent_ || !(paused_ || congested_ || eof_ || closing_);
}

// Interest in input is added at once but dropped only when some comes that is not wanted (on_ready): short pauses, the
// usual ones, cost no system call.
void socket_connection::update_interest() {
    const std::uint32_t input = wants_input() ? std::uint32_t{EPOLLIN} : interest_ & EPOLLIN;
    const std::uint32_t wanted = input | (writing_ ? std::uint32_t{EPOLLOUT} : 0U);
    if (ended_ || wanted == interest_) return;
    interest_ = wanted;
    home_.sockets().change(socket_.get(), *this, wanted);
}

// The usual case only: what is left over, or sealed, is put together in receive().
early_input socket_connection::read_ahead(std::uint32_t events, char* into, std::size_t room) {
    if (ended_ || tls_ || fin_sent_ || !leftover_.empty() || !wants_input() || events != EPOLLIN) return {};
    const auto n = receive_bytes(socket_.get(), into, room);
    if (n == 0)
        return {};  // the peer's end waits, should somebody pause or close this connection before it has its turn
    return {into, n < 0 ? -errno : n};
}

void socket_connection::on_ready(std::uint32_t events, early_input input) {
    if (ended_) return;  // within this very turn
    if (events & EPOLLOUT) writing_ = false;
    if (input.size != early_input::not_read) {
        take(input.size, {input.data, static_cast<std::size_t>(std::max<std::ptrdiff_t>(input.size, 0))});
    } else if (wants_input()) {
        if (events & ~std::uint32_t{EPOLLOUT}) fin_sent_ ? throw_away() : receive();
    } else if (events & (EPOLLERR | EPOLLHUP)) {
        end(end_reason::broken, false);  // a reset; it would be said again and again
    } else if (events & EPOLLIN) {
        interest_ &= ~std::uint32_t{EPOLLIN};
        home_.sockets().change(socket_.get(), *this, interest_);
    }
}

void socket_connection::after_ready() {
    if (!retired_) settle();
}

void socket_connection::receive() {
    const auto kept = tls_ ? 0 : leftover_.size();  // with TLS the leftover is plain text
    char* into = home_.scratch(kept + loop_core::receive_size);
    std::memcpy(into, leftover_.data(), kept);
    const auto n = receive_bytes(socket_.get(), into + kept, loop_core::receive_size);
    take(n < 0 ? -errno : n, {into, kept + static_cast<std::size_t>(std::max<std::ptrdiff_t>(n, 0))});
}

// `received`: what recv said, or minus errno. `bytes`: that, behind what was left over.
void socket_connection::take(std::ptrdiff_t received, std::string_view bytes) {
    if (received < 0) {
        if (received != -EAGAIN && received != -EINTR) end(end_reason::broken, false);
        return;
    }
    if (received == 0)
        peer_fin();
    else if (!tls_)
        absorb(bytes);
    else if (!decrypt(bytes) && !ended_)
        peer_fin();
}

// False: the peer said goodbye in TLS' own way.
bool socket_connection::decrypt(std::string_view cipher) {
    tls_->feed(cipher);
    const auto room = leftover_.size() + cipher.size() + record_overhead;
    char* into = home_.plain_scratch(room);
    std::memcpy(into, leftover_.data(), leftover_.size());
    auto have = leftover_.size();
    while (const auto n = tls_->read(into + have, room - have)) have += n;
    if (tls_->now() == tls_channel::state::failed) {
        flush();  // the alert that says why
        end(end_reason::broken, false);
        return true;
    }
    if (!attached_ && tls_->now() == tls_channel::state::open) attach();
    if (have > leftover_.size()) absorb({into, have});
    return tls_->now() != tls_channel::state::closed;
}

void socket_connection::absorb(std::string_view bytes) {
    while (!bytes.empty() && may_absorb()) {
        std::size_t used = 0;
        inside_rider([&] { used = rider_->absorb(bytes); });
        bytes.remove_prefix(std::min(used, bytes.size()));
        if (!next_) break;
        take_next();  // the new one goes on with what the old one left
    }
    keep(bytes);
}

void socket_connection::keep(std::string_view rest) {
    if (ended_ || closing_) rest = {};
    if (rest.empty() && leftover_.empty()) return;  // the usual case
    if (rest.empty() && leftover_.capacity() > kept_leftover)
        std::string{}.swap(leftover_);
    else
        leftover_.assign(rest);
    if (leftover_.size() > origin_->limits.leftover && !paused_ && !congested_) end(end_reason::overrun, true);
}

void socket_connection::replay_leftover() {
    replay_ = false;
    if (leftover_.empty()) return;
    char* into = (tls_ ? home_.plain_scratch(leftover_.size()) : home_.scratch(leftover_.size()));
    std::memcpy(into, leftover_.data(), leftover_.size());
    absorb({into, leftover_.size()});
}

void socket_connection::resume_reading() {
    if (!std::exchange(paused_, false)) return;
    replay_ = true;
    settle_soon();
}

void socket_connection::peer_fin() {
    eof_ = true;
    if (tls_ && tls_->now() != tls_channel::state::closed)
        return end(end_reason::broken, false);  // cut short on the way
    bool ends = true;
    if (attached_) inside_rider([&] { ends = rider_->peer_eof(); });
    if (!ends) return;
    why_ = end_reason::peer_closed;
    closing_ = true;
}

void socket_connection::throw_away() {
    char* into = home_.scratch(loop_core::receive_size);
    const auto n = receive_bytes(socket_.get(), into, loop_core::receive_size);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    thrown_away_ += static_cast<std::uint32_t>(std::max<std::ptrdiff_t>(n, 0));
    if (n <= 0 || thrown_away_ > linger_bytes) end(end_reason::aborted, false);
}

}  // namespace net
