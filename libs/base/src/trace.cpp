#include "base/trace.hpp"

#include <span>

#include "base/id_source.hpp"

namespace base {
namespace {

constexpr char digits[] = "0123456789abcdef";

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

void write_hex(std::string& out, std::span<const std::uint8_t> bytes) {
    for (const auto b : bytes) {
        out += digits[b >> 4];
        out += digits[b & 15];
    }
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
    std::string out;
    out.reserve(55);
    out += "00-";
    write_hex(out, trace_id);
    out += '-';
    write_hex(out, span_id);
    out += '-';
    write_hex(out, {&flags, 1});
    return out;
}

std::string trace_context::trace_id_hex() const {
    std::string out;
    out.reserve(32);
    write_hex(out, trace_id);
    return out;
}

}  // namespace base
