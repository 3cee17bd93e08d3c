// The hub's HTTP face: negotiate, and the first request of each transport.
#pragma once
#include <memory>

#include "hub_core.hpp"
#include "net/http/message.hpp"

namespace signalr {

// `path` is as sent. Is it the hub's or its negotiate?
bool is_hub_path(const hub_core& core, std::string_view path) noexcept;

// On the loop of the request's connection.
net::http::response answer(const std::shared_ptr<hub_core>& core, const net::http::request& r);

}  // namespace signalr
