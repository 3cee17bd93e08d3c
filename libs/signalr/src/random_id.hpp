// Ids of questions that travel between servers: 16 random bytes in plain base64 without padding, as the official server's.
#pragma once
#include <array>
#include <string>

#include "base/id_source.hpp"

namespace signalr {

inline std::string random_id(base::id_source& ids) {
    constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::array<std::uint8_t, 18> bits{};  // two more than needed: zero, so that groups of three come out even
    ids.fill(std::span{bits}.first(16));
    std::string out;
    for (std::size_t i = 0; i < bits.size(); i += 3) {
        const unsigned group = static_cast<unsigned>(bits[i] << 16 | bits[i + 1] << 8 | bits[i + 2]);
        for (unsigned k = 0; k < 4; ++k) out += digits[group >> (18 - 6 * k) & 63];
    }
    out.resize(22);
    return out;
}

}  // namespace signalr
