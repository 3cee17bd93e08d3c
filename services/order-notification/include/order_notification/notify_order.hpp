// The use case: order.processed and order.failed become numbered notifications in their owner's feed, and are pushed to
// the owner's connections (contracts §3, §5).
#pragma once
#include <chrono>
#include <functional>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "messaging/consumer.hpp"
#include "orders/store.hpp"
#include "signalr/hub.hpp"
#include "workflow/store.hpp"

namespace order_notification {

struct options {
    // An owner that the workflow store does not know (yet) is asked for again after each of these, then SQL is.
    std::vector<std::chrono::milliseconds> owner_delays{std::chrono::milliseconds{100}, std::chrono::milliseconds{250},
                                                        std::chrono::milliseconds{500}};
    std::chrono::milliseconds workflow_deadline{5'000};
    std::chrono::milliseconds sql_deadline{2'000};
};

// Everything referred to outlives the consumers and the hub.
struct dependencies {
    workflow::store& workflow;
    orders::store* orders = nullptr;  // null: none configured, and the workflow store alone is asked
    const base::clock& clock;
    base::log_scope log;
    base::metrics& metrics;
    options limits{};
};

// Takes the JSON array of the client method's arguments. Called on the consumer's executor; must not block.
using pusher = std::function<void(const contracts::user_id& user, std::string_view arguments_json)>;
pusher push_to(signalr::hub_clients& clients);  // as `Notification`, to every connection of the user

// One handler per queue. A message is acked when its notification stands in the feed and has been pushed; a redelivered
// one finds its number and is pushed again.
messaging::batch_handler make_notify_processed(const dependencies& from, pusher push);
messaging::batch_handler make_notify_failed(const dependencies& from, pusher push);

}  // namespace order_notification
