#include "json_scanner.hpp"

#include <utility>

#include "text_blocks.hpp"

namespace signalr {
namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

int hex_digit(char c) noexcept {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

void append_utf8(std::string& out, std::uint32_t cp) {
    const auto tail = [&](int shift) { out += static_cast<char>(0x80 | (cp >> shift & 0x3f)); };
    if (cp < 0x80) {
        out += static_cast<char>(cp);
    } else if (cp < 0x800) {
        out += static_cast<char>(0xc0 | cp >> 6), tail(0);
    } else if (cp < 0x10000) {
        out += static_cast<char>(0xe0 | cp >> 12), tail(6), tail(0);
    } else {
        out += static_cast<char>(0xf0 | cp >> 18), tail(12), tail(6), tail(0);
    }
}

std::uint32_t hex4(std::string_view digits) noexcept {
    std::uint32_t unit = 0;
    for (const char c : digits) unit = unit << 4 | static_cast<std::uint32_t>(hex_digit(c));
    return unit;
}

// At a \uXXXX whose form was checked. Says how many bytes it took; 0: a lone surrogate.
std::size_t append_unit(std::string& out, std::string_view text) {
    const std::uint32_t unit = hex4(text.substr(2, 4));
    if (unit < 0xd800 || unit > 0xdfff) {
        append_utf8(out, unit);
        return 6;
    }
    if (unit > 0xdbff || text.size() < 12 || text[6] != '\\' || text[7] != 'u') return 0;
    const std::uint32_t low = hex4(text.substr(8, 4));
    if (low < 0xdc00 || low > 0xdfff) return 0;
    append_utf8(out, 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
    return 12;
}

char short_escape(char c) noexcept {
    switch (c) {
        case 'b':
            return '\b';
        case 'f':
            return '\f';
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 't':
            return '\t';
        default:
            return c;
    }
}

}  // namespace

bool append_unescaped(std::string& out, std::string_view text) {
    while (!text.empty()) {
        const std::string_view plain = text.substr(0, text.find('\\'));
        if (!valid_utf8(plain)) return false;
        out += plain;
        text.remove_prefix(plain.size());
        if (text.empty()) break;
        std::size_t used = 2;
        if (text[1] != 'u') {
            out += short_escape(text[1]);
        } else {
            used = append_unit(out, text);
            if (used == 0) return false;
        }
        text.remove_prefix(used);
    }
    return true;
}

bool json_scanner::fail() noexcept {
    if (trouble_ == trouble::none) trouble_ = at_ == end_ ? trouble::cut_short : trouble::malformed;
    return false;
}

void json_scanner::skip_blanks() noexcept {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
}

bool json_scanner::take(char c) noexcept {
    skip_blanks();
    if (at_ == end_ || *at_ != c) return fail();
    ++at_;
    return true;
}

bool json_scanner::escape() noexcept {
    if (++at_ == end_) return fail();
    if (*at_ == 'u') {
        for (int i = 0; i < 4; ++i)
            if (++at_ == end_ || hex_digit(*at_) < 0) return fail();
    } else if (std::string_view{"\"\\/bfnrt"}.find(*at_) == std::string_view::npos) {
        return fail();
    }
    ++at_;
    return true;
}

// At the opening quote.
bool json_scanner::string(std::string_view& text, bool& escaped, bool& ascii) noexcept {
    const char* const from = ++at_;
    escaped = false;
    ascii = true;
    for (at_ = string_stop(at_, end_, ascii); at_ != end_ && *at_ == '\\'; at_ = string_stop(at_, end_, ascii)) {
        escaped = true;
        if (!escape()) return false;
    }
    if (at_ == end_ || *at_ != '"') return fail();
    text = {from, at_};
    ++at_;
    return true;
}

bool json_scanner::digits() noexcept {
    if (at_ == end_ || !is_digit(*at_)) return fail();
    while (at_ != end_ && is_digit(*at_)) ++at_;
    return true;
}

bool json_scanner::number() noexcept {
    if (*at_ == '-') ++at_;
    if (at_ != end_ && *at_ == '0')
        ++at_;
    else if (!digits())
        return false;
    if (at_ != end_ && *at_ == '.') {
        ++at_;
        if (!digits()) return false;
    }
    if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
        ++at_;
        if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
        if (!digits()) return false;
    }
    return true;
}

bool json_scanner::word(std::string_view text) noexcept {
    for (const char c : text) {
        if (at_ == end_ || *at_ != c) return fail();
        ++at_;
    }
    return true;
}

bool json_scanner::peek(json_kind& kind) noexcept {
    skip_blanks();
    if (at_ == end_) return fail();
    switch (*at_) {
        case '{':
            kind = json_kind::object;
            return true;
        case '[':
            kind = json_kind::array;
            return true;
        case '"':
            kind = json_kind::string;
            return true;
        case 't':
        case 'f':
            kind = json_kind::boolean;
            return true;
        case 'n':
            kind = json_kind::null;
            return true;
        default:
            kind = json_kind::number;
            return is_digit(*at_) || *at_ == '-' || fail();
    }
}

bool json_scanner::scalar(json_value& out) noexcept {
    if (out.kind == json_kind::string) return string(out.text, out.escaped, out.ascii);
    const char* const from = at_;
    const bool good = out.kind == json_kind::number ? number()
                      : out.kind == json_kind::null ? word("null")
                      : *at_ == 't'                 ? word("true")
                                                    : word("false");
    out.text = {from, at_};
    return good;
}

bool json_scanner::read_value(json_value& out) noexcept {
    if (!peek(out.kind)) return false;
    if (out.kind != json_kind::array && out.kind != json_kind::object) return scalar(out);
    const char* const from = at_;
    if (!nested(out.items)) return false;
    out.text = {from, at_};
    return true;
}

bool json_scanner::name(std::string_view& text, bool& escaped) noexcept {
    skip_blanks();
    bool ascii = true;
    if (at_ == end_ || *at_ != '"') return fail();
    return string(text, escaped, ascii) && take(':');
}

// Over a whole array or object. `objects` has a bit per open container, so that no stack is needed.
bool json_scanner::nested(std::uint32_t& items) noexcept {
    std::uint64_t objects = 0;
    unsigned open = 0;
    std::string_view any;
    bool escaped = false;
    items = 0;
    for (;;) {
        json_value inner;
        if (!peek(inner.kind)) return false;
        if (open == 1) ++items;
        if (inner.kind != json_kind::array && inner.kind != json_kind::object) {
            if (!scalar(inner)) return false;
        } else {
            if (depth_ + open == max_depth) return fail();
            const bool object = inner.kind == json_kind::object;
            ++at_, ++open;
            objects = objects << 1 | (object ? 1U : 0U);
            skip_blanks();
            if (at_ == end_) return fail();
            if (*at_ != (object ? '}' : ']')) {
                if (object && !name(any, escaped)) return false;
                continue;
            }
        }
        // Out of all that ends here, and on to the next value.
        for (;;) {
            skip_blanks();
            if (at_ == end_) return fail();
            const bool in_object = (objects & 1) != 0;
            if (*at_ == (in_object ? '}' : ']')) {
                ++at_, objects >>= 1;
                if (--open == 0) return true;
                continue;
            }
            if (*at_ != ',') return fail();
            ++at_;
            if (in_object && !name(any, escaped)) return false;
            break;
        }
    }
}

bool json_scanner::enter_object() noexcept {
    fresh_ = true;
    ++depth_;
    return take('{');
}

bool json_scanner::enter_array() noexcept {
    fresh_ = true;
    ++depth_;
    return take('[');
}

// Before a member or element: its comma, or the container's end.
bool json_scanner::separator(char close, bool& ended) noexcept {
    skip_blanks();
    if (at_ == end_) return fail();
    ended = *at_ == close;
    if (ended) {
        ++at_, --depth_;
        return true;
    }
    return std::exchange(fresh_, false) || take(',');
}

bool json_scanner::next_member(json_member& out) noexcept {
    bool ended = false;
    out.value = {};
    if (!separator('}', ended) || ended) return false;
    return name(out.name, out.name_escaped) && read_value(out.value);
}

bool json_scanner::next_element(json_value& out) noexcept {
    bool ended = false;
    out = {};
    if (!separator(']', ended) || ended) return false;
    return read_value(out);
}

}  // namespace signalr
