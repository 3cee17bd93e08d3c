// The workflow state of orders that still wait: memory forgets with the process, the queues don't (contracts §4).
#pragma once
#include "base/call_context.hpp"
#include "base/result.hpp"
#include "messaging/inspector.hpp"
#include "orders/store.hpp"
#include "workflow/store.hpp"

namespace shop {

struct refilled {
    std::size_t waiting = 0;    // from order.accepted: owner, ACCEPTED, pending
    std::size_t finishing = 0;  // from order.processed and order.failed: owner and end, as SQL has them
};

// Before anything listens or consumes. Reads all three queues to their end, a page at a time.
base::task<refilled> refill(base::call_context ctx, messaging::inspector& queues, orders::store& orders,
                            workflow::store& into);

}  // namespace shop
