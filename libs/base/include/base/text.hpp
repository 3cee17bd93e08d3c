// Bytes as text: hexadecimal digits, UTF-8, and strings inside JSON. The hand-made writers of all rooms share these.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace base {

// The two lower-case digits of every byte: one look-up and one store instead of two of each.
inline constexpr auto hex_pairs = [] {
    constexpr char digits[] = "0123456789abcdef";
    std::array<std::array<char, 2>, 256> all{};
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = {digits[i >> 4], digits[i & 15]};
    return all;
}();

// Writes two lower-case digits a byte and gives the end back; `to` has room for them.
inline char* write_hex(char* to, std::span<const std::uint8_t> bytes) noexcept {
    for (const auto b : bytes) {
        std::memcpy(to, hex_pairs[b].data(), 2);
        to += 2;
    }
    return to;
}

// Where the UTF-8 sequence at `at` ends, or `at` when there is none. Surrogates and overlong forms are none.
std::size_t utf8_end(std::string_view text, std::size_t at) noexcept;

// Appends `text` as a JSON string with its quotes. What is no UTF-8 becomes U+FFFD: whatever a log line or an answer has
// to repeat, it stays readable.
void append_json_string(std::string& out, std::string_view text);

}  // namespace base
