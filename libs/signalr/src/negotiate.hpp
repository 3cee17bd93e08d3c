// Where a client asks how it may connect (specification §1).
#pragma once
#include "hub_core.hpp"
#include "net/http/message.hpp"

namespace signalr {

net::http::response negotiate(hub_core& core, const net::http::request& r);

net::http::response busy();  // 503: shutting down, or a limit is reached
steady_time now_for(const net::http::request& r);

}  // namespace signalr
