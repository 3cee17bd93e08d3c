// A hub connection's clock: pings, silence, expiry, the handshake's limit.
#include <algorithm>

#include "handshake.hpp"
#include "hub_connection.hpp"

namespace signalr {

bool hub_connection::expired() const {
    if (!core_->options.close_on_authentication_expiration || !who_.expires) return false;
    const auto now = std::chrono::microseconds{core_->time().now()};
    return now >= who_.expires->time_since_epoch();
}

bool hub_connection::admits(const principal& who) {
    if (who.user != who_.user) return false;
    if (state_ == state::ended || who.expires == who_.expires) return true;
    who_.expires = who.expires;
    room_->timer().schedule(*this, next_check(room_->home().now()));
    return true;
}

void hub_connection::resumed() {
    last_heard_ = room_->home().now();
    if (state_ != state::ended) room_->timer().schedule(*this, next_check(last_heard_));
}

bool hub_connection::silent(steady_time now) const {
    const auto& limits = core_->options;
    if (blocked_ || slots_full() || state_ != state::open || !transport_->wants_pings()) return false;
    if (pinged_) return now - last_heard_ >= limits.client_timeout;
    return !heard_ && limits.first_message_deadline.count() > 0 && now - opened_at_ >= limits.first_message_deadline;
}

steady_time hub_connection::on_time(steady_time now) {
    if (state_ == state::ended) return steady_time::max();
    if (state_ == state::handshaking) {
        if (now - opened_at_ >= core_->options.handshake_timeout) refuse_handshake(handshake_canceled);
    } else if (leaving() && now >= work_->leave_by) {
        end(last_words{.allow_reconnect = true}, 1001);
    } else if (expired()) {
        end(last_words{.allow_reconnect = true});
    } else if (silent(now)) {
        broken(
            "OperationCanceledException: Client hasn't sent a message/ping within the configured "
            "ClientTimeoutInterval.");
    } else if (transport_->wants_pings() && now - last_ping_ >= core_->options.keep_alive_interval &&
               transport_->backlog() == 0) {
        last_ping_ = now;
        std::string ping;
        protocol_->write_ping(ping);
        send(ping);
    }
    if (work_ && work_->idle()) work_.reset();
    return state_ == state::ended ? steady_time::max() : next_check(now);
}

// The soonest of what could fall due, a second from now at the earliest.
steady_time hub_connection::next_check(steady_time now) const {
    const auto& limits = core_->options;
    if (state_ == state::handshaking) return opened_at_ + limits.handshake_timeout;
    steady_time next = last_ping_ + limits.keep_alive_interval;
    if (pinged_)
        next = std::min(next, last_heard_ + limits.client_timeout);
    else if (!heard_ && limits.first_message_deadline.count() > 0)
        next = std::min(next, opened_at_ + limits.first_message_deadline);
    if (limits.close_on_authentication_expiration && who_.expires) {
        const auto left = who_.expires->time_since_epoch() - std::chrono::microseconds{core_->time().now()};
        next = std::min(next, now + std::chrono::ceil<std::chrono::milliseconds>(left));
    }
    if (leaving()) next = std::min(next, work_->leave_by);
    return std::max(next, now + pulse::granularity);
}

}  // namespace signalr
