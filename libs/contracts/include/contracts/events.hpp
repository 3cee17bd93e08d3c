// The three events on the broker (contracts §3): written exactly so, read tolerantly.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "contracts/ids.hpp"
#include "contracts/money.hpp"
#include "contracts/orders.hpp"

namespace contracts {

namespace queue {
inline constexpr std::string_view accepted = "order.accepted", processed = "order.processed", failed = "order.failed";
}

struct event_item {
    product_id product;
    std::int32_t quantity = 0;
    std::optional<money> unit_price;  // missing from the .NET services
    friend bool operator==(const event_item&, const event_item&) = default;
};

struct order_accepted {
    correlation_id id;
    user_id customer;
    std::vector<event_item> items;
    std::optional<base::unix_micros> accepted_at;
};
struct order_processed {
    correlation_id id;
    order_id order = 0;
};
struct order_failed {
    correlation_id id;
    std::string reason;
};

std::string to_json(const order_accepted& e);
std::string accepted_json(const correlation_id& id, const user_id& customer, const order& what);  // the same, at intake
std::string to_json(const order_processed& e);
std::string to_json(const order_failed& e);

// `invalid` with a short constant phrase as its message (it becomes the dead letter's reason) when unreadable
// or against the contract: not JSON, not UTF-8, duplicate members, ids or quantities out of bounds, no items,
// more than 1 MiB.
base::result<order_accepted> read_order_accepted(std::string_view body);
base::result<order_processed> read_order_processed(std::string_view body);
base::result<order_failed> read_order_failed(std::string_view body);
// The id alone, when at least that is readable.
std::optional<correlation_id> read_event_id(std::string_view body);

// For FailedOrder: what can be read of an order.accepted that breaks the contract, and an order's lines
// alone, as they stand in the event.
struct salvaged_order {
    std::optional<correlation_id> id;
    std::optional<user_id> customer;
};
salvaged_order salvage_order(std::string_view body);
std::string items_json(std::span<const event_item> items);
std::optional<std::vector<event_item>> read_items_json(std::string_view text);  // nullopt: not readable, or empty

}  // namespace contracts
