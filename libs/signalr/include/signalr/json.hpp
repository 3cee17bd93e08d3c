// JSON text as the official server writes it.
#pragma once
#include <string>
#include <string_view>

namespace signalr {

// Appends `text` (UTF-8) as a JSON string with its quotes. Byte for byte what the official server escapes is
// escaped, and nothing else; what is not UTF-8 becomes \uFFFD.
void append_json_string(std::string& out, std::string_view text);

inline std::string json_string(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

// UTF-8 as it is; each byte that belongs to none becomes U+FFFD.
std::string with_replacements(std::string_view text);

}  // namespace signalr
