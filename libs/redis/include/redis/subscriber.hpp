// Channels over a connection of their own, kept subscribed through reconnects.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "net/loop.hpp"
#include "redis/health.hpp"
#include "redis/settings.hpp"

namespace redis {

// What was published between the two times may have been missed (Redis keeps nothing for who is away).
struct gap {
    base::unix_micros lost_at = 0;      // when the loss was noticed; up to heartbeat_after + heartbeat_timeout late
    base::unix_micros restored_at = 0;  // when the last channel was confirmed again
    std::size_t channels = 0;           // subscribed again
    std::size_t refused = 0;            // not subscribed again, because the server refused (tried again next time)
};

struct subscriber_stats {
    std::uint64_t messages = 0;
    std::uint64_t gaps = 0;
    std::size_t channels = 0;  // confirmed now
    std::size_t wanted = 0;    // confirmed or on their way
};

struct subscriber_events {
    std::function<void(const gap&)> on_gap;       // on the loop, once all channels are back; may be null
    std::function<void(bool connected)> on_link;  // on the loop; may be null
};

// Called on the subscriber's loop, in the order of the channel; the views are good during the call. Must not throw.
using message_handler = std::function<void(std::string_view channel, std::string_view payload)>;

// Safe from any thread; coroutines resume on their own executor.
class subscriber {
public:
    virtual ~subscriber() = default;  // does not wait; a handler may still be running on the loop, use close()

    // Done when the server confirmed. Without a connection it waits for one, until the command timeout. On any fault the
    // channel is not subscribed: `conflict` it was already, `unavailable` away, closed or too many, `timeout`, `internal` we
    // may not, `invalid` no name or too long a one.
    virtual base::task<> subscribe(std::string channel, message_handler handler) = 0;
    // The handler is not called any more once this is done, whatever the result; a fault says that the server may still
    // send. Not subscribed: done.
    virtual base::task<> unsubscribe(std::string channel) = 0;
    // No handler is called once this is done.
    virtual base::task<> close() = 0;

    virtual link_state state() const = 0;
    virtual subscriber_stats stats() const = 0;
};

// Begins to connect at once. The loop must outlive the subscriber. `invalid`: settings or TLS files that can't work.
base::result<std::unique_ptr<subscriber>> make_subscriber(net::loop& on, settings s, subscriber_events events = {},
                                                          surroundings around = {});

}  // namespace redis
