// The use case: a batch of order.accepted becomes rows, order.processed and order.failed (contracts §3). It
// knows ports only; the consumer's unit, where there is one, is passed through to every port that can join
// it.
#pragma once
#include <chrono>
#include <string>

#include "base/clock.hpp"
#include "base/id_source.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "contracts/events.hpp"
#include "messaging/consumer.hpp"
#include "messaging/publisher.hpp"
#include "orders/store.hpp"
#include "workflow/store.hpp"

namespace order_process {

struct options {
    std::string processed_queue{contracts::queue::processed};
    std::string failed_queue{contracts::queue::failed};
    std::chrono::milliseconds sql_deadline{30'000};  // of a whole batch
    std::chrono::milliseconds publish_deadline{10'000};
    std::chrono::milliseconds workflow_deadline{500};  // then work goes on without it
};

// Everything referred to outlives the consumer and what its units still have to run.
struct dependencies {
    orders::store& orders;
    workflow::store& workflow;
    messaging::publisher& publisher;
    const base::clock& clock;
    base::id_source& ids;  // of message-ids
    base::log_scope log;
    base::metrics& metrics;
    options limits{};
};

// What a failed order's status and order.failed say; also the dead letter's reason, where it is constant.
namespace reason {
inline constexpr std::string_view unknown_product = "unknown product", rejected = "rejected",
                                  processing_failed = "processing failed", key_reused = "key reused";
}

// Without a unit the order is: insert, record failures, status, publish, and the answer (the ack) last. With
// one, insert, failures and publishes are part of it, and the status follows its commit. One pass over the
// batch; nothing is awaited per message.
messaging::batch_handler make_process_order(const dependencies& from);

}  // namespace order_process
