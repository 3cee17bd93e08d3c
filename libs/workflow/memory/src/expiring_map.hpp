// A map whose entries live for one common TTL after their last refresh. Since the TTL is common, the order of
// refreshes is the order of expiry, and a list holds it: nothing is ever scanned.
#pragma once
#include <list>
#include <optional>
#include <unordered_map>
#include <utility>

#include "base/clock.hpp"

namespace workflow {

// Not safe for threads: each shard guards its own.
template <class Key, class Value>
class expiring_map {
public:
    struct entry {
        Key key;
        Value value;
        base::steady_time expires;
    };

    explicit expiring_map(base::steady_time::duration ttl) : ttl_{ttl} {}

    // An entry past its time is not found, although it may still wait to be popped.
    entry* find(const Key& key, base::steady_time now) const {
        const auto at = index_.find(key);
        return at == index_.end() || at->second->expires <= now ? nullptr : &*at->second;
    }

    // `key` must not be in the map, expired or not: erase() it first.
    entry& insert(const Key& key, base::steady_time now) {
        order_.push_back(entry{key, Value{}, now + ttl_});
        index_.emplace(key, std::prev(order_.end()));
        return order_.back();
    }

    void refresh(entry& e, base::steady_time now) {
        e.expires = now + ttl_;
        order_.splice(order_.end(), order_, index_.find(e.key)->second);
    }

    std::optional<entry> erase(const Key& key) {
        const auto at = index_.find(key);
        if (at == index_.end()) return std::nullopt;
        const auto place = at->second;
        index_.erase(at);
        std::optional<entry> out{std::move(*place)};
        order_.erase(place);
        return out;
    }

    std::optional<entry> pop_expired(base::steady_time now) {
        return order_.empty() || order_.front().expires > now ? std::nullopt : pop_oldest();
    }
    std::optional<entry> pop_oldest() {
        if (order_.empty()) return std::nullopt;
        return erase(Key{order_.front().key});  // a copy: erase() ends the key's own life
    }

    std::size_t size() const noexcept { return index_.size(); }

private:
    base::steady_time::duration ttl_;
    std::list<entry> order_;  // next to expire first
    std::unordered_map<Key, typename std::list<entry>::iterator> index_;
};

// How many expired entries a writing call clears away: more than it can add, so that the dead never gather.
inline constexpr int swept_per_call = 4;

}  // namespace workflow
