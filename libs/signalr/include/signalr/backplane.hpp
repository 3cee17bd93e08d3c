// What makes several servers of one hub look like one to their clients. Without it a hub lives in one process. The one that comes
// with this library is in signalr/redis_backplane.hpp.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace signalr {

struct backplane_state {
    bool degraded = false;                 // not all of the other servers' messages arrive, or not all of ours leave
    std::string why;                       // for the operator
    std::size_t channels = 0, wanted = 0;  // subscribed; to be subscribed
    std::uint64_t published = 0, publish_failed = 0, arrived = 0;
    std::uint64_t gaps = 0;  // times that messages may have been missed
};

// Named channels that servers publish bytes on. Safe from any thread, and nothing waits: callbacks say how it went, on a thread of
// the backplane or before the call returns. Names are whole, `hub_name():user:anna`.
class backplane {
public:
    virtual ~backplane() = default;

    virtual const std::string& hub_name() const noexcept = 0;
    virtual const std::string& server_name() const noexcept = 0;  // no two servers have the same

    struct listener {
        // One call at a time, in the order of each channel; the views are good during the call.
        std::function<void(std::string_view channel, std::string_view payload)> arrived;
    };
    virtual void start(listener to) = 0;  // once, before anything else; nothing is called any more when close() is done

    // Counted: subscribed from the first call until as many of unsubscribe(). `then` (may be null) once it is confirmed; or when it
    // can't be for now: it will be as soon as possible, state() says degraded, and nobody should wait for it.
    virtual void subscribe(std::string channel, std::function<void()> then) = 0;
    virtual void unsubscribe(std::string channel) = 0;

    // `then` (may be null): how many servers get it. Faults: `unavailable` nobody does; `timeout`, `unconfirmed` nobody knows.
    using published = std::function<void(base::result<std::int64_t>)>;
    virtual void publish(std::string_view channel, std::string_view payload, published then) = 0;

    virtual backplane_state state() const = 0;
    // Everything is unsubscribed and the connections ended, or the time for it is over.
    virtual boost::asio::awaitable<void> close() = 0;
};

}  // namespace signalr
