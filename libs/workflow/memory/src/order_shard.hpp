// One lock's worth of orders: owner, status, pending and timeline under one TTL.
#pragma once
#include <mutex>
#include <optional>

#include "expiring_map.hpp"
#include "workflow/memory/store.hpp"

namespace workflow {

// Safe from any thread. Every call is one atomic step.
class order_shard {
public:
    order_shard(base::steady_time::duration ttl, std::size_t limit, const base::clock& time);

    known_order accept(intake in);
    void apply(const change& c);
    order_view find(const contracts::correlation_id& id) const;
    bool touch(const contracts::correlation_id& id, const contracts::user_id& user);
    void forget(const contracts::correlation_id& id);

    // Raises a status that stands there. False when a higher one does: then the user must not be told.
    bool tell(const contracts::correlation_id& id, const status& to);

    base::unix_micros knows_since() const;
    std::size_t size() const;

private:
    struct record {
        std::optional<contracts::user_id> owner;
        status state;
        std::optional<pending_order> pending;
        contracts::timeline steps;
        base::unix_micros made_at = 0;
    };
    using records = expiring_map<contracts::correlation_id, record>;

    records::entry& make(const contracts::correlation_id& id, base::steady_time now);
    void lose(const records::taken& gone, base::steady_time now);

    mutable std::mutex guard_;
    records records_;
    const std::size_t limit_;
    const base::clock& time_;
    base::unix_micros knows_since_;
};

}  // namespace workflow
