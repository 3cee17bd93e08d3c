#include "base/trace.hpp"

#include <span>

#include "base/id_source.hpp"
#include "base/text.hpp"

namespace base {
namespace {

bool read_hex(std::string_view text, std::span<std::uint8_t> out) {  // lower case only, as the standard says
    if (text.size() != out.size() * 2) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const int v = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (v < 0) return false;
        out[i / 2] = static_cast<std::uint8_t>(i % 2 ? out[i / 2] | v : v << 4);
    }
    return true;
}

bool all_zero(std::span<const std::uint8_t> bytes) {
    for (const auto b : bytes)
        if (b) return false;
    return true;
}

}  // namespace

std::optional<trace_context> trace_context::parse(std::string_view text, std::string_view tracestate) {
    if (text.size() < 55 || text[2] != '-' || text[35] != '-' || text[52] != '-') return std::nullopt;
    std::array<std::uint8_t, 1> version{}, flags{};
    trace_context out;
    if (!read_hex(text.substr(0, 2), version) || version[0] == 0xFF) return std::nullopt;
    if (text.size() > 55 && (version[0] == 0 || text[55] != '-')) return std::nullopt;
    if (!read_hex(text.substr(3, 32), out.trace_id) || !read_hex(text.substr(36, 16), out.span_id)) return std::nullopt;
    if (!read_hex(text.substr(53, 2), flags) || all_zero(out.trace_id) || all_zero(out.span_id)) return std::nullopt;
    out.flags = flags[0];
    if (tracestate.size() <= 512) out.state = tracestate;
    return out;
}

trace_context trace_context::fresh(id_source& ids) {
    trace_context out;
    ids.fill(out.trace_id);
    ids.fill(out.span_id);
    out.flags = 1;
    return out;
}

trace_context trace_context::child(id_source& ids) const {
    trace_context out = *this;
    ids.fill(out.span_id);
    return out;
}

std::string trace_context::traceparent() const {
    char text[55] = "00-";
    char* end = write_hex(text + 3, trace_id);
    *end++ = '-';
    end = write_hex(end, span_id);
    *end++ = '-';
    return {text, write_hex(end, {&flags, 1})};
}

std::string trace_context::trace_id_hex() const {
    char text[32];
    return {text, write_hex(text, trace_id)};
}

}  // namespace base
