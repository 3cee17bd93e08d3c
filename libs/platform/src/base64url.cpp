#include "base64url.hpp"

#include <array>

namespace platform {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr auto values = [] {
    std::array<std::int8_t, 256> out{};
    out.fill(-1);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        out[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
    return out;
}();

}  // namespace

std::optional<std::string> read_base64url(std::string_view text) {
    if (text.size() % 4 == 1) return std::nullopt;
    std::string out;
    out.reserve(text.size() * 3 / 4);
    std::uint32_t bits = 0;
    int held = 0;
    for (const char c : text) {
        const auto v = values[static_cast<unsigned char>(c)];
        if (v < 0) return std::nullopt;
        bits = bits << 6 | static_cast<std::uint32_t>(v);
        if ((held += 6) < 8) continue;
        held -= 8;
        out += static_cast<char>(bits >> held & 0xFF);
    }
    if (bits & ((1u << held) - 1)) return std::nullopt;
    return out;
}

void append_base64url(std::string& out, std::span<const std::uint8_t> bytes) {
    std::uint32_t bits = 0;
    int held = 0;
    for (const auto b : bytes) {
        bits = bits << 8 | b;
        for (held += 8; held >= 6;) {
            held -= 6;
            out += alphabet[bits >> held & 63];
        }
    }
    if (held) out += alphabet[bits << (6 - held) & 63];
}

}  // namespace platform
