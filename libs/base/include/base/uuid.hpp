// A UUID as 16 bytes; text only at the edges (RFC 9562).
#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace base {

class uuid {
public:
    using bytes = std::array<std::uint8_t, 16>;

    uuid() = default;  // nil
    explicit uuid(const bytes& b) noexcept : bytes_{b} {}

    // The 36-character form, any letter case. Nothing else is taken: no braces, no missing hyphens.
    static std::optional<uuid> parse(std::string_view text) noexcept;

    // Version 7: 48 bits of Unix milliseconds, then version, variant and what `random` gives.
    static uuid v7(std::int64_t unix_ms, const bytes& random) noexcept;

    std::string str() const;  // lower case, with hyphens
    // The same 36 characters, without a string of their own.
    std::array<char, 36> text() const noexcept;
    void append_to(std::string& out) const;
    const bytes& data() const noexcept { return bytes_; }
    bool is_nil() const noexcept { return *this == uuid{}; }
    int version() const noexcept { return bytes_[6] >> 4; }
    std::int64_t unix_ms() const noexcept;  // meaningful for version 7 only

    friend auto operator<=>(const uuid&, const uuid&) = default;

private:
    bytes bytes_{};
};

}  // namespace base

template <>
struct std::hash<base::uuid> {
    std::size_t operator()(const base::uuid& id) const noexcept {
        std::size_t high = 0, low = 0;  // v7: the tail is the random part
        std::memcpy(&high, id.data().data(), sizeof high);
        std::memcpy(&low, id.data().data() + 8, sizeof low);
        return high * 0x9E3779B97F4A7C15ull ^ low;
    }
};
