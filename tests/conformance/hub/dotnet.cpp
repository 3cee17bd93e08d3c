#include "dotnet.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <optional>

namespace conformance {
namespace {

using signalr::encoding;
using signalr::value_kind;
using signalr::value_reader;
using signalr::value_writer;
__extension__ using wide = unsigned __int128;

constexpr std::int64_t ticks_per_day = 86'400 * ticks_per_second;
constexpr std::int64_t unix_epoch_ticks = 621'355'968'000'000'000;
constexpr wide decimal_limit = wide{1} << 96;

// Cuts what it reads off the front of a text; wrong at the first thing that is not there.
class cutter {
public:
    explicit cutter(std::string_view text) : rest_{text} {}
    bool at_end() const { return rest_.empty(); }
    bool good() const { return good_; }
    bool next_is(char c) const { return !rest_.empty() && rest_.front() == c; }
    bool take(char c) {
        const bool there = next_is(c);
        if (there) rest_.remove_prefix(1);
        return there;
    }
    void want(char c) { good_ = take(c) && good_; }
    std::int64_t number(std::size_t least, std::size_t most) {
        std::size_t n = 0;
        while (n < rest_.size() && n < most && rest_[n] >= '0' && rest_[n] <= '9') ++n;
        std::int64_t value = 0;
        if (n < least || std::from_chars(rest_.data(), rest_.data() + n, value).ec != std::errc{}) good_ = false;
        rest_.remove_prefix(n);
        return value;
    }
    // Digits after a point, as ticks; further ones are cut off.
    std::int64_t fraction(std::size_t most) {
        std::int64_t ticks = 0, unit = ticks_per_second / 10;
        const auto before = rest_.size();
        for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; rest_.remove_prefix(1), unit /= 10)
            ticks += unit * (rest_.front() - '0');
        if (before == rest_.size() || before - rest_.size() > most) good_ = false;
        return ticks;
    }

private:
    std::string_view rest_;
    bool good_ = true;
};

struct iso_moment {
    std::int64_t ticks = 0;
    std::optional<std::int64_t> offset;  // minutes; none: not said
    bool zulu = false;
};

// As System.Text.Json reads it: a date, or a date, T, a time to the minute at least, and perhaps a zone.
std::optional<iso_moment> parse_iso(std::string_view text) {
    cutter c{text};
    const auto year = c.number(4, 4);
    c.want('-');
    const auto month = c.number(2, 2);
    c.want('-');
    const auto day = c.number(2, 2);
    std::int64_t hour = 0, minute = 0, second = 0, fraction = 0;
    iso_moment m;
    if (!c.at_end()) {
        c.want('T');
        hour = c.number(2, 2);
        c.want(':');
        minute = c.number(2, 2);
        if (c.take(':')) second = c.number(2, 2);
        if (c.take('.')) fraction = c.fraction(16);
        if (c.take('Z')) {
            m.zulu = true;
        } else if (c.next_is('+') || c.next_is('-')) {
            const bool west = c.take('-');
            if (!west) c.want('+');
            const auto hours = c.number(2, 2);
            c.want(':');
            const auto minutes = hours * 60 + c.number(2, 2);
            m.offset = west ? -minutes : minutes;
        }
    }
    using namespace std::chrono;
    const year_month_day date{std::chrono::year{static_cast<int>(year)},
                              std::chrono::month{static_cast<unsigned>(month)},
                              std::chrono::day{static_cast<unsigned>(day)}};
    if (!c.good() || !c.at_end() || year < 1 || !date.ok() || hour > 23 || minute > 59 || second > 59)
        return std::nullopt;
    m.ticks = ticks_of(static_cast<int>(year), static_cast<unsigned>(month), static_cast<unsigned>(day),
                       static_cast<int>(hour), static_cast<int>(minute), static_cast<int>(second), fraction);
    return m;
}

// `digits` as in a printf with two numbers too few: all of these texts are short.
template <class... A>
std::string formatted(const char* how, A... values) {
    std::array<char, 64> out{};
    const int n = std::snprintf(out.data(), out.size(), how, values...);
    return {out.data(), static_cast<std::size_t>(n)};
}

std::string date_text(std::int64_t day) {
    using namespace std::chrono;
    const year_month_day date{sys_days{days{day - unix_epoch_ticks / ticks_per_day}}};
    return formatted("%04d-%02u-%02u", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

std::string clock_text(std::int64_t ticks) {
    const auto seconds = ticks / ticks_per_second;
    return formatted("%02d:%02d:%02d", static_cast<int>(seconds / 3600), static_cast<int>(seconds / 60 % 60),
                     static_cast<int>(seconds % 60));
}

std::string seven_digits(std::int64_t ticks) { return formatted(".%07d", static_cast<int>(ticks % ticks_per_second)); }

std::string iso_text(std::int64_t ticks) {
    auto text = date_text(ticks / ticks_per_day) + "T" + clock_text(ticks % ticks_per_day);
    if (ticks % ticks_per_second == 0) return text;
    auto fraction = seven_digits(ticks);
    while (fraction.ends_with('0')) fraction.pop_back();
    return text + fraction;
}

std::string offset_text(std::int64_t minutes) {
    return formatted("%c%02d:%02d", minutes < 0 ? '-' : '+', static_cast<int>(std::abs(minutes) / 60),
                     static_cast<int>(std::abs(minutes) % 60));
}

void write_timestamp(value_writer& to, std::int64_t ticks) {
    const auto since = ticks - unix_epoch_ticks;
    auto seconds = since / ticks_per_second;
    auto rest = since % ticks_per_second;
    if (rest < 0) --seconds, rest += ticks_per_second;
    to.timestamp(seconds, static_cast<std::uint32_t>(rest * 100));
}

bool read_timestamp(value_reader& from, std::int64_t& ticks) {
    std::int64_t seconds = 0;
    std::uint32_t nanoseconds = 0;
    if (!from.timestamp(seconds, nanoseconds)) return false;
    ticks = unix_epoch_ticks + seconds * ticks_per_second + nanoseconds / 100;
    return true;
}

bool read_text(value_reader& from, std::string& to) {
    return from.peek() == value_kind::text ? from.text(to) : from.fail();
}

std::string digits_of(wide mantissa, int scale, bool negative) {
    std::string digits;
    for (; mantissa != 0 || digits.empty(); mantissa /= 10)
        digits += static_cast<char>('0' + static_cast<int>(mantissa % 10));
    while (digits.size() <= static_cast<std::size_t>(scale)) digits += '0';
    std::reverse(digits.begin(), digits.end());
    if (scale > 0) digits.insert(digits.size() - static_cast<std::size_t>(scale), ".");
    return (negative ? "-" : "") + digits;
}

// A JSON number as decimal: what doesn't fit behind the point is rounded, before it there is no room.
std::optional<std::string> to_decimal(std::string_view number) {
    const bool negative = number.starts_with('-');
    if (negative) number.remove_prefix(1);
    wide mantissa = 0;
    int scale = 0, dropped = 0, exponent = 0;
    bool fraction = false, round = false;
    std::size_t i = 0;
    for (; i < number.size() && number[i] != 'e' && number[i] != 'E'; ++i) {
        if (number[i] == '.') {
            fraction = true;
            continue;
        }
        const auto digit = static_cast<unsigned>(number[i] - '0');
        const bool full = mantissa > (decimal_limit - 1 - digit) / 10 || scale == 28;
        if (!full) {
            mantissa = mantissa * 10 + digit;
            scale += fraction;
        } else if (!fraction) {
            return std::nullopt;
        } else if (dropped++ == 0) {
            round = digit >= 5;
        }
    }
    if (i < number.size())
        std::from_chars(number.data() + i + (number[i + 1] == '+' ? 2 : 1), number.data() + number.size(), exponent);
    for (; exponent > 0; --exponent)
        if (scale > 0)
            --scale;
        else if (mantissa > (decimal_limit - 1) / 10)
            return std::nullopt;
        else
            mantissa *= 10;
    for (; exponent < 0 && scale < 28; ++exponent) ++scale;
    return digits_of(mantissa + (round ? 1 : 0), scale, negative);
}

}  // namespace

std::int64_t ticks_of(int year, unsigned month, unsigned day, int hour, int minute, int second, std::int64_t ticks) {
    using namespace std::chrono;
    const auto days = sys_days{std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{day}};
    return unix_epoch_ticks + days.time_since_epoch().count() * ticks_per_day +
           ((hour * 60 + minute) * 60 + second) * ticks_per_second + ticks;
}

}  // namespace conformance

using namespace conformance;
namespace signalr {

bool codec<decimal>::read(value_reader& from, decimal& to) {
    if (from.written_in() == encoding::messagepack) return read_text(from, to.digits);
    std::string_view digits;
    if (from.peek() != value_kind::integer && from.peek() != value_kind::floating) return from.fail();
    if (!from.raw(digits)) return false;
    auto fits = to_decimal(digits);
    if (!fits) return from.fail();
    to.digits = std::move(*fits);
    return true;
}
void codec<decimal>::write(value_writer& to, const decimal& from) {
    to.writes() == encoding::json ? to.json(from.digits) : to.text(from.digits);
}

bool codec<guid>::read(value_reader& from, guid& to) {
    if (!read_text(from, to.text)) return false;
    bool good = to.text.size() == 36;
    for (std::size_t i = 0; good && i < to.text.size(); ++i) {
        auto& c = to.text[i];
        if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
        const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        good = i == 8 || i == 13 || i == 18 || i == 23 ? c == '-' : hex;
    }
    return good || from.fail();
}
void codec<guid>::write(value_writer& to, const guid& from) { to.text(from.text); }

bool codec<character>::read(value_reader& from, character& to) {
    if (from.written_in() == encoding::messagepack) {
        std::uint64_t unit = 0;
        if (!from.unsigned_integer(unit) || unit > 0xffff) return from.fail();
        to.unit = static_cast<char32_t>(unit);
        return true;
    }
    std::string text;
    if (!read_text(from, text) || text.empty()) return from.fail();
    const auto first = static_cast<unsigned char>(text[0]);
    const std::size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : 3;
    if (text.size() != length) return from.fail();
    to.unit = length == 1 ? first : first & (length == 2 ? 0x1fU : 0x0fU);
    for (std::size_t i = 1; i < length; ++i) to.unit = to.unit << 6 | (static_cast<unsigned char>(text[i]) & 0x3fU);
    return true;
}
void codec<character>::write(value_writer& to, const character& from) {
    if (to.writes() == encoding::messagepack) return to.unsigned_integer(from.unit);
    const auto u = from.unit;
    if (u < 0x80) return to.text(std::string(1, static_cast<char>(u)));
    to.text(std::string{static_cast<char>(0xc0 | u >> 6), static_cast<char>(0x80 | (u & 0x3f))});
}

bool codec<date_time>::read(value_reader& from, date_time& to) {
    to.what = date_time::kind::utc;
    if (from.written_in() == encoding::messagepack) return read_timestamp(from, to.ticks);
    std::string text;
    if (!read_text(from, text)) return false;
    const auto m = parse_iso(text);
    if (!m) return from.fail();
    to.ticks = m->ticks - m->offset.value_or(0) * 60 * ticks_per_second;
    if (!m->zulu) to.what = m->offset ? date_time::kind::local : date_time::kind::unspecified;
    return true;
}
void codec<date_time>::write(value_writer& to, const date_time& from) {
    if (to.writes() == encoding::messagepack) return write_timestamp(to, from.ticks);
    const char* zone[] = {"", "Z", "+00:00"};  // the reference server's zone was UTC
    to.text(iso_text(from.ticks) + zone[static_cast<std::size_t>(from.what)]);
}

bool codec<date_time_offset>::read(value_reader& from, date_time_offset& to) {
    if (from.written_in() == encoding::messagepack)
        return from.enter_array() && from.next_element() && read_timestamp(from, to.ticks) && from.next_element() &&
               from.integer(to.minutes) && !from.next_element() && !from.failed();
    std::string text;
    if (!read_text(from, text)) return false;
    const auto m = parse_iso(text);
    if (!m) return from.fail();
    to = {m->ticks, m->offset.value_or(0)};
    return true;
}
void codec<date_time_offset>::write(value_writer& to, const date_time_offset& from) {
    if (to.writes() == encoding::json) return to.text(iso_text(from.ticks) + offset_text(from.minutes));
    to.begin_array(2);
    write_timestamp(to, from.ticks);
    to.integer(from.minutes);
    to.end_array();
}

// [-][d.]h:m:s[.fffffff]
bool codec<time_span>::read(value_reader& from, time_span& to) {
    if (from.written_in() == encoding::messagepack) return from.integer(to.ticks);
    std::string text;
    if (!read_text(from, text)) return false;
    cutter c{text};
    const bool negative = c.take('-');
    std::int64_t day = 0, hour = c.number(1, 8);
    if (c.take('.')) day = std::exchange(hour, c.number(1, 2));
    c.want(':');
    const auto minute = c.number(1, 2);
    c.want(':');
    const auto second = c.number(1, 2);
    const auto fraction = c.take('.') ? c.fraction(7) : 0;
    if (!c.good() || !c.at_end() || hour > 23 || minute > 59 || second > 59) return from.fail();
    to.ticks = day * ticks_per_day + ((hour * 60 + minute) * 60 + second) * ticks_per_second + fraction;
    if (negative) to.ticks = -to.ticks;
    return true;
}
void codec<time_span>::write(value_writer& to, const time_span& from) {
    if (to.writes() == encoding::messagepack) return to.integer(from.ticks);
    const auto ticks = std::abs(from.ticks);
    std::string text = from.ticks < 0 ? "-" : "";
    if (ticks >= ticks_per_day) text += std::to_string(ticks / ticks_per_day) + ".";
    text += clock_text(ticks % ticks_per_day);
    to.text(ticks % ticks_per_second == 0 ? text : text + seven_digits(ticks));
}

bool codec<date_only>::read(value_reader& from, date_only& to) {
    if (from.written_in() == encoding::messagepack) return from.integer(to.day);
    std::string text;
    if (!read_text(from, text)) return false;
    const auto m = text.size() == 10 ? parse_iso(text) : std::nullopt;
    if (!m) return from.fail();
    to.day = m->ticks / ticks_per_day;
    return true;
}
void codec<date_only>::write(value_writer& to, const date_only& from) {
    to.writes() == encoding::json ? to.text(date_text(from.day)) : to.integer(from.day);
}

bool codec<time_only>::read(value_reader& from, time_only&) { return from.fail(); }
void codec<time_only>::write(value_writer& to, const time_only& from) {
    if (to.writes() == encoding::messagepack) return to.integer(from.ticks);
    to.text(clock_text(from.ticks) + seven_digits(from.ticks));
}

}  // namespace signalr
