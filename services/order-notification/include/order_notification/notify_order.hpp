// The use case: the owner of a finished order hears of it in every tab. Consumes order.processed and
// order.failed.
#pragma once
#include "messaging/consumer.hpp"
#include "order_notification/dependencies.hpp"

namespace order_notification {

// Handlers for the two queues. Idempotent: a message that comes again finds its number in the feed and is
// pushed again, which clients drop by (correlationId, status). What they refer to must outlive the consumers.
messaging::batch_handler make_notify_processed(const dependencies& needs, signalr::hub_clients& clients);
messaging::batch_handler make_notify_failed(const dependencies& needs, signalr::hub_clients& clients);

}  // namespace order_notification
