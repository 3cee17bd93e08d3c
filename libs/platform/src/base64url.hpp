#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace platform {

// RFC 4648 §5 without padding, and strict: no white space, no other alphabet, and the bits that a short last
// group leaves over must be zero (else one signature would have several spellings).
std::optional<std::string> read_base64url(std::string_view text);
void append_base64url(std::string& out, std::span<const std::uint8_t> bytes);

}  // namespace platform
