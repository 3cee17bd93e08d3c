// How C++ types stand in hub messages. codec<T> is the one place to specialize for a type of one's own; structs need only
// SIGNALR_DESCRIBE.
#pragma once
#include "signalr/values.hpp"

namespace signalr {

// Both functions for every type that hub methods take or return:
//   static bool read(value_reader& from, T& to);        // false: not a T
//   static void write(value_writer& to, const T& from);
// Here for bool, integers, float, double, std::string(_view), const char*, std::optional, std::vector, std::map and unordered_map
// with text keys, enums (numbers), bytes, timestamp, boost::json::value, described structs.
template <class T>
struct codec;

// std::string is text; this is a byte string: base64 in JSON, bin in MessagePack.
struct bytes {
    std::string value;
    friend bool operator==(const bytes&, const bytes&) = default;
};

}  // namespace signalr
