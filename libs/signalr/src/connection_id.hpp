// Ids and tokens of connections: 16 random bytes in base64url, 22 characters, kept in place.
#pragma once
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "base/id_source.hpp"

namespace signalr {

class connection_id {
public:
    static constexpr std::size_t size = 22;

    static connection_id fresh(base::id_source& ids) {
        std::array<std::uint8_t, 18> bits{};  // two more than needed: zero, so that groups of three come out even
        ids.fill(std::span{bits}.first(16));
        constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        std::array<char, 24> all;
        for (std::size_t i = 0, o = 0; i < bits.size(); i += 3, o += 4) {
            const unsigned group = static_cast<unsigned>(bits[i] << 16 | bits[i + 1] << 8 | bits[i + 2]);
            for (std::size_t k = 0; k < 4; ++k) all[o + k] = digits[group >> (18 - 6 * k) & 63];
        }
        connection_id made;
        std::memcpy(made.text_.data(), all.data(), size);
        return made;
    }
    static std::optional<connection_id> parse(std::string_view text) noexcept {
        if (text.size() != size) return std::nullopt;
        connection_id read;
        std::memcpy(read.text_.data(), text.data(), size);
        return read;
    }

    std::string_view text() const noexcept { return {text_.data(), size}; }
    friend bool operator==(const connection_id&, const connection_id&) = default;

    struct hash {
        std::size_t operator()(const connection_id& id) const noexcept {
            return std::hash<std::string_view>{}(id.text());  // what clients send need not be random
        }
    };

private:
    std::array<char, size> text_{};
};

}  // namespace signalr
