// Time is handed in, never taken from a global: tests run hours in milliseconds.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace base {

using steady_time = std::chrono::steady_clock::time_point;
using microseconds = std::chrono::microseconds;

// Unix time in microseconds: what stands in messages, timelines and rows.
using unix_micros = std::int64_t;

// Safe from any thread.
class clock {
public:
    virtual ~clock() = default;
    virtual unix_micros now() const = 0;     // wall clock, may step
    virtual steady_time steady() const = 0;  // never steps
    // As steady(), up to a few milliseconds behind it and several times cheaper: for deadlines and lifetimes.
    virtual steady_time steady_roughly() const { return steady(); }
};

const clock& system_clock();

std::string to_rfc3339(unix_micros at);  // 2026-02-03T04:05:06.789Z, milliseconds, UTC
void append_rfc3339(std::string& out, unix_micros at);
std::optional<unix_micros> parse_rfc3339(
    std::string_view text);  // any offset, 0..9 fraction digits; none: taken as UTC

}  // namespace base
