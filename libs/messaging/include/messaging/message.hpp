// What travels through a broker, whichever it is.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.hpp"

namespace messaging {

using header_value = std::variant<std::string, std::int32_t>;  // AMQP `S` and `I`
using header_list = std::vector<std::pair<std::string, header_value>>;

// Header names of contracts §3.
namespace header {
inline constexpr std::string_view traceparent = "traceparent", tracestate = "tracestate", baggage = "baggage",
                                  correlation_id = "x-correlation-id", timeline = "x-timeline",
                                  retry_count = "x-retry-count", dead_letter_reason = "x-dead-letter-reason",
                                  exception = "x-exception", original_queue = "x-original-queue",
                                  failed_at = "x-failed-at";
}

struct message {
    std::string body;
    std::string message_id;      // UUID; made by the adapter when empty
    std::string correlation_id;  // lower-case UUID, or empty
    std::string content_type = "application/json";
    header_list headers;

    const header_value* find(std::string_view name) const noexcept;  // names compare byte for byte
    std::string_view text(std::string_view name) const noexcept;     // empty when absent or a number
    std::int32_t number(std::string_view name,
                        std::int32_t otherwise) const noexcept;  // also reads a decimal string
    void set(std::string_view name, header_value value);         // replaces
    void remove(std::string_view name);
};

// A message as a consumer gets it.
struct delivery {
    message content;
    std::uint64_t tag = 0;      // the adapter's; unique while the message is held
    int attempt = 1;            // x-retry-count + 1
    bool last_attempt = false;  // attempt >= max_attempts: a failure now should answer dead_letter
    bool redelivered = false;
    base::unix_micros enqueued_at = 0;  // 0: the broker does not say
};

}  // namespace messaging
