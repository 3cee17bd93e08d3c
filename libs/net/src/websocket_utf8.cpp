#include <cstring>

#include "net/websocket/utf8.hpp"

namespace net::websocket {
namespace {

// What may come next. The four odd ones narrow the byte after a lead that could start an overlong form (E0,
// F0), a surrogate (ED) or a number above U+10FFFF (F4).
enum state : std::uint8_t { start, one_more, two_more, three_more, after_e0, after_ed, after_f0, after_f4, broken };

state lead(unsigned char byte) noexcept {
    if (byte < 0x80) return start;
    if (byte < 0xc2) return broken;
    if (byte < 0xe0) return one_more;
    if (byte < 0xf0) return byte == 0xe0 ? after_e0 : byte == 0xed ? after_ed : two_more;
    if (byte > 0xf4) return broken;
    return byte == 0xf0 ? after_f0 : byte == 0xf4 ? after_f4 : three_more;
}

state follow(std::uint8_t now, unsigned char byte) noexcept {
    const auto within = [byte](unsigned char low, unsigned char high, state then) {
        return byte >= low && byte <= high ? then : broken;
    };
    switch (now) {
        case one_more:
            return within(0x80, 0xbf, start);
        case two_more:
            return within(0x80, 0xbf, one_more);
        case three_more:
            return within(0x80, 0xbf, two_more);
        case after_e0:
            return within(0xa0, 0xbf, one_more);
        case after_ed:
            return within(0x80, 0x9f, one_more);
        case after_f0:
            return within(0x90, 0xbf, two_more);
        case after_f4:
            return within(0x80, 0x8f, two_more);
        case start:
            return lead(byte);
        default:
            return broken;
    }
}

// Nearly all text is ASCII: eight bytes at a time.
std::size_t ascii_prefix(std::string_view bytes) noexcept {
    std::size_t i = 0;
    for (; i + 8 <= bytes.size(); i += 8) {
        std::uint64_t chunk = 0;
        std::memcpy(&chunk, bytes.data() + i, 8);
        if ((chunk & 0x8080808080808080U) != 0) break;
    }
    while (i < bytes.size() && static_cast<unsigned char>(bytes[i]) < 0x80) ++i;
    return i;
}

}  // namespace

bool utf8_checker::feed(std::string_view bytes) noexcept {
    while (!bytes.empty()) {
        if (state_ == start) {
            bytes.remove_prefix(ascii_prefix(bytes));
            if (bytes.empty()) return true;
        }
        state_ = follow(state_, static_cast<unsigned char>(bytes.front()));
        if (state_ == broken) return false;
        bytes.remove_prefix(1);
    }
    return state_ != broken;
}

}  // namespace net::websocket
