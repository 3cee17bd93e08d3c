#include "signalr/json.hpp"

#include <algorithm>
#include <cstdint>

#include "escaped_code_points.hpp"
#include "net/websocket/utf8.hpp"
#include "text_blocks.hpp"

namespace signalr {
namespace {

void append_escape(std::string& out, std::uint32_t unit) {
    constexpr char digits[] = "0123456789ABCDEF";
    out += "\\u";
    for (const int shift : {12, 8, 4, 0}) out += digits[unit >> shift & 0xf];
}

void append_ascii_escape(std::string& out, unsigned char c) {
    switch (c) {
        case '\b':
            out += "\\b";
            return;
        case '\t':
            out += "\\t";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\f':
            out += "\\f";
            return;
        case '\r':
            out += "\\r";
            return;
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        default:
            append_escape(out, c);
    }
}

bool is_escaped(std::uint32_t cp) noexcept {
    const auto at = std::ranges::lower_bound(escaped_code_points, cp, {}, &code_point_range::last);
    return at != escaped_code_points.end() && at->first <= cp;
}

// The well-formed character at the front of `text`, which starts with a byte above 0x7f; size 0 when there is
// none.
struct character {
    std::uint32_t code_point = 0;
    std::size_t size = 0;
};
character read_character(std::string_view text) noexcept {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (text.size() < size || !net::websocket::is_utf8(text.substr(0, size))) return {};
    std::uint32_t cp = lead & (0xffU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) cp = cp << 6 | (static_cast<unsigned char>(text[i]) & 0x3fU);
    return {cp, size};
}

std::size_t append_character(std::string& out, std::string_view text) {
    const auto [cp, size] = read_character(text);
    if (size == 0) {
        out += "\\uFFFD";
        return 1;
    }
    if (cp > 0xffff) {
        append_escape(out, 0xd800 + ((cp - 0x10000) >> 10));
        append_escape(out, 0xdc00 + ((cp - 0x10000) & 0x3ff));
    } else if (is_escaped(cp)) {
        append_escape(out, cp);
    } else {
        out += text.substr(0, size);
    }
    return size;
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    while (!text.empty()) {
        const auto plain =
            static_cast<std::size_t>(escape_stop(text.data(), text.data() + text.size()) - text.data());
        out += text.substr(0, plain);
        text.remove_prefix(plain);
        if (text.empty()) break;
        const auto c = static_cast<unsigned char>(text.front());
        if (c < 0x80) append_ascii_escape(out, c);
        text.remove_prefix(c < 0x80 ? 1 : append_character(out, text));
    }
    out += '"';
}

std::string with_replacements(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const bool ascii = static_cast<unsigned char>(text.front()) < 0x80;
        const std::size_t size = ascii ? 1 : read_character(text).size;
        out += size > 0 ? text.substr(0, size) : "\xef\xbf\xbd";
        text.remove_prefix(size > 0 ? size : 1);
    }
    return out;
}

}  // namespace signalr
