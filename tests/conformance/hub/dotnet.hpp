// Types of .NET that C++ has no like of, each with a codec, as any program would add its own: what the captured values need.
#pragma once
#include <cstdint>
#include <string>

#include "signalr/codec.hpp"

namespace conformance {

// Up to 96 bits of digits and their scale: 1.50 stays 1.50.
struct decimal {
    std::string digits = "0";
};
struct guid {
    std::string text;  // lower case, with hyphens
};
struct character {
    char32_t unit = 0;  // one UTF-16 unit
};
struct date_time {
    enum class kind : unsigned char { unspecified, utc, local };
    std::int64_t ticks = 0;  // 100 ns since the year 1, of its own clock
    kind what = kind::unspecified;
};
struct date_time_offset {
    std::int64_t ticks = 0;  // of its own clock
    std::int64_t minutes = 0;
};
struct time_span {
    std::int64_t ticks = 0;
};
struct date_only {
    std::int64_t day = 0;  // since 0001-01-01
};
struct time_only {
    std::int64_t ticks = 0;
};

constexpr std::int64_t ticks_per_second = 10'000'000;
std::int64_t ticks_of(int year, unsigned month, unsigned day, int hour = 0, int minute = 0, int second = 0,
                      std::int64_t ticks = 0);

}  // namespace conformance

#define CONFORMANCE_CODEC(type)                                \
    template <>                                                \
    struct signalr::codec<type> {                              \
        static bool read(value_reader& from, type& to);        \
        static void write(value_writer& to, const type& from); \
    };
CONFORMANCE_CODEC(conformance::decimal)
CONFORMANCE_CODEC(conformance::guid)
CONFORMANCE_CODEC(conformance::character)
CONFORMANCE_CODEC(conformance::date_time)
CONFORMANCE_CODEC(conformance::date_time_offset)
CONFORMANCE_CODEC(conformance::time_span)
CONFORMANCE_CODEC(conformance::date_only)
CONFORMANCE_CODEC(conformance::time_only)
#undef CONFORMANCE_CODEC
