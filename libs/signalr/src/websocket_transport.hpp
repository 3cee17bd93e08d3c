#pragma once
#include "net/websocket/session.hpp"
#include "transport.hpp"

namespace signalr {

// `never_opened`: the connection ended before the upgrade was answered.
net::http::response accept_websocket(const net::http::request& r, const net::websocket::session_limits& limits,
                                     user_factory make_user, std::function<void()> never_opened);

}  // namespace signalr
