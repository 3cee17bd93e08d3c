// Where the control bytes are: HT is a blank, not one of them. Sixteen bytes are looked at together.
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace net::http {

constexpr bool is_control(char c) noexcept {
    const auto u = static_cast<unsigned char>(c);
    return (u < 0x20 && u != '\t') || u == 0x7f;
}

// Bit i: p[i] is a control byte.
inline std::uint64_t controls_of_16(const char* p) noexcept {
#ifdef __SSE2__
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
    const __m128i tab = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\t'));
    const __m128i del = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f));
    return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_or_si128(_mm_andnot_si128(tab, low), del)));
#else
    std::uint64_t found = 0;
    for (unsigned i = 0; i < 16; ++i) found |= std::uint64_t{is_control(p[i])} << i;
    return found;
#endif
}

// False: there is surely no control byte below 0x20. A tab may make it true.
inline bool may_hold_control(std::string_view text) noexcept {
    constexpr std::uint64_t ones = 0x0101010101010101, highs = 0x8080808080808080;
    // "has a byte less than n", for all eight bytes together
    const auto any_low = [](std::uint64_t eight) { return ((eight - ones * 0x20) & ~eight & highs) != 0; };
    std::uint64_t eight = 0;
    const char* at = text.data();
    std::size_t left = text.size();
    for (; left >= sizeof eight; at += sizeof eight, left -= sizeof eight) {
        std::memcpy(&eight, at, sizeof eight);
        if (any_low(eight)) return true;
    }
    if (left > 0 && text.size() >= sizeof eight) {  // the last eight, some of them a second time
        std::memcpy(&eight, at + left - sizeof eight, sizeof eight);
        return any_low(eight);
    }
    for (; left > 0; ++at, --left)
        if (static_cast<unsigned char>(*at) < 0x20) return true;
    return false;
}

// Visits the control bytes of a text in order.
class control_walk {
public:
    control_walk(const char* from, const char* end) noexcept : block_{from}, next_{from}, end_{end} {}

    // The next one, or the end.
    const char* next() noexcept {
        while (found_ == 0) {
            if (next_ == end_) return end_;
            look_further();
        }
        const auto at = std::countr_zero(found_);
        found_ &= found_ - 1;
        return block_ + at;
    }

private:
    static constexpr std::ptrdiff_t block_size = 64;

    void look_further() noexcept {
        block_ = next_;
        const char* bytes = block_;
        char padded[block_size];
        if (end_ - block_ < block_size) {  // nothing may be read behind the end
            std::memset(padded, ' ', sizeof padded);
            std::memcpy(padded, block_, static_cast<std::size_t>(end_ - block_));
            bytes = padded;
            next_ = end_;
        } else {
            next_ += block_size;
        }
        found_ = controls_of_16(bytes) | controls_of_16(bytes + 16) << 16 | controls_of_16(bytes + 32) << 32 |
                 controls_of_16(bytes + 48) << 48;
    }

    const char* block_;
    const char* next_;
    const char* end_;
    std::uint64_t found_ = 0;  // of this block, not visited yet
};

}  // namespace net::http
