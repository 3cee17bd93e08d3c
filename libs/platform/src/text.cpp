#include "text.hpp"

namespace platform {

std::vector<std::string> split(std::string_view text, std::string_view separators) {
    std::vector<std::string> out;
    while (!text.empty()) {
        const auto end = text.find_first_of(separators);
        if (const auto piece = trimmed(text.substr(0, end)); !piece.empty()) out.emplace_back(piece);
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
    return out;
}

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

namespace {

bool plain(char c) noexcept { return c >= 0x20 && c < 0x7F && c != '"' && c != '\\'; }

void append_escaped(std::string& out, char c) {
    constexpr char digits[] = "0123456789abcdef";
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
            ((out += "\\u00") += digits[c >> 4]) += digits[c & 15];
    }
}

}  // namespace

void append_json(std::string& out, std::string_view text) {
    out += '"';
    for (std::size_t i = 0; i < text.size();) {
        auto run = i;
        while (run < text.size() && plain(text[run])) ++run;
        out.append(text, i, run - i);
        if ((i = run) == text.size()) break;
        if (static_cast<unsigned char>(text[i]) < 0x80) {
            append_escaped(out, text[i++]);
        } else if (const auto end = utf8_end(text, i); end > i) {
            out.append(text, i, end - i);
            i = end;
        } else {
            out += "\xEF\xBF\xBD";
            ++i;
        }
    }
    out += '"';
}

}  // namespace platform
