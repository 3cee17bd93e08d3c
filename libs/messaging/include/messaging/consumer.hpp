#pragma once
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/call_context.hpp"
#include "base/result.hpp"
#include "base/unit.hpp"
#include "messaging/message.hpp"

namespace messaging {

// What became of a message; the table of contracts §3. The handler decides, the adapter carries it out.
enum class verdict : unsigned char {
    ack,          // done, or done before; everything it had to publish is confirmed
    retry,        // failed: kept for 1, 5, 15, 30 s (others go on), then back to the tail with x-retry-count + 1
    dead_letter,  // to <queue>.dlq with the reason, confirmed, then gone from here
    hold,         // a dependency is away: no attempt is spent; consumption stops and backs off, 200 ms doubling to
                  // 30 s
};

struct outcome {
    verdict what = verdict::ack;
    std::string reason;     // of a dead letter: a short constant phrase
    std::string exception;  // details for the operator
};

struct batch {
    std::span<const delivery> messages;  // in queue order, at least one
    base::unit* unit = nullptr;          // pass it to every port call of this batch; committed with the outcomes
};

// One outcome per message, in order. When it throws or answers too few, the unit is rolled back and all are
// `retry`. When it is called again for the same messages, nothing of the earlier call inside the unit has
// happened. The context names the unit: a write to the same database that is not handed it fails at once.
using batch_handler =
    std::function<boost::asio::awaitable<std::vector<outcome>>(const base::call_context&, const batch&)>;

struct consumer_options {
    std::string queue;
    std::size_t prefetch = 300;  // messages in hand, those held back for a retry included
    std::size_t batch = 300;     // at most so many to one call of the handler
    int max_attempts = 5;        // RabbitMQ__MaxProcessingAttempts
    std::vector<std::chrono::milliseconds> retry_delays{std::chrono::seconds{1}, std::chrono::seconds{5},
                                                        std::chrono::seconds{15}, std::chrono::seconds{30}};
    std::chrono::milliseconds hold_first{200}, hold_most{30'000};
    std::chrono::milliseconds handler_timeout{60'000};  // the call context's deadline
};

// Delivers one queue to one handler, one call at a time. Reconnects by itself.
class consumer {
public:
    virtual ~consumer() = default;
    // Until stop(): then the call under way is finished and its outcomes are carried out. Runs on the
    // caller's executor.
    virtual boost::asio::awaitable<void> run(batch_handler handle) = 0;
    virtual void stop() = 0;           // safe from any thread; messages in hand go back as they were
    virtual bool healthy() const = 0;  // false while the broker is away or a hold is on
};

}  // namespace messaging
