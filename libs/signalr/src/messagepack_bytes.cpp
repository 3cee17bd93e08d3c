#include "messagepack_bytes.hpp"

#include <bit>
#include <cstring>

namespace signalr::messagepack {
namespace {

template <class Unsigned>
bool take(const char*& at, const char* end, Unsigned& out) noexcept {
    if (static_cast<std::size_t>(end - at) < sizeof out) return false;
    std::memcpy(&out, at, sizeof out);
    out = std::byteswap(out);
    at += sizeof out;
    return true;
}

template <class Unsigned>
bool take_size(const char*& at, const char* end, head& out) noexcept {
    Unsigned size = 0;
    if (!take(at, end, size)) return false;
    out.size = size;
    return true;
}

template <class Unsigned>
bool take_unsigned(const char*& at, const char* end, head& out) noexcept {
    Unsigned v = 0;
    if (!take(at, end, v)) return false;
    out.bits = v;
    return true;
}

template <class Signed, class Unsigned>
bool take_signed(const char*& at, const char* end, head& out) noexcept {
    Unsigned v = 0;
    if (!take(at, end, v)) return false;
    const auto whole = std::int64_t{static_cast<Signed>(v)};
    out.bits = static_cast<std::uint64_t>(whole);
    out.negative = whole < 0;
    return true;
}

bool take_type(const char*& at, const char* end, head& out) noexcept {
    std::uint8_t type = 0;
    if (!take(at, end, type)) return false;
    out.type = static_cast<std::int8_t>(type);
    return true;
}

// Those of one byte and a number in it.
bool read_small(unsigned lead, head& out) noexcept {
    if (lead < 0x80) {
        out.bits = lead;
    } else if (lead < 0xa0) {
        out.size = lead & 0x0f;
    } else if (lead < 0xc0) {
        out.size = lead & 0x1f;
    } else {
        out.bits = static_cast<std::uint64_t>(std::int64_t{static_cast<std::int8_t>(lead)});
        out.negative = true;
    }
    return true;
}

}  // namespace

value_kind kind_of(unsigned char lead) noexcept {
    using enum value_kind;
    if (lead < 0x80 || lead >= 0xe0) return integer;
    if (lead < 0x90) return object;
    if (lead < 0xa0) return array;
    if (lead < 0xc0) return text;
    static constexpr value_kind others[32]{
        nil,       none,      boolean,   boolean, binary,  binary,  binary,  extension, extension, extension, floating,
        floating,  integer,   integer,   integer, integer, integer, integer, integer,   integer,   extension, extension,
        extension, extension, extension, text,    text,    text,    array,   array,     object,    object};
    return others[lead - 0xc0];
}

bool read_head(const char*& at, const char* end, head& out) noexcept {
    out = {};
    if (at == end) return false;
    const auto lead = static_cast<unsigned char>(*at);
    out.kind = kind_of(lead);
    if (out.kind == value_kind::none) return false;
    ++at;
    if (lead < 0xc0 || lead >= 0xe0) return read_small(lead, out);
    switch (lead) {
        case 0xc0:
        case 0xc2:
            return true;
        case 0xc3:
            out.bits = 1;
            return true;
        case 0xc4:
        case 0xd9:
            return take_size<std::uint8_t>(at, end, out);
        case 0xc5:
        case 0xda:
        case 0xdc:
        case 0xde:
            return take_size<std::uint16_t>(at, end, out);
        case 0xc6:
        case 0xdb:
        case 0xdd:
        case 0xdf:
            return take_size<std::uint32_t>(at, end, out);
        case 0xc7:
            return take_size<std::uint8_t>(at, end, out) && take_type(at, end, out);
        case 0xc8:
            return take_size<std::uint16_t>(at, end, out) && take_type(at, end, out);
        case 0xc9:
            return take_size<std::uint32_t>(at, end, out) && take_type(at, end, out);
        case 0xca:
            out.single = true;
            [[fallthrough]];
        case 0xce:
            return take_unsigned<std::uint32_t>(at, end, out);
        case 0xcb:
        case 0xcf:
            return take_unsigned<std::uint64_t>(at, end, out);
        case 0xcc:
            return take_unsigned<std::uint8_t>(at, end, out);
        case 0xcd:
            return take_unsigned<std::uint16_t>(at, end, out);
        case 0xd0:
            return take_signed<std::int8_t, std::uint8_t>(at, end, out);
        case 0xd1:
            return take_signed<std::int16_t, std::uint16_t>(at, end, out);
        case 0xd2:
            return take_signed<std::int32_t, std::uint32_t>(at, end, out);
        case 0xd3:
            return take_signed<std::int64_t, std::uint64_t>(at, end, out);
        default:  // d4 to d8: extensions of 1, 2, 4, 8, 16 bytes
            out.size = 1U << (lead - 0xd4);
            return take_type(at, end, out);
    }
}

bool skip_value(const char*& at, const char* end) noexcept {
    head h;
    // Each value that is still owed needs a byte at least: a claim of more than there are ends it at once.
    for (std::uint64_t owed = 1; owed > 0; --owed) {
        const auto left = static_cast<std::uint64_t>(end - at);
        if (owed > left || !read_head(at, end, h)) return false;
        if (h.has_payload()) {
            if (h.size > static_cast<std::uint64_t>(end - at)) return false;
            at += h.size;
        } else if (h.kind == value_kind::array) {
            owed += h.size;
        } else if (h.kind == value_kind::object) {
            owed += std::uint64_t{h.size} * 2;
        }
    }
    return true;
}

bool read_timestamp(std::string_view payload, std::int64_t& seconds, std::uint32_t& nanoseconds) noexcept {
    const char* at = payload.data();
    const char* const end = at + payload.size();
    std::uint32_t small = 0;
    std::uint64_t large = 0;
    nanoseconds = 0;
    switch (payload.size()) {
        case 4:
            take(at, end, small);
            seconds = small;
            return true;
        case 8:
            take(at, end, large);
            seconds = static_cast<std::int64_t>(large & 0x3'ffff'ffff);
            nanoseconds = static_cast<std::uint32_t>(large >> 34);
            return nanoseconds < 1'000'000'000;
        case 12:
            take(at, end, nanoseconds);
            take(at, end, large);
            seconds = static_cast<std::int64_t>(large);
            return nanoseconds < 1'000'000'000;
        default:
            return false;
    }
}

}  // namespace signalr::messagepack
