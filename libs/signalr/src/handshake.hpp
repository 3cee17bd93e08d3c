// The first message of either side; always JSON, whatever the hub protocol.
#pragma once
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "hub_protocol.hpp"

namespace signalr {

inline constexpr std::size_t max_handshake = 32 * 1024;  // bytes with the separator

// The protocol that the client asks for, or the text of the error to answer with. `request`: without its
// separator. `version`: gets what the client says, 2 where it wants stateful reconnect.
std::expected<const hub_protocol*, std::string> read_handshake(std::string_view request, bool detailed_errors,
                                                               const protocol_choice& enabled = {},
                                                               std::int32_t* version = nullptr);

std::string handshake_error(std::string_view error);  // the framed answer
inline constexpr std::string_view handshake_success = "{}\x1e";
inline constexpr std::string_view handshake_canceled = "Handshake was canceled.";

}  // namespace signalr
