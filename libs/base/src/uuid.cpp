#include "base/uuid.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace base {
namespace {

int nibble(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool hyphen_at(std::size_t i) noexcept { return i == 8 || i == 13 || i == 18 || i == 23; }

}  // namespace

std::optional<uuid> uuid::parse(std::string_view text) noexcept {
    if (text.size() != 36) return std::nullopt;
    bytes out{};
    std::size_t byte = 0;
    for (std::size_t i = 0; i < 36;) {
        if (hyphen_at(i)) {
            if (text[i++] != '-') return std::nullopt;
            continue;
        }
        const int high = nibble(text[i]), low = nibble(text[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        out[byte++] = static_cast<std::uint8_t>(high << 4 | low);
        i += 2;
    }
    return uuid{out};
}

uuid uuid::v7(std::int64_t unix_ms, const bytes& random) noexcept {
    bytes out = random;
    for (int i = 0; i < 6; ++i) out[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(unix_ms >> (40 - 8 * i));
    out[6] = static_cast<std::uint8_t>(0x70 | (out[6] & 0x0F));
    out[8] = static_cast<std::uint8_t>(0x80 | (out[8] & 0x3F));
    return uuid{out};
}

std::array<char, 36> uuid::text() const noexcept {
    std::array<char, 36> out;
    const std::span all{bytes_};
    char* p = write_hex(out.data(), all.first(4));
    for (const std::size_t at : {4, 6, 8}) {
        *p++ = '-';
        p = write_hex(p, all.subspan(at, 2));
    }
    *p++ = '-';
    write_hex(p, all.last(6));
    return out;
}

void uuid::append_to(std::string& out) const {
    const auto digits = text();
    out.append(digits.data(), digits.size());
}

std::string uuid::str() const {
    const auto digits = text();
    return {digits.data(), digits.size()};
}

std::int64_t uuid::unix_ms() const noexcept {
    std::int64_t ms = 0;
    for (std::size_t i = 0; i < 6; ++i) ms = ms << 8 | bytes_[i];
    return ms;
}

}  // namespace base
