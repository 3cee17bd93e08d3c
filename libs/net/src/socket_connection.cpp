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
constexpr std::chrono::milliseconds linger_time{1'000};  // what comes after our FIN is thrown away so long

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
    home_.sockets().remove(socket_.get());
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

}  // namespace net
