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

}  // namespace signalr
