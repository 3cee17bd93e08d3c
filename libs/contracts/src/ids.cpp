#include "contracts/ids.hpp"

namespace contracts {
namespace {

constexpr std::size_t longest_id = 64;  // code points

// One code point from the front of `text`; nullopt for anything that is not well-formed UTF-8 (Unicode table
// 3-7).
std::optional<char32_t> take_code_point(std::string_view& text) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) {
        text.remove_prefix(1);
        return lead;
    }
    const std::size_t length = lead >= 0xC2 && lead <= 0xDF   ? 2
                               : (lead & 0xF0) == 0xE0        ? 3
                               : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                              : 0;
    if (length == 0 || text.size() < length) return std::nullopt;
    char32_t point = lead & (0xFFu >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return std::nullopt;
        point = point << 6 | (byte(i) & 0x3Fu);
    }
    const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
    if (overlong || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return std::nullopt;
    text.remove_prefix(length);
    return point;
}

bool is_control(char32_t c) noexcept { return c < 0x20 || (c >= 0x7F && c < 0xA0); }

// White_Space of Unicode, without the controls (they are refused anywhere).
bool is_white_space(char32_t c) noexcept {
    return c == ' ' || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 ||
           c == 0x202F || c == 0x205F || c == 0x3000;
}

bool good_id(std::string_view text) noexcept {
    std::size_t points = 0;
    bool ends_with_white_space = false;
    while (!text.empty()) {
        const auto c = take_code_point(text);
        if (!c || is_control(*c) || ++points > longest_id) return false;
        ends_with_white_space = is_white_space(*c);
        if (points == 1 && ends_with_white_space) return false;
    }
    return points > 0 && !ends_with_white_space;
}

}  // namespace

std::optional<user_id> read_user_id(std::string_view text) {
    if (!good_id(text)) return std::nullopt;
    return user_id{std::string{text}};
}

std::optional<product_id> read_product_id(std::string_view text) {
    if (!good_id(text)) return std::nullopt;
    return product_id{std::string{text}};
}

std::optional<correlation_id> read_correlation_id(std::string_view text) {
    const auto id = base::uuid::parse(text);
    if (!id || id->is_nil()) return std::nullopt;
    return id;
}

std::optional<std::size_t> count_code_points(std::string_view text) noexcept {
    std::size_t points = 0;
    for (; !text.empty(); ++points)
        if (!take_code_point(text)) return std::nullopt;
    return points;
}

}  // namespace contracts
