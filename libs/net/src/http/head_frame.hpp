// Where a head ends, and whether its lines are lines: the scan that comes before anything is read into it.
#pragma once
#include <cstddef>
#include <expected>
#include <string_view>

namespace net::http {

struct refusal {
    unsigned status = 400;
    std::string_view why;  // a constant
};

inline std::unexpected<refusal> refuse_head(unsigned status, std::string_view why) {
    return std::unexpected(refusal{status, why});
}

struct head_limits {
    std::size_t target, header, header_count;
};

// Size of the head at the front of `bytes` (not empty), with its empty line; 0: more is needed. Refuses as early as it can
// tell: bare LF or CR, control bytes, folded lines, too long, too many.
std::expected<std::size_t, refusal> find_head(std::string_view bytes, const head_limits& limits);

}  // namespace net::http
