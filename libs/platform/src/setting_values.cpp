#include "setting_values.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "text.hpp"

namespace platform {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t longest_ms = 100ll * 365 * 24 * 3600 * 1000;  // a century: no duration overflows later

std::optional<milliseconds> checked(double ms) {
    if (!(ms >= 0) || ms > static_cast<double>(longest_ms)) return std::nullopt;
    return milliseconds{std::llround(ms)};
}

std::optional<double> read_number(std::string_view text) {
    double out = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out, std::chars_format::fixed);
    if (ec != std::errc{} || end != text.data() + text.size() || text.front() == '-') return std::nullopt;
    return out;
}

// [d.]hh:mm[:ss[.fff]], as .NET writes a TimeSpan.
std::optional<milliseconds> read_clock(std::string_view text) {
    double days = 0;
    if (const auto dot = text.find('.'); dot < text.find(':')) {
        const auto read = read_integer(text.substr(0, dot));
        if (!read || *read < 0) return std::nullopt;
        days = static_cast<double>(*read);
        text.remove_prefix(dot + 1);
    }
    std::array<double, 3> parts{};
    std::size_t n = 0;
    for (const auto& piece : split(text, ":")) {
        const auto read = read_number(piece);
        if (!read || n == parts.size()) return std::nullopt;
        parts[n++] = *read;
    }
    if (n < 2 || parts[0] >= 24 || parts[1] >= 60 || parts[2] >= 60) return std::nullopt;
    if (std::floor(parts[0]) != parts[0] || std::floor(parts[1]) != parts[1]) return std::nullopt;
    return checked((((days * 24 + parts[0]) * 60 + parts[1]) * 60 + parts[2]) * 1000);
}

struct unit_of_time {
    std::string_view suffix;
    double ms;
};
constexpr std::array<unit_of_time, 5> units{{{"ms", 1}, {"s", 1e3}, {"m", 6e4}, {"h", 36e5}, {"d", 864e5}}};

std::string quoted_list(const std::vector<std::string>& choices) {
    std::string out;
    for (const auto& c : choices) out += (out.empty() ? "" : ", ") + c;
    return out;
}

std::string bounds(const setting& s, const std::string& what) {
    if (s.most == INT64_MAX) return what + " of at least " + std::to_string(s.least);
    return what + " from " + std::to_string(s.least) + " to " + std::to_string(s.most);
}

bool in_bounds(const setting& s, std::int64_t v) { return v >= s.least && v <= s.most; }

}  // namespace

std::optional<std::int64_t> read_integer(std::string_view text) {
    std::int64_t out = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (text.empty() || ec != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return out;
}

std::optional<bool> read_boolean(std::string_view text) {
    for (const auto* yes : {"true", "1", "yes", "on"})
        if (same_text(text, yes)) return true;
    for (const auto* no : {"false", "0", "no", "off"})
        if (same_text(text, no)) return false;
    return std::nullopt;
}

std::optional<milliseconds> read_duration(std::string_view text) {
    text = trimmed(text);
    if (text.empty()) return std::nullopt;
    if (text.find(':') != std::string_view::npos) return read_clock(text);
    for (const auto& unit : units) {
        if (text.size() <= unit.suffix.size() || !text.ends_with(unit.suffix)) continue;
        if (const auto number = read_number(trimmed(text.substr(0, text.size() - unit.suffix.size()))))
            return checked(*number * unit.ms);
    }
    const auto seconds = read_number(text);
    return seconds ? checked(*seconds * 1000) : std::nullopt;
}

std::string expectation(const setting& about) {
    switch (about.what) {
        case setting::type::text:
            return "text";
        case setting::type::integer:
            return bounds(about, "an integer");
        case setting::type::boolean:
            return "true or false";
        case setting::type::duration:
            return about.least == 0 && about.most == INT64_MAX
                       ? "a duration as 5s, 250ms, 24h or 00:30:00"
                       : bounds(about, "a duration (5s, 250ms, 00:30:00)") + " ms";
        case setting::type::list:
            return "a list, separated by ;";
        case setting::type::choice:
            return "one of " + quoted_list(about.choices);
    }
    return {};
}

std::string expectation_missed(const setting& about, std::string_view value) {
    bool good = true;
    if (about.what == setting::type::integer) {
        const auto read = read_integer(trimmed(value));
        good = read && in_bounds(about, *read);
    } else if (about.what == setting::type::boolean) {
        good = read_boolean(trimmed(value)).has_value();
    } else if (about.what == setting::type::duration) {
        const auto read = read_duration(value);
        good = read && in_bounds(about, read->count());
    } else if (about.what == setting::type::choice) {
        good = false;
        for (const auto& choice : about.choices) good = good || same_text(choice, trimmed(value));
    }
    return good ? std::string{} : expectation(about);
}

std::string type_name(setting::type what) {
    constexpr std::array names{"text", "integer", "boolean", "duration", "list", "choice"};
    return names[static_cast<std::size_t>(what)];
}

}  // namespace platform
