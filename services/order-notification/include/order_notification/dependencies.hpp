// What order-notification is made of, and every limit it has.
#pragma once
#include <chrono>
#include <vector>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "orders/store.hpp"
#include "signalr/hub.hpp"
#include "workflow/store.hpp"

namespace order_notification {

struct options {
    // An order whose owner the workflow store doesn't know is asked for again after these (contracts §4).
    std::vector<std::chrono::milliseconds> owner_pauses{std::chrono::milliseconds{100}, std::chrono::milliseconds{250},
                                                        std::chrono::milliseconds{500}};
    std::chrono::milliseconds workflow_deadline{2'000};
    std::chrono::milliseconds sql_deadline{2'000};
};

// Everything referred to outlives the service.
struct dependencies {
    workflow::store& workflow;
    orders::store* orders;  // null: no SQL here; then the workflow store alone knows owners
    const base::clock& clock;
    base::log_scope log;
    base::metrics& metrics;
    options limits{};
};

}  // namespace order_notification
