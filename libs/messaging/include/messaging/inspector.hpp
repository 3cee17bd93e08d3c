#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/call_context.hpp"
#include "base/result.hpp"
#include "messaging/message.hpp"

namespace messaging {

// What an operator may see and do; the same on every broker. Queues are named as in contracts §3,
// `<queue>.dlq` too.
struct queue_state {
    std::string name;
    std::uint64_t ready = 0;    // waiting
    std::uint64_t in_hand = 0;  // delivered, no outcome yet (retries that wait included)
    int consumers = 0;
    base::unix_micros oldest = 0;  // enqueued at; 0: empty or not known
};

struct stored_message {
    std::uint64_t position = 0;  // in queue order; names the message within its queue
    message content;
    base::unix_micros enqueued_at = 0;
};

class inspector {
public:
    virtual ~inspector() = default;
    virtual base::task<std::vector<queue_state>> queues(const base::call_context& ctx) = 0;
    // Without taking them: oldest first, from after `after`.
    virtual base::task<std::vector<stored_message>> browse(const base::call_context& ctx, std::string_view queue,
                                                           std::uint64_t after, std::size_t most) = 0;
    // Moves dead letters back to their x-original-queue, without x-retry-count and the dead letter's own
    // headers; all or none. Answers how many were still there.
    virtual base::task<std::size_t> replay(const base::call_context& ctx, std::string_view dead_letter_queue,
                                           std::vector<std::uint64_t> positions) = 0;
    virtual base::task<std::size_t> discard(const base::call_context& ctx, std::string_view queue,
                                            std::vector<std::uint64_t> positions) = 0;
};

}  // namespace messaging
