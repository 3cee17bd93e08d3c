// The port to the system of record (contracts §7).
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/call_context.hpp"
#include "base/result.hpp"
#include "base/unit.hpp"
#include "contracts/events.hpp"
#include "contracts/identity.hpp"
#include "contracts/orders.hpp"

namespace orders {

struct new_order {
    contracts::correlation_id id;
    contracts::user_id customer;
    std::vector<contracts::event_item> items;  // a missing unit_price: the catalogue's is stored
    contracts::fingerprint print{};
    base::unix_micros accepted_at = 0;
    contracts::timeline steps;  // stored with the row, `persisted` included
};

enum class insert_result : unsigned char {
    inserted,
    already_there,    // same fingerprint, soft-deleted or not: done before
    key_reused,       // another body stands under this id: the first is kept (contracts §2)
    unknown_product,  // a product that the catalogue has never had; nothing was written
    rejected,         // the database refuses this one order for a reason of its own data; nothing was written
};
struct inserted_order {
    insert_result what = insert_result::inserted;
    contracts::order_id id = 0;  // of inserted and already_there
    bool deleted = false;        // already there, and soft-deleted since
    std::string detail;          // unknown_product: the ids; rejected: why
};

struct failed_order {
    contracts::correlation_id id;
    std::optional<contracts::user_id> customer;
    std::string items_json;  // as they came, or empty
    std::string reason;
    base::unix_micros accepted_at = 0;  // 0: not known
    contracts::timeline steps;
};
struct stored_failure {
    contracts::user_id customer;  // empty: not known
    std::string reason;
    base::unix_micros accepted_at = 0;
    std::string items_json;
    contracts::timeline steps;
};

// An order's row with what reads need.
struct stored_order {
    contracts::order value;  // state completed
    contracts::user_id customer;
    contracts::fingerprint print{};
    contracts::timeline steps;
    bool deleted = false;
};

// What SQL knows of a correlationId: a row, else a failure, else nothing.
struct found_order {
    std::optional<stored_order> row;
    std::optional<stored_failure> failure;
};

struct order_page {
    std::int64_t total = 0;
    std::vector<contracts::order> items;
};

// Safe from any thread. Away: unavailable/timeout, nothing was done. A write whose commit is uncertain:
// unconfirmed, and running it again is right (it is idempotent by correlationId).
class store {
public:
    virtual ~store() = default;

    // One transaction, set-based; one result per order, in order. Twins in the batch are folded, the first
    // wins. One bad order never spoils the others. Creates unknown customers. A success removes the order's
    // FailedOrder.
    virtual base::task<std::vector<inserted_order>> insert(const base::call_context& ctx, std::vector<new_order> batch,
                                                           base::unit* within = nullptr) = 0;
    // Recorded only where there is no order row (decided in the same transaction); answers for each whether
    // the failure stands now (also: stood before).
    virtual base::task<std::vector<bool>> record_failures(const base::call_context& ctx,
                                                          std::vector<failed_order> batch,
                                                          base::unit* within = nullptr) = 0;

    virtual base::task<std::vector<contracts::product>> catalogue(
        const base::call_context& ctx) = 0;  // all, in shop order
    virtual base::task<order_page> page(const base::call_context& ctx, const contracts::user_id& user,
                                        std::int64_t offset,
                                        std::int64_t size) = 0;  // newest first, not deleted
    virtual base::task<std::optional<stored_order>> find(const base::call_context& ctx, contracts::order_id id) = 0;
    virtual base::task<std::vector<found_order>> find_all(const base::call_context& ctx,
                                                          std::vector<contracts::correlation_id> ids) = 0;
    // The order's correlationId when it was the user's and not deleted; else nothing changes.
    virtual base::task<std::optional<contracts::correlation_id>> soft_delete(const base::call_context& ctx,
                                                                             const contracts::user_id& user,
                                                                             contracts::order_id id) = 0;

    virtual bool healthy() const = 0;
};

}  // namespace orders
