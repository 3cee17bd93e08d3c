// A hub's servers joined through Redis, on the wire as Microsoft.AspNetCore.SignalR.StackExchangeRedis does it.
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "net/loop.hpp"
#include "redis/settings.hpp"
#include "redis/subscriber.hpp"
#include "signalr/backplane.hpp"

namespace signalr {

// `settings.max_channels` must be enough for every connection, every user and every group on this server.
struct redis_backplane_options {
    redis::settings settings;
    std::string channel_prefix = "contoso-signalr";  // stands before the name of the hub, without a separator
    std::string hub_name;                            // servers with the same prefix and name are one hub; not empty
    std::string server_name;  // empty: the machine's name, "_", 32 random hex digits. No two servers may have the same
    // A new client waits so long, not longer, for its channels to be confirmed. With Redis away it does not wait.
    std::chrono::milliseconds subscribe_wait{2'000};
    std::chrono::milliseconds retry_after{1'000};  // a channel that Redis refused
    std::chrono::milliseconds close_wait{2'000};   // for unsubscribing, when the server ends
    // On the loop, when the channels are all there again after they were lost: what was published in between was missed. The place to
    // tell clients again what they may not have heard. May be null.
    std::function<void(const redis::gap&)> on_gap;
};

// Two connections, both on `on`, which must outlive the backplane; begins to connect at once, and needs no Redis to be there: until
// then, and whenever it is away, the servers are on their own. `invalid`: options that can't work.
base::result<std::shared_ptr<backplane>> make_redis_backplane(net::loop& on, redis_backplane_options options,
                                                              redis::surroundings around = {});

}  // namespace signalr
