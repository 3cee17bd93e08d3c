#include "client_core.hpp"

namespace redis {

using base::fault_kind;

// --- from any thread -------------------------------------------------------------------------------------------------

base::result<> client_core::admit(call& c) {
    const auto refusal = [&](const char* why) {
        refused_.add(c.commands.size());
        return base::fail(fault_kind::unavailable, why);
    };
    if (closed_.load(std::memory_order_relaxed)) return refusal("redis: the client is closed");
    c.count = c.commands.size();
    c.bytes = c.commands.bytes().size();
    if (c.count > limits().max_commands || c.bytes > limits().max_command_bytes)
        return base::fail(fault_kind::invalid, "redis: a batch larger than the whole queue");
    const auto count = waiting_.fetch_add(c.count) + c.count;
    const auto bytes = waiting_bytes_.fetch_add(c.bytes) + c.bytes;
    if (count <= limits().max_commands && bytes <= limits().max_command_bytes) return {};
    release(c);
    return refusal("redis: overloaded, too many commands wait already");
}

void client_core::submit(call c) {
    if (box_.put(std::move(c))) wake();
}

// On the loop itself it waits for the turn's end, so that what one turn asks leaves together.
void client_core::wake() {
    auto later = [self = std::static_pointer_cast<client_core>(shared_from_this())] { self->drain(); };
    home().in_this_thread() ? home().at_turn_end(std::move(later)) : home().post(std::move(later));
}

client_stats client_core::stats() const {
    return {commands_.value(), refused_.value(), timeouts_.value(), unknown_.value(), waiting_.load()};
}

// --- on the loop -----------------------------------------------------------------------------------------------------

void client_core::drain() {
    auto taken = std::move(taken_);  // a callback may end the client, which comes here again
    box_.take(taken);
    for (auto& c : taken) take(std::move(c));
    taken.clear();
    taken_ = std::move(taken);
}

void client_core::take(call c) {
    c.due = std::min(c.due, home().now() + limits().command_timeout);
    if (is_shut()) return refuse(c, fault_kind::unavailable, "redis: the client is closed");
    if (wire() && !retiring_) return send_now(std::move(c));
    if (!c.patient) {
        if (limits().offline_wait.count() <= 0) return refuse(c, fault_kind::unavailable, away());
        c.due = std::min(c.due, home().now() + limits().offline_wait);
    }
    parked_.push_back(std::move(c));
}

void client_core::send_now(call c) {
    c.sent_at = home().now();
    next_due_ = std::min(next_due_, c.due);
    commands_.add(c.count);
    // A script's arguments may be needed once more.
    c.commands.scripts().empty() ? wire()->send(std::move(c.commands).take_bytes())
                                 : wire()->send(std::string_view{c.commands.bytes()});
    sent_.push_back(std::move(c));
}

void client_core::on_up() {
    retiring_ = false;
    for (auto& c : std::exchange(parked_, {})) take(std::move(c));
}

void client_core::on_reply(reply r) {
    if (sent_.empty()) return drop("the server answered what nobody asked");
    if (r.error_code() == "READONLY" && limits().endpoints.size() > 1) retiring_ = true;
    auto& front = sent_.front();
    front.got.push_back(std::move(r));
    if (front.got.size() < front.count) return;
    auto c = std::move(front);
    sent_.pop_front();
    answered(std::move(c));
    if (retiring_ && sent_.empty() && wire()) drop("the server became a replica");
    finish_closing_if_idle();
}

void client_core::answered(call c) {
    if (!c.late && !c.commands.scripts().empty() && ask_again(c)) return;
    auto got = std::move(c.got);
    settle(c, std::move(got));
}

namespace {

// Waits for the second answers of a batch and puts them where NOSCRIPT stood.
class second_round final : public waiter<replies> {
public:
    second_round(replies first, std::vector<std::size_t> places, waiter_ptr<replies> who)
        : first_{std::move(first)}, places_{std::move(places)}, who_{std::move(who)} {}

    void done(base::result<replies> second) override {
        if (!second) {
            // The rest of the batch was done.
            const bool part = places_.size() < first_.size() && second.error().kind == fault_kind::unavailable;
            if (part) second.error().kind = fault_kind::unconfirmed;
        } else {
            for (std::size_t i = 0; i < places_.size(); ++i) first_[places_[i]] = std::move((*second)[i]);
            second = std::move(first_);
        }
        if (who_) who_->done(std::move(second));
    }

private:
    replies first_;
    std::vector<std::size_t> places_;
    waiter_ptr<replies> who_;
};

}  // namespace

// NOSCRIPT means that nothing was run, so that those scripts may go once more, by their source.
bool client_core::ask_again(call& c) {
    std::vector<std::size_t> uses, places;
    const auto scripts = c.commands.scripts();
    for (std::size_t i = 0; i < scripts.size(); ++i) {
        if (c.got[scripts[i].index].error_code() != "NOSCRIPT") continue;
        uses.push_back(i);
        places.push_back(scripts[i].index);
    }
    if (uses.empty() || !wire()) return false;
    call again;
    again.commands = c.commands.with_sources(uses);
    again.due = c.due;
    again.bytes = again.commands.bytes().size();
    again.count = uses.size();
    waiting_.fetch_add(again.count);  // not refused for want of room: it was taken already
    waiting_bytes_.fetch_add(again.bytes);
    release(c);
    again.who = std::make_unique<second_round>(std::move(c.got), std::move(places), std::move(c.who));
    send_now(std::move(again));
    return true;
}

void client_core::settle(call& c, base::result<replies> outcome) {
    release(c);
    if (const auto who = std::move(c.who)) who->done(std::move(outcome));
}

void client_core::release(const call& c) {
    waiting_.fetch_sub(c.count);
    waiting_bytes_.fetch_sub(c.bytes);
}

void client_core::refuse(call& c, fault_kind kind, const std::string& why) {
    refused_.add(c.count);
    settle(c, base::fail(kind, why));
}

std::string client_core::away() const {
    return last_error().empty() ? "redis: not connected yet" : "redis: not connected: " + last_error();
}

// --- the connection's troubles ---------------------------------------------------------------------------------------

void client_core::on_down(const std::string& why) {
    next_due_ = base::steady_time::max();
    for (auto& c : std::exchange(sent_, {})) {
        if (c.who) unknown_.add();
        settle(c, base::fail(fault_kind::unconfirmed, "redis: sent, but not known to be done: " + why));
    }
    finish_closing_if_idle();
}

std::optional<base::steady_time> client_core::unanswered_since() const {
    if (sent_.empty()) return std::nullopt;
    return sent_.front().sent_at;
}

void client_core::send_ping() {
    call c;
    c.commands.add("PING");
    c.count = 1;
    waiting_.fetch_add(1);
    send_now(std::move(c));
}

// --- time ------------------------------------------------------------------------------------------------------------

void client_core::on_tick() {
    time_out_parked();
    if (home().now() >= next_due_) time_out_sent();
    if (home().now() >= close_due_) finish_closing();
}

// Who waited is told; the answer, should it come, still has its place.
void client_core::time_out_sent() {
    const auto now = home().now();
    next_due_ = base::steady_time::max();
    std::vector<waiter_ptr<replies>> late;
    for (auto& c : sent_) {
        if (c.late) continue;
        c.late = c.due <= now;
        if (!c.late) next_due_ = std::min(next_due_, c.due);
        if (c.late && c.who) late.push_back(std::move(c.who));
    }
    timeouts_.add(late.size());
    for (auto& who : late)
        who->done(base::fail(fault_kind::timeout, "redis: no answer in time; it may have been done"));
}

void client_core::time_out_parked() {
    const auto now = home().now();
    if (std::ranges::none_of(parked_, [&](const call& c) { return c.due <= now; })) return;
    auto waiting = std::exchange(parked_, {});
    for (auto& c : waiting)
        if (c.due > now) parked_.push_back(std::move(c));
    for (auto& c : waiting)
        if (c.due <= now) refuse(c, fault_kind::unavailable, away());
}

// --- the end ---------------------------------------------------------------------------------------------------------

void client_core::begin_close(waiter_ptr<void> who) {
    closed_ = true;
    auto on_loop = [self = std::static_pointer_cast<client_core>(shared_from_this()),
                    held = std::make_shared<waiter_ptr<void>>(std::move(who))] {
        self->drain();
        if (*held) self->closers_.push_back(std::move(*held));
        for (auto& c : std::exchange(self->parked_, {}))
            self->refuse(c, fault_kind::unavailable, "redis: the client was closed");
        self->close_due_ = self->home().now() + self->limits().close_timeout;
        self->finish_closing_if_idle();
    };
    home().post(std::move(on_loop));
}

void client_core::finish_closing_if_idle() {
    if (close_due_ != base::steady_time::max() && sent_.empty()) finish_closing();
}

void client_core::finish_closing() {
    close_due_ = base::steady_time::max();
    abandon();
    for (auto& who : std::exchange(closers_, {})) who->done({});
}

void client_core::abandon() {
    closed_ = true;
    shut("the client was closed");
    drain();
    for (auto& c : std::exchange(parked_, {})) refuse(c, fault_kind::unavailable, "redis: the client was closed");
}

}  // namespace redis
