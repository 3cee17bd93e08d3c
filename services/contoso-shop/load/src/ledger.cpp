#include "ledger.hpp"

#include <algorithm>
#include <utility>

namespace load {

progress read_progress(std::string_view word) noexcept {
    if (word == "Completed") return progress::completed;
    if (word == "Failed") return progress::failed;
    if (word == "Processing") return progress::processing;
    if (word == "Accepted") return progress::accepted;
    return progress::none;
}

void ledger::reserve(std::size_t orders) {
    entries_.reserve(orders);
    by_id_.reserve(orders);
}

std::size_t ledger::intend(std::uint32_t user, std::uint16_t basket, const base::uuid& key, const base::uuid& id,
                           nanos at) {
    const auto i = entries_.size();
    entry e;
    e.user = user;
    e.basket = basket;
    e.key = key;
    e.intended = at;
    entries_.push_back(e);
    if (!id.is_nil()) learn_id(i, id);
    return i;
}

void ledger::learn_id(std::size_t i, const base::uuid& id) {
    entry& e = entries_[i];
    if (e.id == id) return;
    if (!e.id.is_nil()) {  // one order, two ids: by its key, or by two answers
        ++doubled_;
        return;
    }
    e.id = id;
    const auto [at, fresh] = by_id_.try_emplace(id, std::uint32_t(i));
    if (!fresh) ++doubled_;  // one id for two orders
    if (const auto early = unknown_.find(id); early != unknown_.end()) {
        if (early->second.user == e.user)
            raise(e, early->second.reached, early->second.order), e.notified = true;
        else
            ++foreign_;
        unknown_.erase(early);
    }
}

void ledger::raise(entry& e, progress p, std::int64_t order) {
    if (order != 0) {
        if (e.order == 0) e.order = order;
        if (e.order != order && !std::exchange(e.doubled, true)) ++doubled_;
    }
    const bool was = e.settled();
    e.reached = std::max(e.reached, p);
    if (e.accepted && !was && e.settled()) ++settled_;
}

void ledger::answered(std::size_t i, const base::uuid& id, nanos at) {
    learn_id(i, id);
    entry& e = entries_[i];
    if (!e.closed) e.closed = true, ++closed_;
    if (e.accepted) return;
    e.accepted = true;
    e.answered_at = at;
    ++accepted_;
    if (e.settled()) ++settled_;
    e.reached = std::max(e.reached, progress::accepted);
}

void ledger::refused(std::size_t i, bool expected) noexcept {
    entry& e = entries_[i];
    if (!e.closed) e.closed = true, ++closed_;
    ++refused_;
    if (!expected) ++unexpected_;
}

void ledger::gave_up(std::size_t i) noexcept {
    entry& e = entries_[i];
    if (!e.closed) e.closed = true, ++closed_;
}

telling ledger::told(std::uint32_t user, const base::uuid& id, progress p, std::int64_t order, bool live) {
    const auto known = by_id_.find(id);
    if (known == by_id_.end()) {
        const auto [at, fresh] = unknown_.try_emplace(id, early{user, p, order});
        if (!fresh && at->second.user != user) ++foreign_;
        if (!fresh && at->second.order != 0 && order != 0 && at->second.order != order) ++doubled_;
        return telling::stranger;
    }
    entry& e = entries_[known->second];
    if (e.user != user) {
        ++foreign_;
        return telling::stranger;
    }
    if (live && p < e.pushed) ++regressed_;
    if (live) e.pushed = std::max(e.pushed, p);
    const bool news = !e.notified || p > e.reached;
    raise(e, p, order);
    e.notified = e.notified || e.settled();
    if (!news) ++repeated_;
    return news ? telling::news : telling::repeat;
}

void ledger::found(std::size_t i, progress p, std::int64_t order, progress floor) {
    entry& e = entries_[i];
    if (p < floor) ++regressed_;
    raise(e, p, order);
}

const entry* ledger::find(const base::uuid& id) const noexcept {
    const auto known = by_id_.find(id);
    return known == by_id_.end() ? nullptr : &entries_[known->second];
}

verdict ledger::judge() const {
    verdict v;
    v.intended = entries_.size();
    v.refused = refused_;
    v.repeated = repeated_;
    v.doubled = doubled_;
    v.foreign = foreign_;
    v.regressed = regressed_;
    v.unexpected = unexpected_;
    std::unordered_map<std::uint32_t, std::uint64_t> may_exist;  // by user: orders without key and without an answer
    for (const entry& e : entries_) {
        if (!e.accepted) {
            if (e.id.is_nil()) ++may_exist[e.user];
            continue;
        }
        ++v.accepted;
        if (e.reached == progress::completed)
            ++v.completed;
        else if (e.reached == progress::failed)
            ++v.failed;
        else
            ++v.waiting;
        if (e.settled() && !e.notified) ++v.by_status;
    }
    v.unanswered = v.intended - v.accepted - v.refused;
    v.lost = v.waiting;
    for (const auto& [id, told] : unknown_) {
        auto& left = may_exist[told.user];
        if (left > 0)
            --left;
        else
            ++v.foreign;
    }
    return v;
}

}  // namespace load
