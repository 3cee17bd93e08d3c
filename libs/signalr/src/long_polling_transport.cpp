#include "long_polling_transport.hpp"

#include <atomic>

namespace signalr {

using net::http::late_answer;
using net::http::response;

namespace {

response empty_poll(unsigned status, std::string type = "text/plain") {
    return uncached(net::http::make_response(status, std::move(type), ""));
}

std::uint64_t next_ticket() noexcept {
    static std::atomic<std::uint64_t> last{0};
    return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

}  // namespace

response long_polling_transport::open(const user_factory& make_user, std::string_view early) {
    const auto self = shared_from_this();
    clock_ = request_clock::of(home());
    since_ = home().now();
    begin(make_user, early);
    watch();
    return empty_poll(200, "application/octet-stream");
}

// --- from the requests' loops

response long_polling_transport::poll(net::connection& via, const principal& who) {
    response waits;
    waits.later = [self = self_as<long_polling_transport>(), at = &via.home(), who](std::unique_ptr<late_answer> late) {
        const auto ticket = next_ticket();
        late->on_gone([weak = std::weak_ptr{self}, ticket] {
            const auto gone_from = weak.lock();
            if (!gone_from) return;
            if (gone_from->home().in_this_thread()) return gone_from->poll_gone(ticket);
            gone_from->home().post([gone_from, ticket] { gone_from->poll_gone(ticket); });
        });
        auto letter = std::make_shared<waiting_poll>(waiting_poll{{std::move(late), *at}, ticket});
        auto hand_over = [self, letter, who] { self->take_poll(std::move(*letter), who); };
        if (self->home().in_this_thread()) return hand_over();
        self->home().post(std::move(hand_over));
    };
    return waits;
}

response long_polling_transport::terminate(net::connection& via, const principal& who) {
    response waits;
    waits.later = [self = self_as<long_polling_transport>(), at = &via.home(), who](std::unique_ptr<late_answer> late) {
        auto letter = std::make_shared<remote_answer>(std::move(late), *at);
        auto hand_over = [self, letter, who] { self->take_delete(std::move(*letter), who); };
        if (self->home().in_this_thread()) return hand_over();
        self->home().post(std::move(hand_over));
    };
    return waits;
}

// --- polls

void long_polling_transport::take_poll(waiting_poll poll, const principal& who) {
    if (is_over()) return poll.answer.give(uncached(unknown_id()));
    if (!admits(who)) return poll.answer.give(uncached(plain(403, "")));
    const auto self = shared_from_this();
    auto older = std::exchange(poll_, std::nullopt);
    poll_.emplace(std::move(poll));
    leaving_ = 0;  // who asks for more has had it
    since_ = home().now();
    if (older) older->answer.give(empty_poll(204));
    answer_poll();
    if (!is_over()) watch();
}

void long_polling_transport::poll_gone(std::uint64_t ticket) {
    if (!poll_ || poll_->ticket != ticket) return;
    poll_.reset();
    since_ = home().now();
    watch();
}

// Answers the poll that waits, if there is something to say or nothing more to come.
void long_polling_transport::answer_poll() {
    if (!poll_ || is_over()) return;
    if (!pending_.empty()) {
        auto poll = std::move(*poll_);
        poll_.reset();
        answer_with(std::move(poll), everything_pending());
        if (closing_ && core().draining) over();  // no other poll is waited for
    } else if (closing_) {
        auto poll = std::move(*poll_);
        poll_.reset();
        over();
        poll.answer.give(empty_poll(204));
    }
}

void long_polling_transport::answer_with(waiting_poll poll, response r) {
    since_ = home().now();
    r.sent = [weak = std::weak_ptr{self_as<long_polling_transport>()}, round = round_] {
        const auto self = weak.lock();
        if (!self) return;
        if (self->home().in_this_thread()) return self->sent(round);
        self->home().post([self, round] { self->sent(round); });
    };
    watch();
    poll.answer.give(std::move(r));
}

response long_polling_transport::everything_pending() {
    leaving_ = pending_.size();
    ++round_;
    return uncached(net::http::make_response(200, "application/octet-stream", std::exchange(pending_, {})));
}

// The answer has left, or its connection has ended: the silence between polls begins.
void long_polling_transport::sent(std::uint64_t round) {
    if (is_over() || round != round_) return;
    if (!poll_) {
        leaving_ = 0;
        since_ = home().now();
        watch();
    }
    if (std::exchange(congested_, false) && user()) user()->drained();
}

// --- what the server sends

void long_polling_transport::send(std::string_view message, bool) {
    if (closing_ || is_over()) return;
    pending_.append(message);
    const std::size_t limit = core().options.transport_max_buffer_size;
    if (limit > 0 && pending_.size() >= limit) congested_ = true;
    flush();
}

// With everything else of this turn.
void long_polling_transport::flush() {
    if (!poll_ || std::exchange(flushing_, true)) return;
    home().at_turn_end([weak = std::weak_ptr{self_as<long_polling_transport>()}] {
        const auto self = weak.lock();
        if (!self) return;
        self->flushing_ = false;
        self->answer_poll();
    });
}

// --- the end

void long_polling_transport::close(std::uint16_t) {
    if (std::exchange(closing_, true)) return;
    flush();
}

void long_polling_transport::take_delete(remote_answer answer, const principal& who) {
    if (is_over()) return answer.give(unknown_id());
    if (!admits(who)) return answer.give(plain(403, ""));
    const auto self = shared_from_this();
    core().tokens.remove(token());
    if (user()) user()->terminated();
    answer_poll();
    over();
    answer.give(plain(202, ""));
}

void long_polling_transport::let_go() {
    pulse::forget(*this);
    clock_.reset();
    if (auto poll = std::exchange(poll_, std::nullopt)) poll->answer.give(empty_poll(204));
    pending_ = {};
}

// --- time

void long_polling_transport::watch() {
    const auto& limits = core().options;
    const auto wait = poll_          ? limits.poll_timeout
                      : leaving_ > 0 ? limits.transport_send_timeout
                                     : limits.disconnect_timeout;
    if (clock_) clock_->ring().schedule(*this, since_ + wait);
}

steady_time long_polling_transport::on_time(steady_time now) {
    const auto& limits = core().options;
    const auto self = shared_from_this();
    if (poll_) {
        if (now < since_ + limits.poll_timeout) return since_ + limits.poll_timeout;
        auto poll = std::move(*poll_);
        poll_.reset();
        since_ = now;
        poll.answer.give(empty_poll(200));
        if (is_over()) home().post([self] {});
        return since_ + limits.disconnect_timeout;
    }
    const auto due = since_ + (leaving_ > 0 ? limits.transport_send_timeout : limits.disconnect_timeout);
    if (now < due) return due;
    home().post([self] {});  // the ring looks at it once more after this
    over();
    return steady_time::max();
}

}  // namespace signalr
