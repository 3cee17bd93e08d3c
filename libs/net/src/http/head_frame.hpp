// Where a head ends, and whether its lines are lines: the scan that comes before anything is read into it.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string_view>

namespace net::http {

struct refusal {
    unsigned status = 400;
    std::string_view why;  // a constant
};

// Rare: kept out of the way of what is read.
[[gnu::cold, gnu::noinline]] inline std::unexpected<refusal> refuse_head(unsigned status, std::string_view why) {
    return std::unexpected(refusal{status, why});
}

struct head_limits {
    std::size_t target, header, header_count;
};

// Where the lines of a head end, as far as there is room; so that nobody must look for them twice.
class line_ends {
public:
    void clear() noexcept { count_ = 0; }
    void add(std::size_t at) noexcept {
        if (count_ < at_.size()) at_[count_++] = static_cast<std::uint32_t>(at);
    }
    // Of line `number`: the place of its CR.
    std::size_t of(std::size_t number, std::size_t from, std::string_view head) const noexcept {
        return number < count_ ? at_[number] : head.find('\r', from);
    }

private:
    std::array<std::uint32_t, 64> at_;  // not set before it is added to
    std::size_t count_ = 0;
};

// Size of the head at the front of `bytes` (not empty), with its empty line; 0: more is needed. Refuses as early as it can
// tell: bare LF or CR, control bytes, folded lines, too long, too many.
std::expected<std::size_t, refusal> find_head(std::string_view bytes, const head_limits& limits, line_ends& ends);

}  // namespace net::http
