// The hub's methods (contracts §5). A hub never creates or moves an order's map, and answers alike for what is not there
// and what is not the caller's.
#pragma once
#include "order_notification/notify_order.hpp"
#include "signalr/hub.hpp"

namespace order_notification {

inline constexpr std::string_view hub_path = "/hubs/order-status";

// Ping, RegisterOrder, GetCurrentStatus, Resume. Before the hub's first connection.
void register_methods(signalr::hub& on, const dependencies& from);

}  // namespace order_notification
