// The first bytes of MessagePack values: how they are written, always in the shortest form. (Little-endian machines only,
// as all that this is built for.)
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace signalr::messagepack {

inline void append_byte(std::string& out, unsigned v) { out += static_cast<char>(v); }

template <class Unsigned>
void append_head(std::string& out, unsigned lead, Unsigned v) {
    char bytes[1 + sizeof v];
    bytes[0] = static_cast<char>(lead);
    v = std::byteswap(v);
    std::memcpy(bytes + 1, &v, sizeof v);
    out.append(bytes, sizeof bytes);
}

template <class Unsigned>
void append_raw(std::string& out, Unsigned v) {
    v = std::byteswap(v);
    out.append(reinterpret_cast<const char*>(&v), sizeof v);
}

inline void append_unsigned(std::string& out, std::uint64_t v) {
    if (v < 0x80) return append_byte(out, static_cast<unsigned>(v));
    if (v <= 0xff) return append_head(out, 0xcc, static_cast<std::uint8_t>(v));
    if (v <= 0xffff) return append_head(out, 0xcd, static_cast<std::uint16_t>(v));
    if (v <= 0xffff'ffff) return append_head(out, 0xce, static_cast<std::uint32_t>(v));
    append_head(out, 0xcf, v);
}

inline void append_integer(std::string& out, std::int64_t v) {
    if (v >= 0) return append_unsigned(out, static_cast<std::uint64_t>(v));
    if (v >= -32) return append_byte(out, static_cast<unsigned>(v & 0xff));
    if (v >= INT8_MIN) return append_head(out, 0xd0, static_cast<std::uint8_t>(v));
    if (v >= INT16_MIN) return append_head(out, 0xd1, static_cast<std::uint16_t>(v));
    if (v >= INT32_MIN) return append_head(out, 0xd2, static_cast<std::uint32_t>(v));
    append_head(out, 0xd3, static_cast<std::uint64_t>(v));
}

inline void append_text_head(std::string& out, std::size_t size) {
    if (size < 32) return append_byte(out, 0xa0U | static_cast<unsigned>(size));
    if (size <= 0xff) return append_head(out, 0xd9, static_cast<std::uint8_t>(size));
    if (size <= 0xffff) return append_head(out, 0xda, static_cast<std::uint16_t>(size));
    append_head(out, 0xdb, static_cast<std::uint32_t>(size));
}

inline void append_text(std::string& out, std::string_view text) {
    append_text_head(out, text.size());
    out += text;
}

inline void append_binary_head(std::string& out, std::size_t size) {
    if (size <= 0xff) return append_head(out, 0xc4, static_cast<std::uint8_t>(size));
    if (size <= 0xffff) return append_head(out, 0xc5, static_cast<std::uint16_t>(size));
    append_head(out, 0xc6, static_cast<std::uint32_t>(size));
}

inline void append_array_head(std::string& out, std::size_t count) {
    if (count < 16) return append_byte(out, 0x90U | static_cast<unsigned>(count));
    if (count <= 0xffff) return append_head(out, 0xdc, static_cast<std::uint16_t>(count));
    append_head(out, 0xdd, static_cast<std::uint32_t>(count));
}

inline void append_map_head(std::string& out, std::size_t count) {
    if (count < 16) return append_byte(out, 0x80U | static_cast<unsigned>(count));
    if (count <= 0xffff) return append_head(out, 0xde, static_cast<std::uint16_t>(count));
    append_head(out, 0xdf, static_cast<std::uint32_t>(count));
}

}  // namespace signalr::messagepack
