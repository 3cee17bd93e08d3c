// W3C Trace Context: what is read from and written to `traceparent`.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace base {

class id_source;

struct trace_context {
    std::array<std::uint8_t, 16> trace_id{};
    std::array<std::uint8_t, 8> span_id{};
    std::uint8_t flags = 0;  // bit 0: sampled
    std::string state;       // tracestate, passed on as it came

    // `00-<32 hex>-<16 hex>-<2 hex>`; a higher version is read by its first four fields. Zero ids are refused.
    static std::optional<trace_context> parse(std::string_view traceparent, std::string_view tracestate = {});
    static trace_context fresh(id_source& ids);

    trace_context child(id_source& ids) const;  // same trace, a span id of its own
    std::string traceparent() const;
    std::string trace_id_hex() const;
    bool valid() const noexcept { return trace_id != std::array<std::uint8_t, 16>{}; }
};

}  // namespace base
