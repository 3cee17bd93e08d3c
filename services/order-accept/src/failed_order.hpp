// An order that failed, as its owner sees it.
#pragma once
#include "contracts/orders.hpp"
#include "order_accept/catalogue.hpp"
#include "orders/store.hpp"

namespace order_accept {

// From what was recorded; names and missing prices from the catalogue where it has them. `snapshot` may be
// null.
contracts::order order_of_failure(const contracts::correlation_id& id, const orders::stored_failure& failure,
                                  const catalogue_snapshot* snapshot);

}  // namespace order_accept
