// Numbers, dates and byte strings as text, the way .NET writes them into JSON.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace signalr {

// The shortest text that is read back as the same number; 1E+21, 1E-07 with more than 17 digits (float: 9) before the point, or
// below 0.0001. Finite numbers only.
void append_number(std::string& out, double v);
void append_number(std::string& out, float v);

// 2024-02-29T13:14:15.1234567Z, without the trailing zeros of the fraction. False: not of the years 1 to 9999.
bool append_iso_time(std::string& out, std::int64_t seconds, std::uint32_t nanoseconds);
// Likewise read, with Z, an offset, or neither (taken for UTC). False: something else.
bool read_iso_time(std::string_view text, std::int64_t& seconds, std::uint32_t& nanoseconds) noexcept;

void append_base64(std::string& out, std::string_view bytes);
bool read_base64(std::string_view text, std::string& out);  // replaces `out`; padded, nothing else inside

}  // namespace signalr
