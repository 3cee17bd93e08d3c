// The part of a campaign that sends orders and hears their answers.
#include "campaign.hpp"
#include "contracts/identity.hpp"
#include "scan.hpp"

namespace load {
namespace {

constexpr std::uint64_t status_question = std::uint64_t{1} << 63;  // in a tag
constexpr nanos second = 1'000'000'000;
constexpr std::size_t kept_oddities = 5;

std::uint64_t micros(nanos from, nanos to) noexcept { return to > from ? std::uint64_t(to - from) / 1'000 : 0; }

}  // namespace

bool campaign::wants_more(nanos now) const noexcept {
    if (stop_ordering_ || stage_ != stage::ordering) return false;
    if (options_.orders != 0 && ledger_.size() >= options_.orders) return false;
    return ends_ == 0 || now < ends_;
}

nanos campaign::due_at(std::size_t n) const noexcept {
    return options_.rate > 0 ? tally_.began + nanos(double(n) / options_.rate * double(second)) : 0;
}

wire* campaign::free_wire() noexcept {
    for (std::size_t i = 0; i < wires_.size(); ++i) {
        auto& w = *wires_[next_wire_];
        next_wire_ = next_wire_ + 1 == wires_.size() ? 0 : next_wire_ + 1;
        if (w.free()) return &w;
    }
    return nullptr;
}

// Retries first, then whatever is due. Order n is due at a time that does not depend on the server (open
// loop).
void campaign::pump(nanos now) {
    while (!retries_.empty() && retries_.top().due <= now) {
        auto* on = free_wire();
        if (!on) return;
        const auto i = retries_.top().order;
        retries_.pop();
        send(*on, i);
    }
    while (wants_more(now) && due_at(ledger_.size()) <= now) {
        auto* on = free_wire();
        if (!on) return;
        send_new(*on, now);
    }
}

void campaign::room(wire& on) {
    const auto now = steady_nanos();
    if (!retries_.empty()) pump(now);
    while (on.free() && wants_more(now) && due_at(ledger_.size()) <= now) send_new(on, now);
}

void campaign::send_new(wire& on, nanos now) {
    const auto chance = chance_.next_u64();
    const auto user = std::uint32_t(chance % users_.size());
    const auto goods = std::uint16_t((chance >> 32) % baskets_.size());
    base::uuid key, id;
    if (options_.keyed) {
        key = base::system_ids().make_v7(base::system_clock());
        id = contracts::keyed_correlation_id(contracts::user_id{users_[user]}, key.str());
    }
    const auto due = due_at(ledger_.size());
    const auto i = ledger_.intend(user, goods, key, id, due != 0 ? due : now);
    journal_->intent(i, user, goods, key, id);
    send(on, i);
}

void campaign::send(wire& on, std::size_t i) {
    const auto& e = ledger_[i];
    ledger_.tried(i);
    tally_.sent_last = steady_nanos();
    journal_soon();  // this turn's lines are written before this turn's requests leave
    if (e.key.is_nil()) {
        on.send(i, {request_heads_[e.user], request_tails_[e.basket]});
        return;
    }
    static thread_local std::string key;
    key.clear();
    e.key.append_to(key);
    on.send(i, {request_heads_[e.user], "Idempotency-Key: ", key, "\r\n", request_tails_[e.basket]});
}

void campaign::journal_soon() {
    if (!journal_->active() || flush_asked_) return;
    flush_asked_ = true;
    loop_.at_turn_end([this] {
        flush_asked_ = false;
        if (!journal_->flush()) odd("the ledger could not be written"), hurry();
    });
}

void campaign::answered(std::uint64_t tag, const answer& a) {
    if (tag & status_question)
        status_answered(tag & ~status_question, a);
    else
        order_answered(tag, a);
}

void campaign::order_answered(std::size_t i, const answer& a) {
    ++tally_.statuses[a.status];
    const auto now = steady_nanos();
    if (a.status != 201) {
        const bool safe = !ledger_[i].key.is_nil() || a.retry_after;  // without a key: only when nothing was enqueued
        if ((a.status == 503 || a.status == 429) && options_.retry && safe)
            return again(i, std::chrono::seconds{std::min(a.retry_after.value_or(0), 2u)});
        return drop(i, a.status);
    }
    const auto id = base::uuid::parse(scan::text(scan::member(a.body, "correlationId")));
    if (!id) {
        odd("201 without a correlationId: " + std::string{a.body.substr(0, 200)});
        return drop(i, a.status);
    }
    const bool repeat = ledger_[i].accepted;
    ledger_.answered(i, *id, now);
    journal_->accepted(i, *id);
    journal_soon();
    if (repeat) return;
    tally_.answered.record(micros(ledger_[i].intended, now));
    if (ledger_[i].settled()) tally_.between.record(0), tally_.settled_last = now;
}

void campaign::lost(std::uint64_t tag) {
    if (tag & status_question) {
        asked_.erase(tag & ~status_question);
        return;
    }
    ++tally_.lost_answers;
    if (options_.retry && !ledger_[tag].key.is_nil())
        again(tag, {});
    else
        ledger_.gave_up(tag);
}

void campaign::again(std::size_t i, std::chrono::milliseconds at_least) {
    const auto& e = ledger_[i];
    const auto now = steady_nanos();
    if (now - e.intended > nanos(options_.give_up * double(second)) || stop_settling_) return ledger_.gave_up(i);
    ++tally_.retries;
    const auto step = std::chrono::milliseconds{20} * (1 << std::min<int>(e.tries, 6));
    const auto wait =
        std::max(at_least, step / 2 + std::chrono::milliseconds{chance_.next_u64() % std::uint64_t(step.count())});
    retries_.push({now + nanos(wait.count()) * 1'000'000, i});
}

void campaign::drop(std::size_t i, unsigned status) {
    const bool expected = status == 503 || status == 429;
    if (!expected && status != 201) odd("POST /api/orders answered " + std::to_string(status));
    ledger_.refused(i, expected);
    journal_->refused(i, status);
    journal_soon();
}

void campaign::odd(std::string text) {
    if (tally_.oddities.size() < kept_oddities) tally_.oddities.push_back(std::move(text));
}

bool campaign::ask(std::size_t i) {
    auto* on = free_wire();
    if (!on) return false;
    const auto& e = ledger_[i];
    asked_[i] = {steady_nanos(), e.reached};
    ++tally_.polls;
    const auto id = e.id.str();
    on->send(status_question | i, {"GET /api/orders/", id, status_tails_[e.user]});
    return true;
}

}  // namespace load
