// What order-accept and the hub read, on a reader's snapshot.
#pragma once
#include <span>
#include <vector>

#include "orders/store.hpp"
#include "sqlite/statement.hpp"

namespace orders {

base::result<std::vector<contracts::product>> read_catalogue(sqlite::connection& c);
base::result<order_page> read_page(sqlite::connection& c, const contracts::user_id& user, std::int64_t offset,
                                   std::int64_t size);
base::result<std::optional<stored_order>> read_order(sqlite::connection& c, contracts::order_id id);
base::result<std::vector<found_order>> read_all(sqlite::connection& c, std::span<const contracts::correlation_id> ids);

}  // namespace orders
