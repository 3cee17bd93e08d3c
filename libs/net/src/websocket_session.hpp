// The session's inside, shared by the two ways to get one: accept() and connect().
#pragma once
#include <memory>

#include "net/protocol.hpp"
#include "net/websocket/session.hpp"

namespace net::websocket {

std::unique_ptr<protocol> make_session(role r, std::unique_ptr<session_handler> rider, const session_limits& limits);

}  // namespace net::websocket
