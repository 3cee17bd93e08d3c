#include "workflow/memory/store.hpp"

#include <algorithm>
#include <memory>
#include <vector>

#include "feed_shard.hpp"
#include "order_shard.hpp"

namespace workflow {
namespace {

std::size_t share(std::size_t all, std::size_t shards) { return (all + shards - 1) / shards; }

status status_of(const contracts::notification& n) { return {.state = n.state, .order = n.order, .reason = n.reason}; }

// Orders are spread by id and feeds by user; a call that needs both takes the feed's lock first.
class sharded_store final : public memory_store {
public:
    sharded_store(const memory_options& options, const base::clock& time) {
        const auto shards = std::max<std::size_t>(options.shards, 1);
        const feed_limits limits{options.feed_length, share(options.max_feeds, shards),
                                 share(options.max_notifications, shards)};
        for (std::size_t i = 0; i < shards; ++i) {
            orders_.push_back(std::make_unique<order_shard>(options.ttl, share(options.max_orders, shards), time));
            feeds_.push_back(std::make_unique<feed_shard>(options.ttl, limits, options.sequence_floor, time));
        }
    }

    base::task<known_order> accept(const base::call_context&, intake in) override {
        auto& shard = orders_of(in.id);
        co_return shard.accept(std::move(in));
    }

    base::task<> apply(const base::call_context&, std::vector<change> changes) override {
        for (const auto& c : changes) orders_of(c.id).apply(c);
        co_return base::result<>{};
    }

    base::task<order_view> find(const base::call_context&, const contracts::correlation_id& id) override {
        co_return orders_of(id).find(id);
    }

    base::task<std::vector<order_view>> find_all(const base::call_context&,
                                                 std::vector<contracts::correlation_id> ids) override {
        std::vector<order_view> found;
        found.reserve(ids.size());
        for (const auto& id : ids) found.push_back(orders_of(id).find(id));
        co_return found;
    }

    base::task<bool> touch(const base::call_context&, const contracts::correlation_id& id,
                           const contracts::user_id& user) override {
        co_return orders_of(id).touch(id, user);
    }

    base::task<> forget(const base::call_context&, const contracts::correlation_id& id) override {
        orders_of(id).forget(id);
        co_return base::result<>{};
    }

    base::task<std::vector<contracts::notification>> append(const base::call_context&,
                                                            std::vector<contracts::notification> news) override {
        const auto may_tell = [this](const contracts::notification& n) {
            return orders_of(n.id).tell(n.id, status_of(n));
        };
        for (auto& n : news) {
            auto& feed = feeds_of(n.user);
            n = feed.append(std::move(n), may_tell);
        }
        co_return news;
    }

    base::task<feed_page> read_feed(const base::call_context&, const contracts::user_id& user,
                                    std::int64_t after) override {
        co_return feeds_of(user).read(user, after);
    }

    base::unix_micros knows_since() const override {
        base::unix_micros since = 0;
        for (const auto& shard : orders_) since = std::max(since, shard->knows_since());
        return since;
    }

    bool healthy() const override { return true; }

    std::int64_t last_sequence() const override {
        std::int64_t last = 0;
        for (const auto& shard : feeds_) last = std::max(last, shard->last_sequence());
        return last;
    }

    sizes now() const override {
        sizes all;
        for (const auto& shard : orders_) all.orders += shard->size();
        for (const auto& shard : feeds_) {
            const auto mine = shard->size();
            all.feeds += mine.feeds;
            all.notifications += mine.notifications;
        }
        return all;
    }

private:
    // The maps inside use the hash's low bits; the shard is picked by others.
    std::size_t pick(std::size_t hash) const { return (hash * 0x9E3779B97F4A7C15ull >> 32) % orders_.size(); }
    order_shard& orders_of(const contracts::correlation_id& id) {
        return *orders_[pick(std::hash<contracts::correlation_id>{}(id))];
    }
    feed_shard& feeds_of(const contracts::user_id& user) {
        return *feeds_[pick(std::hash<contracts::user_id>{}(user))];
    }

    std::vector<std::unique_ptr<order_shard>> orders_;
    std::vector<std::unique_ptr<feed_shard>> feeds_;
};

}  // namespace

std::unique_ptr<memory_store> make_memory_store(memory_options options, const base::clock& time) {
    return std::make_unique<sharded_store>(options, time);
}

}  // namespace workflow
