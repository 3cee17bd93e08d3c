// One lock's worth of users' feeds (contracts §5).
#pragma once
#include <deque>
#include <mutex>
#include <unordered_map>

#include "expiring_map.hpp"
#include "workflow/memory/store.hpp"

namespace workflow {

struct feed_limits {
    std::size_t length = 0;         // notifications of one user
    std::size_t feeds = 0;          // users
    std::size_t notifications = 0;  // of all users together
};

// Safe from any thread.
class feed_shard {
public:
    feed_shard(base::steady_time::duration ttl, feed_limits limits, std::int64_t floor, const base::clock& time);

    // Numbers and keeps it, in one step with `may_tell`, which is asked under this shard's lock. Where that
    // or the feed says that more has been told already, it gets sequence 0 and is not kept.
    template <class MayTell>
    contracts::notification append(contracts::notification news, MayTell&& may_tell) {
        const std::lock_guard lock{guard_};
        const auto now = time_.steady_roughly();
        auto* stands = feeds_.find(news.user, now);
        const auto before = stands ? stands->value.told(news.id) : told_state{};
        if (before.state > news.state || !may_tell(news)) {
            news.sequence = news.previous = 0;
            return news;
        }
        if (before.state == news.state) {
            feeds_.refresh(*stands, now);
            return stands->value.at(before.sequence);
        }
        return add(std::move(news), stands, now);
    }

    feed_page read(const contracts::user_id& user, std::int64_t after) const;
    std::int64_t last_sequence() const;
    memory_store::sizes size() const;

private:
    struct told_state {
        contracts::order_state state = contracts::order_state::none;  // the highest told of one order
        std::int64_t sequence = 0;
    };

    struct feed {
        std::deque<contracts::notification> entries;  // by rising sequence
        std::unordered_map<contracts::correlation_id, told_state> index;

        told_state told(const contracts::correlation_id& id) const;
        const contracts::notification& at(std::int64_t sequence) const;
        void drop_oldest();
    };
    using feeds = expiring_map<contracts::user_id, feed>;

    contracts::notification add(contracts::notification news, feeds::entry* stands, base::steady_time now);
    feeds::entry& make(const contracts::user_id& user, base::steady_time now);
    void lose(const feeds::taken& gone);

    mutable std::mutex guard_;
    feeds feeds_;
    const feed_limits limits_;
    const base::clock& time_;
    std::size_t kept_ = 0;  // notifications in all feeds
    std::int64_t floor_;    // no feed that is gone ever gave a higher number: a new one starts above
    std::int64_t highest_;  // ever given here
};

}  // namespace workflow
