#pragma once
#include <functional>
#include <memory>

#include "net/websocket/session.hpp"
#include "transport.hpp"

namespace signalr {

// Makes the hub's side for a transport that is about to open.
using user_factory = std::function<std::shared_ptr<transport_user>(transport&)>;

// `never_opened`: the connection ended before the upgrade was answered.
net::http::response accept_websocket(const net::http::request& r, const net::websocket::session_limits& limits,
                                     user_factory make_user, std::function<void()> never_opened);

}  // namespace signalr
