#include "base/text.hpp"

namespace base {
namespace {

enum class kind : std::uint8_t { plain, escaped, beyond_ascii };

constexpr auto kinds = [] {
    std::array<kind, 256> all{};
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i] = i >= 0x80                                        ? kind::beyond_ascii
                 : i < 0x20 || i == '"' || i == '\\' || i == 0x7F ? kind::escaped
                                                                  : kind::plain;
    return all;
}();

kind kind_of(char c) noexcept { return kinds[static_cast<unsigned char>(c)]; }

void append_escaped(std::string& out, char c) {
    switch (c) {
        case '"':
            out += "\\\"";
            break;
        case '\\':
            out += "\\\\";
            break;
        case '\n':
            out += "\\n";
            break;
        case '\r':
            out += "\\r";
            break;
        case '\t':
            out += "\\t";
            break;
        default:
            (out += "\\u00").append(hex_pairs[static_cast<unsigned char>(c)].data(), 2);
    }
}

}  // namespace

std::size_t utf8_end(std::string_view text, std::size_t at) noexcept {
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
    const auto tail = [&](std::size_t i, unsigned least = 0x80, unsigned most = 0xBF) {
        return byte(i) >= least && byte(i) <= most;
    };
    const unsigned first = byte(at);
    if (at >= text.size()) return at;
    if (first < 0x80) return at + 1;
    if (first >= 0xC2 && first <= 0xDF) return tail(at + 1) ? at + 2 : at;
    if (first >= 0xE0 && first <= 0xEF) {
        const bool second = tail(at + 1, first == 0xE0 ? 0xA0 : 0x80, first == 0xED ? 0x9F : 0xBF);
        return second && tail(at + 2) ? at + 3 : at;
    }
    if (first < 0xF0 || first > 0xF4) return at;
    const bool second = tail(at + 1, first == 0xF0 ? 0x90 : 0x80, first == 0xF4 ? 0x8F : 0xBF);
    return second && tail(at + 2) && tail(at + 3) ? at + 4 : at;
}

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    std::size_t from = 0;  // what is before it has been appended
    for (std::size_t i = 0; i < text.size();) {
        const auto what = kind_of(text[i]);
        if (what == kind::plain) {
            ++i;
            continue;
        }
        const auto end = what == kind::escaped ? i : utf8_end(text, i);
        if (end > i) {  // a whole sequence stays as it is
            i = end;
            continue;
        }
        out.append(text, from, i - from);
        if (what == kind::escaped)
            append_escaped(out, text[i]);
        else
            out += "\xEF\xBF\xBD";
        from = ++i;
    }
    out.append(text, from);
    out += '"';
}

}  // namespace base
