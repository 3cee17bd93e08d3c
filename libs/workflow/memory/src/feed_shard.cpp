#include "feed_shard.hpp"

#include <algorithm>

namespace workflow {

feed_shard::feed_shard(base::steady_time::duration ttl, feed_limits limits, std::int64_t floor, const base::clock& time)
    : feeds_{ttl},
      limits_{std::max<std::size_t>(limits.length, 1), std::max<std::size_t>(limits.feeds, 1), limits.notifications},
      time_{time},
      floor_{floor},
      highest_{floor} {}

feed_shard::told_state feed_shard::feed::told(const contracts::correlation_id& id) const {
    const auto at = index.find(id);
    return at == index.end() ? told_state{} : at->second;
}

const contracts::notification& feed_shard::feed::at(std::int64_t sequence) const {
    return *std::ranges::lower_bound(entries, sequence, {}, &contracts::notification::sequence);
}

void feed_shard::feed::drop_oldest() {
    const auto& oldest = entries.front();
    if (const auto at = index.find(oldest.id); at != index.end() && at->second.sequence == oldest.sequence)
        index.erase(at);
    entries.pop_front();
}

contracts::notification feed_shard::add(contracts::notification news, feeds::entry* stands, base::steady_time now) {
    if (stands)
        feeds_.refresh(*stands, now);
    else
        stands = &make(news.user, now);
    auto& mine = stands->value;
    news.previous = mine.entries.empty() ? 0 : mine.entries.back().sequence;
    news.sequence = std::max((mine.entries.empty() ? floor_ : news.previous) + 1, time_.now());
    highest_ = std::max(highest_, news.sequence);
    mine.index[news.id] = {news.state, news.sequence};
    mine.entries.push_back(news);
    ++kept_;
    if (mine.entries.size() > limits_.length) {
        mine.drop_oldest();
        --kept_;
    }
    // The one just refreshed is the last to go, and stays even when it alone is above the limit.
    while (kept_ > limits_.notifications && feeds_.size() > 1) lose(feeds_.pop_oldest());
    return news;
}

feed_shard::feeds::entry& feed_shard::make(const contracts::user_id& user, base::steady_time now) {
    for (int i = 0; i < swept_per_call; ++i) {
        auto gone = feeds_.pop_expired(now);
        if (!gone) break;
        lose(gone);
    }
    lose(feeds_.erase(user));  // one past its time that the sweep has not reached yet
    while (feeds_.size() >= limits_.feeds) lose(feeds_.pop_oldest());
    return feeds_.insert(user, now);
}

void feed_shard::lose(const feeds::taken& gone) {
    if (!gone || gone->value.entries.empty()) return;
    const auto& entries = gone->value.entries;
    floor_ = std::max(floor_, entries.back().sequence);
    kept_ -= entries.size();
}

feed_page feed_shard::read(const contracts::user_id& user, std::int64_t after) const {
    const std::lock_guard lock{guard_};
    const auto* stands = feeds_.find(user, time_.steady_roughly());
    if (!stands) return {};
    const auto& entries = stands->value.entries;
    const auto first_after = std::ranges::upper_bound(entries, after, {}, &contracts::notification::sequence);
    feed_page page;
    page.notifications.assign(first_after, entries.end());
    page.latest = entries.back().sequence;
    // Entries follow one another, so `after` can only be the sequence before the first of them, or its
    // previous. 0 is no number: a feed's start can't be told from what was lost before it.
    const bool seen = first_after != entries.begin() && std::prev(first_after)->sequence == after;
    const bool follows = first_after != entries.end() && first_after->previous == after;
    page.complete = after > 0 && (seen || follows);
    return page;
}

std::int64_t feed_shard::last_sequence() const {
    const std::lock_guard lock{guard_};
    return highest_;
}

memory_store::sizes feed_shard::size() const {
    const std::lock_guard lock{guard_};
    return {.orders = 0, .feeds = feeds_.size(), .notifications = kept_};
}

}  // namespace workflow
