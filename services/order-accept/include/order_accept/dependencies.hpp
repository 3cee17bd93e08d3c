// What order-accept is made of, and every limit it has.
#pragma once
#include <chrono>
#include <string>

#include "base/clock.hpp"
#include "base/id_source.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "contracts/events.hpp"
#include "messaging/publisher.hpp"
#include "orders/store.hpp"
#include "workflow/store.hpp"

namespace order_accept {

struct options {
    std::chrono::milliseconds catalogue_refresh{10'000};         // Catalogue__RefreshSeconds
    std::chrono::milliseconds catalogue_max_age{24 * 3600'000};  // Catalogue__MaxAge: older is no catalogue
    std::chrono::milliseconds workflow_ttl{1'800'000};           // WorkflowState__Ttl
    std::chrono::milliseconds publish_deadline{5'000};
    std::chrono::milliseconds workflow_deadline{500};  // then the store counts as away, and intake goes on without
    std::chrono::milliseconds sql_deadline{2'000};
    // A key of our own clients younger than this is not looked up in SQL, where the workflow store would know
    // it.
    std::chrono::milliseconds trusted_key_age{60'000};
    std::size_t waiting_lookups = 10'000;  // SQL look-ups that wait for the one under way; above: 503
    std::chrono::seconds retry_after{2};   // what a 503 asks for
    std::string queue{contracts::queue::accepted};
};

// Everything referred to outlives the service.
struct dependencies {
    orders::store& orders;
    workflow::store& workflow;
    messaging::publisher& publisher;
    const base::clock& clock;
    base::id_source& ids;
    base::log_scope log;
    base::metrics& metrics;
    options limits{};
};

}  // namespace order_accept
