// MessagePack as it is read: one value's first bytes, and over whole values.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "signalr/values.hpp"

namespace signalr::messagepack {

struct head {
    value_kind kind = value_kind::none;
    bool negative = false;   // of integers: `bits` is an int64
    bool single = false;     // of floating: `bits` is a float
    std::int8_t type = 0;    // of extensions
    std::uint64_t bits = 0;  // the number, or 0 and 1 of booleans
    std::uint32_t size = 0;  // bytes of text, binary and extensions, elements of arrays, pairs of objects
    bool has_payload() const noexcept {
        return kind == value_kind::text || kind == value_kind::binary || kind == value_kind::extension;
    }
};

// Reads it and moves `at` behind it (in front of the payload). False: cut short, or the byte that means nothing (c1).
bool read_head(const char*& at, const char* end, head& out) noexcept;

// Moves `at` behind one whole value, however deep it nests, without recursion. False: cut short or malformed.
bool skip_value(const char*& at, const char* end) noexcept;

// The payload of extension -1: 4, 8 or 12 bytes.
bool read_timestamp(std::string_view payload, std::int64_t& seconds, std::uint32_t& nanoseconds) noexcept;

value_kind kind_of(unsigned char lead) noexcept;

}  // namespace signalr::messagepack
