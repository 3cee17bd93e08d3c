// The hub of the SignalR wire specification §10.1, with the further methods that the captured conversations call.
#pragma once
#include "request_book.hpp"
#include "signalr/hub.hpp"

namespace conformance {

void add_calls(signalr::hub& hub, request_book& book);
void add_streams(signalr::hub& hub);
void add_values(signalr::hub& hub);

}  // namespace conformance
