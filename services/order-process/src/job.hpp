// One message of a batch on its way: read, stored or failed, told.
#pragma once
#include <optional>
#include <string>

#include "contracts/events.hpp"
#include "messaging/consumer.hpp"
#include "orders/store.hpp"

namespace order_process {

enum class job_state : unsigned char {
    readable,  // not decided yet
    stored,    // its row stands
    failed,    // a dead letter; recorded as a failure where its id is known and no row stands
    reused,    // a dead letter, and only that
    again,     // an attempt that failed
};

struct job {
    const messaging::delivery* source = nullptr;  // of the batch, which outlives its jobs
    job_state state = job_state::readable;
    std::optional<contracts::order_accepted> event;
    std::optional<contracts::correlation_id> known_id;  // also of an event that can't be read
    std::optional<contracts::user_id> salvaged_customer;
    contracts::timeline steps;

    contracts::order_id order = 0;
    bool repeated = false, deleted = false, failure_stands = false;
    std::string reason;       // of the dead letter: a constant phrase
    std::string reason_told;  // to the user
    std::string exception;    // for the operator

    const contracts::correlation_id& id() const { return event->id; }
    contracts::user_id customer() const;
    bool tells_success() const noexcept { return state == job_state::stored && !deleted; }
    bool tells_failure() const noexcept { return state == job_state::failed && failure_stands; }

    void take(orders::inserted_order&& result, base::unix_micros persisted);
    void fail(std::string_view why, std::string told, std::string details);
    void fail_or_retry(const std::string& details);

    orders::new_order to_row(base::unix_micros now) const;
    orders::failed_order to_failure() const;
    messaging::message to_processed(std::string message_id) const;
    messaging::message to_failed(std::string message_id) const;
    messaging::outcome to_outcome() const;

private:
    messaging::message with_headers(std::string body, const contracts::correlation_id& id,
                                    std::string message_id) const;
};

job read_job(const messaging::delivery& from, base::unix_micros now);

}  // namespace order_process
