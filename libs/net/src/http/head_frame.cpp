#include "head_frame.hpp"

#include "controls.hpp"
#include "text.hpp"

namespace net::http {
namespace {

std::size_t target_size(std::string_view line) noexcept {
    const auto first = line.find(' ');
    if (first == std::string_view::npos) return 0;
    return line.rfind(' ') - first;
}

// `line` is the part of line `number` that has come, without its CRLF.
std::expected<void, refusal> check_line(std::string_view line, std::size_t number, bool whole,
                                        const head_limits& limits) {
    if (number == 0) {
        if (line.empty()) return refuse_head(400, "malformed request line");
        if (line.size() > limits.target + 1 && target_size(line) > limits.target + 1)
            return refuse_head(414, "target too long");
        if (!whole && line.size() > limits.target + 64) return refuse_head(414, "target too long");
    } else if (!line.empty() && is_blank(line.front())) {
        return refuse_head(400, "folded header line");
    }
    if (number > limits.header_count + 1) return refuse_head(431, "too many header fields");
    return {};
}

std::expected<std::size_t, refusal> check_whole(std::size_t seen, std::size_t size, bool stray,
                                                const head_limits& limits) {
    if (stray) return refuse_head(400, "control byte in the head");
    if (seen > limits.header) return refuse_head(431, "header too large");
    return size;
}

}  // namespace

std::expected<std::size_t, refusal> find_head(std::string_view bytes, const head_limits& limits, line_ends& ends) {
    const char* const begin = bytes.data();
    const char* const end = begin + bytes.size();
    const char* line = begin;
    std::size_t lines = 0;
    ends.clear();
    bool stray = false;  // told of last: what is wrong with the lines comes first
    control_walk controls{begin, end};
    for (const char* at = controls.next(); at != end; at = controls.next()) {
        if (*at == '\n') return refuse_head(400, "bare line feed");
        if (*at != '\r' || at + 1 == end || at[1] != '\n') {
            stray = stray || *at != '\r' || at + 1 != end;  // the LF of a CR at the end may be on its way
            continue;
        }
        controls.next();  // its LF
        const bool usual = lines > 0 && lines <= limits.header_count && !is_blank(*line);
        if (!usual)
            if (auto ok = check_line({line, at}, lines, true, limits); !ok) return std::unexpected(ok.error());
        const auto size = static_cast<std::size_t>(at + 2 - begin);
        ends.add(size - 2);
        if (at == line) return check_whole(size, size, stray, limits);
        line = at + 2;
        ++lines;
    }
    if (line != end)
        if (auto ok = check_line({line, end}, lines, false, limits); !ok) return std::unexpected(ok.error());
    return check_whole(bytes.size(), 0, stray, limits);
}

}  // namespace net::http
