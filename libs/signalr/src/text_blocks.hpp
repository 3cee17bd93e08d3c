// Looks through text sixteen bytes at a time for the next byte that needs care.
#pragma once
#include <bit>
#include <string_view>

#include "net/websocket/utf8.hpp"
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace signalr {

namespace text_blocks {

inline bool interrupts_string(char c) noexcept { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; }
inline bool needs_escape(char c) noexcept { return interrupts_string(c) || static_cast<unsigned char>(c) >= 0x7f; }

#if defined(__SSE2__)
inline __m128i load(const char* at) noexcept { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at)); }
inline __m128i quote_or_backslash(__m128i block) noexcept {
    return _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('"')), _mm_cmpeq_epi8(block, _mm_set1_epi8('\\')));
}
inline __m128i interruptions(__m128i block) noexcept {
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x1f)), block);
    return _mm_or_si128(quote_or_backslash(block), control);
}
#endif

}  // namespace text_blocks

// The quote, backslash or control character that comes first, or `end`. `ascii` becomes false when a byte above 0x7f stands before it.
inline const char* string_stop(const char* at, const char* end, bool& ascii) noexcept {
    using namespace text_blocks;
#if defined(__SSE2__)
    __m128i seen = _mm_setzero_si128();
    for (; end - at >= 32; at += 32) {  // two at once while there is nothing
        const __m128i one = load(at), two = load(at + 16);
        if (_mm_movemask_epi8(_mm_or_si128(interruptions(one), interruptions(two))) != 0) break;
        seen = _mm_or_si128(seen, _mm_or_si128(one, two));
    }
    if (_mm_movemask_epi8(seen) != 0) ascii = false;
    for (; end - at >= 16; at += 16) {
        const __m128i block = load(at);
        const auto stops = static_cast<unsigned>(_mm_movemask_epi8(interruptions(block)));
        const auto high = static_cast<unsigned>(_mm_movemask_epi8(block));
        if (stops != 0) {
            const int plain = std::countr_zero(stops);
            if ((high & ((1U << plain) - 1)) != 0) ascii = false;
            return at + plain;
        }
        if (high != 0) ascii = false;
    }
#endif
    for (; at != end && !interrupts_string(*at); ++at)
        if (static_cast<unsigned char>(*at) >= 0x80) ascii = false;
    return at;
}

// The first byte that does not stand for itself in JSON as the official server writes it, or that is no ASCII; or `end`.
inline const char* escape_stop(const char* at, const char* end) noexcept {
    using namespace text_blocks;
#if defined(__SSE2__)
    for (; end - at >= 16; at += 16) {
        const __m128i block = load(at);
        const __m128i odd = _mm_or_si128(_mm_cmplt_epi8(block, _mm_set1_epi8(0x20)),  // as signed: 0x80 and above, too
                                         _mm_cmpeq_epi8(block, _mm_set1_epi8(0x7f)));
        const auto stops = static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(quote_or_backslash(block), odd)));
        if (stops != 0) return at + std::countr_zero(stops);
    }
#endif
    while (at != end && !needs_escape(*at)) ++at;
    return at;
}

// Mostly it is ASCII, and that is told sixteen bytes at a time.
inline bool valid_utf8(std::string_view text) noexcept {
    const char* at = text.data();
    const char* const end = at + text.size();
#if defined(__SSE2__)
    while (end - at >= 16 && _mm_movemask_epi8(text_blocks::load(at)) == 0) at += 16;
#endif
    while (at != end && static_cast<unsigned char>(*at) < 0x80) ++at;
    return at == end || net::websocket::is_utf8({at, end});
}

}  // namespace signalr
