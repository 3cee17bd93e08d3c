// The port to transient workflow state (contracts §4): map, status, pending, timeline, feed. Everything
// expires; losing all of it loses no order. Each call is one atomic step and one round trip.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/call_context.hpp"
#include "base/result.hpp"
#include "contracts/identity.hpp"
#include "contracts/ids.hpp"
#include "contracts/orders.hpp"

namespace workflow {

struct status {
    contracts::order_state state = contracts::order_state::none;
    contracts::order_id order = 0;  // of completed
    std::string reason;             // of failed
};

struct pending_order {
    contracts::fingerprint print{};
    std::string body;  // the 201's JSON
};

// What order-accept knows before it publishes.
struct intake {
    contracts::correlation_id id;
    contracts::user_id user;
    pending_order pending;
    base::unix_micros accepted_at = 0;
    std::string trace_id;
};
// What stood there already (the first's), or nothing of it for a new order.
struct known_order {
    bool known = false;
    bool foreign = false;  // it is another user's: nothing was written, and nothing of it is shown here
    std::optional<pending_order> pending;
    status state;
};

struct change {
    contracts::correlation_id id;
    contracts::user_id user;    // sets the map, whatever stands there; empty: changes only what stands there already
    status to;                  // applied only when it is higher than what stands there
    contracts::timeline steps;  // first write wins, attempts the highest
    bool drop_pending = false;  // the order is in SQL now
};

struct order_view {
    std::optional<contracts::user_id> owner;
    status state;
    std::optional<pending_order> pending;
    contracts::timeline steps;
};

// Contracts §5, Resume.
struct feed_page {
    bool complete = false;
    std::vector<contracts::notification> notifications;  // oldest first
    std::int64_t latest = 0;
};

// The one rule of contracts §4: a status only rises. Answers whether `stands` changed.
bool raise(status& stands, const status& to);

// Safe from any thread. Faults: unavailable/timeout when the store is away (then nothing is known).
class store {
public:
    virtual ~store() = default;

    // Map, status ACCEPTED and pending where there is nothing; answers what stood there. A status without
    // pending stays without: the first's body is not known then, and a later one must not pass for it.
    virtual base::task<known_order> accept(const base::call_context& ctx, intake in) = 0;
    virtual base::task<> apply(const base::call_context& ctx, std::vector<change> changes) = 0;
    virtual base::task<order_view> find(const base::call_context& ctx, const contracts::correlation_id& id) = 0;
    virtual base::task<std::vector<order_view>> find_all(const base::call_context& ctx,
                                                         std::vector<contracts::correlation_id> ids) = 0;
    // True when it is `user`'s; false: no map, or another's (the caller must not tell which). Keeps the
    // order's keys alive once it is known to be in the broker (`queued` stands in its timeline, or its status
    // rose): one that never got there must be free to expire however often its owner asks.
    virtual base::task<bool> touch(const base::call_context& ctx, const contracts::correlation_id& id,
                                   const contracts::user_id& user) = 0;
    virtual base::task<> forget(const base::call_context& ctx,
                                const contracts::correlation_id& id) = 0;  // DELETE

    // Numbers and stores notifications (contracts §5, one atomic step each): the same (correlationId, state)
    // keeps its number, a new one gets max(last + 1, time in µs). Sequence 0: a FAILED after a COMPLETED (in
    // the feed or in the status), or lower than what was told: not to be pushed. Raises the status where one
    // stands, and never makes one. Answers, in order, what stands in the feed.
    virtual base::task<std::vector<contracts::notification>> append(const base::call_context& ctx,
                                                                    std::vector<contracts::notification> news) = 0;
    // What is after `after`; complete only when an entry's sequence or previous is `after`. Nothing there:
    // all empty.
    virtual base::task<feed_page> read_feed(const base::call_context& ctx, const contracts::user_id& user,
                                            std::int64_t after) = 0;

    // It knows every intake since then that has not expired; a memory store knows nothing from before its
    // start.
    virtual base::unix_micros knows_since() const = 0;
    virtual bool healthy() const = 0;
};

}  // namespace workflow
