// FailedOrder: what could not become an order.
#pragma once
#include <span>
#include <vector>

#include "orders/store.hpp"
#include "sqlite/statement.hpp"

namespace orders {

// Within the caller's transaction; one writer at a time is what excludes a twin's insert.
base::result<std::vector<bool>> record_failures(sqlite::connection& c, std::span<const failed_order> batch,
                                                base::unix_micros now);

// Of the items as they came in a message; nullopt where they can't be read.
std::optional<contracts::fingerprint> fingerprint_of_items(std::string_view json);

}  // namespace orders
