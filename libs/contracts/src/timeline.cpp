#include <charconv>

#include "contracts/json.hpp"
#include "contracts/orders.hpp"
#include "text.hpp"

namespace contracts {
namespace {

constexpr std::array<std::string_view, step_count> names{"accepted",  "queued",   "processing",
                                                         "persisted", "notified", "failed"};

template <class F>
void each_pair(std::string_view text, F take) {
    while (!text.empty()) {
        const auto end = text.find(';');
        const auto pair = text.substr(0, end);
        if (const auto equals = pair.find('='); equals != text.npos)
            take(pair.substr(0, equals), pair.substr(equals + 1));
        text = end == text.npos ? std::string_view{} : text.substr(end + 1);
    }
}

template <class T>
std::optional<T> read_whole(std::string_view text) {
    T value{};
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

constexpr base::unix_micros year_9999 = 253'402'300'799'000'000;

void take_step(timeline& into, std::string_view name, std::string_view value) {
    const auto s = read_step(name);
    const auto at = read_whole<base::unix_micros>(value);
    if (s && at && *at > 0 && *at <= year_9999 && into[*s] == 0) into[*s] = *at;
}

bool is_trace_id(std::string_view text) noexcept {
    return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

}  // namespace

std::string_view to_string(step s) noexcept { return names[static_cast<std::size_t>(s)]; }

std::optional<step> read_step(std::string_view name) noexcept {
    for (std::size_t i = 0; i < names.size(); ++i)
        if (names[i] == name) return static_cast<step>(i);
    return std::nullopt;
}

void timeline::merge(const timeline& other) {
    for (std::size_t i = 0; i < step_count; ++i)
        if (at[i] == 0) at[i] = other.at[i];
    attempts = std::max(attempts, other.attempts);
    if (trace_id.empty()) trace_id = other.trace_id;
}

std::string to_header(const timeline& t) {
    std::string out;
    out.reserve(96);
    for (std::size_t i = 0; i < step_count; ++i) {
        if (t.at[i] == 0) continue;
        if (!out.empty()) out += ';';
        out += names[i];
        out += '=';
        append_number(out, t.at[i]);
    }
    return out;
}

timeline read_timeline_header(std::string_view text) {
    timeline out;
    each_pair(text, [&](auto name, auto value) { take_step(out, name, value); });
    return out;
}

std::string to_row(const timeline& t) {
    std::string out = to_header(t);
    const auto add = [&](std::string_view name, std::string_view value) {
        if (!out.empty()) out += ';';
        out += name;
        out += value;
    };
    if (t.attempts > 0) add("attempts=", std::to_string(t.attempts));
    if (!t.trace_id.empty()) add("trace=", t.trace_id);
    return out;
}

timeline read_timeline_row(std::string_view text) {
    timeline out;
    each_pair(text, [&](auto name, auto value) {
        take_step(out, name, value);
        if (name == "attempts") out.attempts = std::max(0, read_whole<std::int32_t>(value).value_or(0));
        if (name == "trace" && is_trace_id(value)) out.trace_id = value;
    });
    return out;
}

void append_timeline_json(std::string& out, const correlation_id& id, const timeline& t) {
    out += R"({"correlationId":")";
    id.append_to(out);
    out += R"(","traceId":)";
    t.trace_id.empty() ? void(out += "null") : json::append_string(out, t.trace_id);
    out += R"(,"attempts":)";
    append_number(out, t.attempts);
    out += R"(,"steps":[)";
    base::unix_micros before = 0;
    for (std::size_t i = 0; i < step_count; ++i) {
        if (t.at[i] == 0) continue;
        if (before != 0) out += ',';
        out += R"({"name":")";
        out += names[i];
        out += R"(","at":")";
        base::append_rfc3339(out, t.at[i]);
        out += R"(","durationMs":)";
        append_millis(out, before == 0 ? 0 : std::max<std::int64_t>(0, t.at[i] - before));
        out += '}';
        before = t.at[i];
    }
    out += "]}";
}

}  // namespace contracts
