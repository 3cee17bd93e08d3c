// A map whose entries live for one common TTL after their last refresh. Since the TTL is common, the order of refreshes is
// the order of expiry, and links between the entries hold it: nothing is ever scanned.
#pragma once
#include <bit>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "base/clock.hpp"

namespace workflow {

// Not safe for threads: each shard guards its own.
//
// Open addressing over hashes and pointers: what is looked for and not there, the usual case of a new order, costs one line
// of memory, where a node-based table visits the entries of strangers; and growing moves hashes, not entries.
template <class Key, class Value>
class expiring_map {
public:
    class entry {
    public:
        explicit entry(const Key& k) : key{k} {}
        const Key key;
        Value value{};
        base::steady_time expires;

    private:
        friend class expiring_map;
        entry *older_ = nullptr, *newer_ = nullptr;
    };
    using taken = std::unique_ptr<entry>;  // null: there was none

    explicit expiring_map(base::steady_time::duration ttl) : ttl_{ttl}, slots_(least_slots) {}
    ~expiring_map() {
        while (pop_oldest()) {
        }
    }
    expiring_map(const expiring_map&) = delete;
    expiring_map& operator=(const expiring_map&) = delete;

    // An entry past its time is not found, although it may still wait to be popped.
    entry* find(const Key& key, base::steady_time now) const {
        auto* e = slots_[place_of(key, hash_of(key))].held;
        return e && e->expires > now ? e : nullptr;
    }

    // A fresh entry, also in the place of one past its time that is still there.
    entry& insert(const Key& key, base::steady_time now) {
        if ((size_ + 1) * 2 > slots_.size()) grow();
        const auto hash = hash_of(key);
        auto& slot = slots_[place_of(key, hash)];
        auto fresh = std::make_unique<entry>(key);
        if (slot.held)
            unlink(*taken{slot.held});
        else
            ++size_;
        slot = {hash, fresh.release()};
        slot.held->expires = now + ttl_;
        link(*slot.held);
        return *slot.held;
    }

    void refresh(entry& e, base::steady_time now) {
        e.expires = now + ttl_;
        unlink(e);
        link(e);
    }

    taken erase(const Key& key) {
        const auto at = place_of(key, hash_of(key));
        taken out{slots_[at].held};
        if (!out) return out;
        unlink(*out);
        close_gap(at);
        --size_;
        return out;
    }
    taken pop_expired(base::steady_time now) {
        return !oldest_ || oldest_->expires > now ? nullptr : erase(oldest_->key);
    }
    taken pop_oldest() { return oldest_ ? erase(oldest_->key) : nullptr; }

    std::size_t size() const noexcept { return size_; }

private:
    struct slot {
        std::uint64_t hash = 0;
        entry* held = nullptr;  // owned
    };
    static constexpr std::size_t least_slots = 16;  // a power of two, as every size after it

    static std::uint64_t hash_of(const Key& key) noexcept { return std::hash<Key>{}(key) * 0x9E3779B97F4A7C15ull; }
    // The product's high bits are its good ones.
    std::size_t home_of(std::uint64_t hash) const noexcept {
        return static_cast<std::size_t>(hash >> (64 - std::countr_zero(slots_.size())));
    }
    std::size_t after(std::size_t at) const noexcept { return (at + 1) & (slots_.size() - 1); }

    // Where `key` is, or would be put.
    std::size_t place_of(const Key& key, std::uint64_t hash) const {
        auto at = home_of(hash);
        while (slots_[at].held && (slots_[at].hash != hash || slots_[at].held->key != key)) at = after(at);
        return at;
    }

    // Moves up what would no longer be found behind an empty slot.
    void close_gap(std::size_t gap) noexcept {
        for (auto at = after(gap); slots_[at].held; at = after(at)) {
            const auto home = home_of(slots_[at].hash);
            const bool reaches = gap <= at ? home <= gap || home > at : home <= gap && home > at;
            if (!reaches) continue;
            slots_[gap] = slots_[at];
            gap = at;
        }
        slots_[gap] = {};
    }

    void grow() {
        const auto before = std::exchange(slots_, std::vector<slot>(slots_.size() * 2));
        for (const auto& s : before) {
            if (!s.held) continue;
            auto at = home_of(s.hash);
            while (slots_[at].held) at = after(at);
            slots_[at] = s;
        }
    }

    void link(entry& e) noexcept {
        e.older_ = newest_;
        e.newer_ = nullptr;
        (newest_ ? newest_->newer_ : oldest_) = &e;
        newest_ = &e;
    }
    void unlink(entry& e) noexcept {
        (e.older_ ? e.older_->newer_ : oldest_) = e.newer_;
        (e.newer_ ? e.newer_->older_ : newest_) = e.older_;
    }

    base::steady_time::duration ttl_;
    std::vector<slot> slots_;
    std::size_t size_ = 0;
    entry *oldest_ = nullptr, *newest_ = nullptr;  // the first to expire, and the last
};

// How many expired entries a writing call clears away: more than it can add, so that the dead never gather.
inline constexpr int swept_per_call = 4;

}  // namespace workflow
