// What a message turns into on its way (contracts §3): the same on every broker, so every adapter asks here.
#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "base/id_source.hpp"
#include "messaging/consumer.hpp"
#include "messaging/message.hpp"

namespace messaging {

std::string dead_letter_queue_of(std::string_view queue);  // <queue>.dlq

int attempt_of(const message& m) noexcept;  // x-retry-count + 1

// For the tail of its queue: x-retry-count + 1. The message id is emptied: it is fresh for every publish,
// because a broker that detects duplicates would confirm and drop a retry that kept its own.
message retried(message m);

// For <queue>.dlq, with the headers that tell why, and a message id derived from queue, correlation id and
// body.
message dead_lettered(message m, std::string_view queue, const outcome& why, base::unix_micros failed_at);

// For its queue again: without x-retry-count and the dead letter's own headers, with a fresh message id.
message replayed(message dead);
// Where it goes: x-original-queue, else the name without ".dlq"; empty when neither is known.
std::string original_queue_of(const message& dead, std::string_view dead_letter_queue);

// The id of a dead letter: a version 8 UUID, the same for twins. The correlation id is the property's, else
// the header's.
std::string dead_letter_id(std::string_view queue, const message& m);

std::chrono::milliseconds retry_delay(const consumer_options& o, int attempt) noexcept;

// Waits that double from the first to the most, each changed by up to a fifth at random.
class backoff {
public:
    backoff(std::chrono::milliseconds first, std::chrono::milliseconds most, base::id_source& ids)
        : first_{first}, most_{most}, ids_{ids} {}
    std::chrono::microseconds next();
    void reset() noexcept { step_ = std::chrono::milliseconds::zero(); }
    bool resting() const noexcept { return step_ != std::chrono::milliseconds::zero(); }

private:
    std::chrono::milliseconds first_, most_, step_{0};
    base::id_source& ids_;
};

}  // namespace messaging
