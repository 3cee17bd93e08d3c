#include "order_shard.hpp"

#include <algorithm>

namespace workflow {

order_shard::order_shard(base::steady_time::duration ttl, std::size_t limit, const base::clock& time)
    : records_{ttl}, limit_{std::max<std::size_t>(limit, 1)}, time_{time}, knows_since_{time.now()} {}

known_order order_shard::accept(intake in) {
    const std::lock_guard lock{guard_};
    const auto now = time_.steady_roughly();  // inside the lock: the list of expiry is in the order of these times
    if (auto* stands = records_.find(in.id, now)) {
        auto& known = stands->value;
        if (known.owner && *known.owner != in.user) return {.known = true, .foreign = true, .pending = {}, .state = {}};
        known.owner = std::move(in.user);
        records_.refresh(*stands, now);
        return {.known = true, .foreign = false, .pending = known.pending, .state = known.state};
    }
    auto& fresh = make(in.id, now).value;
    fresh.owner = std::move(in.user);
    fresh.state.state = contracts::order_state::accepted;
    fresh.pending = std::move(in.pending);
    fresh.steps[contracts::step::accepted] = in.accepted_at;
    fresh.steps.trace_id = std::move(in.trace_id);
    return {};
}

void order_shard::apply(const change& c) {
    const std::lock_guard lock{guard_};
    const auto now = time_.steady_roughly();
    auto* stands = records_.find(c.id, now);
    if (!stands) {
        if (c.user.empty()) return;
        stands = &make(c.id, now);
    } else {
        records_.refresh(*stands, now);
    }
    auto& known = stands->value;
    if (!c.user.empty()) known.owner = c.user;
    raise(known.state, c.to);
    known.steps.merge(c.steps);
    if (c.drop_pending) known.pending.reset();
}

order_view order_shard::find(const contracts::correlation_id& id) const {
    const std::lock_guard lock{guard_};
    const auto* stands = records_.find(id, time_.steady_roughly());
    if (!stands) return {};
    const auto& known = stands->value;
    return {.owner = known.owner, .state = known.state, .pending = known.pending, .steps = known.steps};
}

bool order_shard::touch(const contracts::correlation_id& id, const contracts::user_id& user) {
    const std::lock_guard lock{guard_};
    const auto now = time_.steady_roughly();
    auto* stands = records_.find(id, now);
    if (!stands || stands->value.owner != user) return false;
    const auto& known = stands->value;
    const bool in_broker =
        known.steps[contracts::step::queued] != 0 || known.state.state > contracts::order_state::accepted;
    if (in_broker) records_.refresh(*stands, now);
    return true;
}

void order_shard::forget(const contracts::correlation_id& id) {
    const std::lock_guard lock{guard_};
    lose(records_.erase(id), time_.steady_roughly());
}

bool order_shard::tell(const contracts::correlation_id& id, const status& to) {
    const std::lock_guard lock{guard_};
    auto* stands = records_.find(id, time_.steady_roughly());
    if (!stands) return true;
    auto& state = stands->value.state;
    if (state.state > to.state) return false;
    if (state.state != contracts::order_state::none) raise(state, to);
    return true;
}

order_shard::records::entry& order_shard::make(const contracts::correlation_id& id, base::steady_time now) {
    for (int i = 0; i < swept_per_call && records_.pop_expired(now); ++i) {
    }
    while (records_.size() >= limit_) lose(records_.pop_oldest(), now);
    auto& made = records_.insert(id, now);
    made.value.made_at = time_.now();
    return made;
}

// What goes before its time is an intake that is no longer known: from then on only later ones are.
void order_shard::lose(const records::taken& gone, base::steady_time now) {
    if (gone && gone->expires > now) knows_since_ = std::max(knows_since_, gone->value.made_at + 1);
}

base::unix_micros order_shard::knows_since() const {
    const std::lock_guard lock{guard_};
    return knows_since_;
}

std::size_t order_shard::size() const {
    const std::lock_guard lock{guard_};
    return records_.size();
}

}  // namespace workflow
