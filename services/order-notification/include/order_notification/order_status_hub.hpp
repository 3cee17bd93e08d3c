// The hub of contracts §5: who may connect, and its four methods.
#pragma once
#include <string>
#include <vector>

#include "order_notification/dependencies.hpp"
#include "platform/auth.hpp"
#include "signalr/hub.hpp"

namespace order_notification {

inline constexpr std::string_view hub_path = "/hubs/order-status";

// Ping, RegisterOrder, GetCurrentStatus, Resume. A caller learns of own orders only; "not there" and "not
// yours" are one answer. `needs` is copied; what it refers to must outlive the hub.
void add_methods(signalr::hub& hub, const dependencies& needs);

// Bearer token from the header, or from ?access_token=, which wins when it is not empty. A foreign Origin is
// refused with 403, a bad token with 401; a token without a user id is let in for the hub to close. Both must
// outlive the hub.
signalr::authenticator hub_authenticator(platform::token_verifier& tokens, std::vector<std::string> origins,
                                         std::chrono::seconds leeway = platform::jwt_options{}.leeway);

}  // namespace order_notification
