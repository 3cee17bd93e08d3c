// Who connects to the hub (contracts §5).
#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "platform/auth.hpp"
#include "signalr/hub.hpp"

namespace order_notification {

struct hub_access {
    std::vector<std::string> origins;  // Cors__Origins; the same origin is always good
    std::string path = "/hubs/order-status";
    std::chrono::seconds leeway{30};  // as the verifier's: a connection ends when its token is no longer taken
};

// The Authorization header, or `?access_token=` on the hub's path only; where that is present and not empty, it wins. A
// good token without user id is anonymous: with the hub's `require_user` it is told Close. An Origin that is not allowed
// is refused with 403; a missing or bad token with 401 and an empty body. Safe from any thread; `verifier` outlives it.
signalr::authenticator make_hub_authenticator(platform::token_verifier& verifier, hub_access access);

}  // namespace order_notification
