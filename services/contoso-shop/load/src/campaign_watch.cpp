// The part of a campaign that hears what becomes of orders: by the hub, and by asking for what the hub has
// not told.
#include "campaign.hpp"
#include "scan.hpp"

namespace load {
namespace {

constexpr nanos second = 1'000'000'000;
constexpr nanos ask_after = 30 * second;  // contracts §5: a client asks every 30 s while it waits
constexpr nanos ask_after_settling = 3 * second;
constexpr nanos ask_again = 2 * second;
constexpr std::size_t asked_at_once = 256, looked_at = 50'000;

std::uint64_t micros(nanos from, nanos to) noexcept { return to > from ? std::uint64_t(to - from) / 1'000 : 0; }

std::string_view word(progress p) noexcept {
    return p == progress::completed ? "Completed" : p == progress::failed ? "Failed" : "-";
}

}  // namespace

void campaign::told(hub_link& by, const notice& n, bool live) {
    const auto* known = ledger_.find(n.id);
    const bool was = known && known->settled() && known->notified;
    const auto what = ledger_.told(by.user(), n.id, n.reached, n.order, live && by.first());
    if (what == telling::repeat) return;
    journal_->told(by.user(), n.id, word(n.reached), n.order, n.sequence);
    journal_soon();
    if (!known || was || !known->settled() || known->user != by.user()) return;
    const auto now = steady_nanos();
    tally_.told.record(micros(known->intended, now));
    if (!known->accepted) return;
    tally_.between.record(micros(known->answered_at, now));
    tally_.settled_last = now;
}

// The feed did not reach back to where this tab was: the API knows.
void campaign::resumed(hub_link& by, bool complete) {
    if (complete || ledger_.size() == 0) return;
    next_ask_of_user_[by.user()] = steady_nanos();
    oldest_waiting_ = 0;
}

void campaign::unreadable(hub_link&, std::string_view record) {
    ++tally_.unreadable;
    odd("from the hub: " + std::string{record.substr(0, 200)});
}

void campaign::ask_for_the_missing(nanos now) {
    while (
        oldest_waiting_ < ledger_.size() &&
        (ledger_[oldest_waiting_].settled() || (ledger_[oldest_waiting_].closed && !ledger_[oldest_waiting_].accepted)))
        ++oldest_waiting_;
    const auto age = stage_ == stage::settling ? ask_after_settling : ask_after;
    const auto end = std::min(ledger_.size(), oldest_waiting_ + looked_at);
    for (auto i = oldest_waiting_; i < end && asked_.size() < asked_at_once; ++i) {
        const auto& e = ledger_[i];
        if (!e.accepted || e.settled()) continue;
        const auto asked_for = next_ask_of_user_[e.user];
        const bool old = now - e.answered_at > age;
        if (!old && (asked_for == 0 || e.answered_at > asked_for)) continue;
        if (const auto a = asked_.find(i); a != asked_.end() && now - a->second.at < ask_again) continue;
        if (!ask(i)) break;
    }
}

void campaign::status_answered(std::size_t i, const answer& a) {
    const auto question = asked_.find(i);
    if (question == asked_.end()) return;
    const auto floor = question->second.floor;
    asked_.erase(question);
    // 404 and 503 say "not known for a while", which is no fall (P7, P8).
    if (a.status == 404 || a.status == 503 || a.status == 429) return;
    if (a.status != 200) return odd("GET …/status answered " + std::to_string(a.status));
    const auto reached = read_progress(scan::text(scan::member(a.body, "status")));
    const bool was = ledger_[i].settled();
    ledger_.found(i, reached, scan::integer(scan::member(a.body, "orderId")).value_or(0), floor);
    if (!was && ledger_[i].settled()) tally_.settled_last = steady_nanos();
}

}  // namespace load
