#include "socket_connection.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cstring>

#include "tls_channel.hpp"

namespace net {
namespace {

constexpr auto never = std::chrono::steady_clock::time_point::max();
constexpr std::chrono::milliseconds linger_time{1'000};  // what comes after our FIN is thrown away so long,
constexpr std::uint32_t linger_bytes = 1024 * 1024;      // and so much of it
constexpr std::size_t kept_leftover = 512;               // capacity that an idle connection may keep
constexpr std::size_t seal_at_once = 64 * 1024;     // plain bytes encrypted before the kernel is asked to take them
constexpr std::size_t record_overhead = 16 * 1024;  // of one TLS record that was waiting inside OpenSSL

boost::asio::ip::address address_of_peer(int fd) {
    namespace ip = boost::asio::ip;
    sockaddr_storage where{};
    socklen_t size = sizeof where;
    if (::getpeername(fd, reinterpret_cast<sockaddr*>(&where), &size) != 0) return {};
    if (where.ss_family == AF_INET)
        return ip::address_v4{ntohl(reinterpret_cast<const sockaddr_in&>(where).sin_addr.s_addr)};
    const auto& six = reinterpret_cast<const sockaddr_in6&>(where);
    ip::address_v6::bytes_type bytes;
    std::memcpy(bytes.data(), &six.sin6_addr, bytes.size());
    const ip::address_v6 address{bytes, six.sin6_scope_id};
    if (address.is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, address);
    return address;
}

}  // namespace

socket_connection::socket_connection(loop_core& home, descriptor socket, std::shared_ptr<connection_origin> origin,
                                     std::unique_ptr<protocol> rider)
    : home_{home}, socket_{std::move(socket)}, origin_{std::move(origin)}, rider_{std::move(rider)} {
    const int on = 1;
    ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    peer_ = address_of_peer(socket_.get());
}

socket_connection::~socket_connection() = default;

// --- life ------------------------------------------------------------------------------------------------------------

void socket_connection::start(std::unique_ptr<tls_channel> tls, std::function<void(std::string)> ready) {
    keep_alive_ = self();
    home_.enter(*this);
    interest_ = EPOLLIN;
    home_.sockets().add(socket_.get(), *this, interest_);
    if (ready) ready_ = std::make_unique<std::function<void(std::string)>>(std::move(ready));
    tls_ = std::move(tls);
    if (tls_) {
        rider_due_ = home_.now() + origin_->handshake_timeout;
        reset_wheel();
        decrypt({});  // a client speaks first
    } else {
        attach();
    }
    const auto held = self();
    settle();
}

void socket_connection::attach() {
    attached_ = true;
    rider_due_ = never;
    inside_rider([this] { rider_->attached(*this); });
    if (auto ready = std::move(ready_)) (*ready)({});
}

void socket_connection::close() {
    if (closing_ || ended_) return;
    closing_ = true;
    settle_soon();
}

void socket_connection::abort() {
    end(end_reason::aborted, true);
    settle_soon();
}

void socket_connection::end_for_stop() {
    end(end_reason::aborted, true);
    settle();
}

// The socket goes; the rider hears of it in settle(), never from within a call of its own.
void socket_connection::end(end_reason why, bool reset) {
    if (ended_) return;
    ended_ = true;
    if (!fin_sent_) why_ = why;
    const linger at_once{1, 0};
    if (reset) ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    socket_.close();
    rider_due_ = never;
    if (deadline_wheel::entry::is_linked()) deadline_wheel::entry::unlink();
    std::string{}.swap(leftover_);
}

void socket_connection::tell_rider() {
    if (std::exchange(told_, true)) return;
    drop_outbox();
    if (attached_) inside_rider([this] { rider_->on_end(why_); });
    if (auto ready = std::move(ready_)) (*ready)(tls_ && !tls_->failure().empty() ? tls_->failure() : "ended early");
}

void socket_connection::drop_outbox() {
    auto o = std::move(outbox_);
    if (!o) return;
    auto marks = o->all_marks();
    home_.give_back(std::move(o));
    for (auto& f : marks) f();
}

void socket_connection::retire() {
    if (std::exchange(retired_, true)) return;
    home_.leave(*this);
    origin_->open.fetch_sub(1, std::memory_order_relaxed);
    if (origin_->on_room) origin_->on_room();
    home_.sockets().bury(std::move(keep_alive_));
}

// After every call in from outside: what the rider asked for is done here, in one place and one order.
void socket_connection::settle() {
    if (depth_ > 0) return;
    take_next();
    if (!ended_) flush();
    if (drained_ && !ended_ && !closing_) {
        drained_ = false;
        replay_ = true;
        if (attached_) inside_rider([this] { rider_->on_drained(); });
    }
    if (replay_ && may_absorb()) {
        replay_leftover();
        take_next();
        if (!ended_) flush();
    }
    if (closing_ && !ended_ && !outbox_) finish_sending();
    if (ended_) {
        tell_rider();
        return retire();
    }
    if ((replay_ && may_absorb()) || drained_) settle_soon();
    update_interest();
}

void socket_connection::settle_turn() {
    in_dirty_ = false;
    if (!retired_) settle();
}

void socket_connection::settle_soon() {
    if (depth_ > 0 || in_dirty_ || retired_) return;
    in_dirty_ = true;
    home_.settle_later(self());
}

template <class F>
void socket_connection::inside_rider(F f) {
    ++depth_;
    f();
    --depth_;
}

void socket_connection::switch_to(std::unique_ptr<protocol> next) {
    if (ended_) return;
    next_ = std::move(next);
    settle_soon();
}

void socket_connection::take_next() {
    while (next_ && depth_ == 0) {
        rider_ = std::move(next_);
        paused_ = false;
        replay_ = true;
        rider_due_ = never;
        inside_rider([this] { rider_->attached(*this); });
    }
}

// --- input -----------------------------------------------------------------------------------------------------------

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

void socket_connection::on_ready(std::uint32_t events) {
    if (ended_) return;  // within this very turn
    if (events & EPOLLOUT) writing_ = false;
    if (wants_input()) {
        if (events & ~std::uint32_t{EPOLLOUT}) fin_sent_ ? throw_away() : receive();
    } else if (events & (EPOLLERR | EPOLLHUP)) {
        end(end_reason::broken, false);  // a reset; it would be said again and again
    } else if (events & EPOLLIN) {
        interest_ &= ~std::uint32_t{EPOLLIN};
        home_.sockets().change(socket_.get(), *this, interest_);
    }
    settle();
}

void socket_connection::receive() {
    const auto kept = tls_ ? 0 : leftover_.size();  // with TLS the leftover is plain text
    char* into = home_.scratch(kept + loop_core::receive_size);
    std::memcpy(into, leftover_.data(), kept);
    const auto n = ::recv(socket_.get(), into + kept, loop_core::receive_size, 0);
    if (n < 0) {
        if (errno != EAGAIN && errno != EINTR) end(end_reason::broken, false);
        return;
    }
    const std::string_view bytes{into, kept + static_cast<std::size_t>(n)};
    if (n == 0)
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

// --- output ----------------------------------------------------------------------------------------------------------

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
        const auto n = count == 1 ? ::send(socket_.get(), pieces[0].iov_base, wanted, MSG_NOSIGNAL)
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
        const auto n = ::send(socket_.get(), cipher.data(), cipher.size(), MSG_NOSIGNAL);
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

// --- deadlines -------------------------------------------------------------------------------------------------------

void socket_connection::set_deadline(std::chrono::steady_clock::time_point at) {
    if (ended_ || fin_sent_) return;
    rider_due_ = at;
    reset_wheel();
}

void socket_connection::reset_wheel() {
    const auto stall = writing_ && outbox_ ? outbox_->stall_at : never;
    home_.set_deadline(*this, std::min(rider_due_, stall));
}

void socket_connection::on_due() {
    const auto held = self();
    const auto now = home_.now();
    if (fin_sent_ || !attached_) {
        end(end_reason::broken, false);
    } else if (writing_ && outbox_ && outbox_->stall_at <= now) {
        end(end_reason::overrun, true);
    } else if (rider_due_ <= now) {
        rider_due_ = never;
        inside_rider([this] { rider_->on_deadline(); });
    }
    if (!ended_) reset_wheel();
    settle();
}

// --- the end ---------------------------------------------------------------------------------------------------------

void socket_connection::finish_sending() {
    if (fin_sent_) return;
    if (tls_) {
        tls_->shut();
        flush();
        if (ended_ || outbox_) return;
    }
    begin_linger();
}

void socket_connection::begin_linger() {
    if (eof_) return end(why_, false);
    ::shutdown(socket_.get(), SHUT_WR);
    fin_sent_ = true;
    std::string{}.swap(leftover_);
    tell_rider();
    rider_due_ = home_.now() + linger_time;
    reset_wheel();
}

void socket_connection::throw_away() {
    char* into = home_.scratch(loop_core::receive_size);
    const auto n = ::recv(socket_.get(), into, loop_core::receive_size, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    thrown_away_ += static_cast<std::uint32_t>(std::max<std::ptrdiff_t>(n, 0));
    if (n <= 0 || thrown_away_ > linger_bytes) end(end_reason::aborted, false);
}

}  // namespace net
