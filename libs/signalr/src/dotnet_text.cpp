#include "dotnet_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <limits>

namespace signalr {
namespace {

struct decimal {
    std::array<char, 24> digits{};  // without a point
    int count = 0;
    int scale = 0;  // the point stands behind so many of them
    bool negative = false;
};

template <class Float>
decimal shortest(Float v) {
    std::array<char, 40> text;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), v, std::chars_format::scientific).ptr;
    decimal d;
    const char* at = text.data();
    if (*at == '-') d.negative = true, ++at;
    for (; at != end && *at != 'e'; ++at)
        if (*at != '.') d.digits[static_cast<std::size_t>(d.count++)] = *at;
    int exponent = 0;
    std::from_chars(at + (at[1] == '+' ? 2 : 1), end, exponent);
    d.scale = exponent + 1;
    return d;
}

void append_exponent(std::string& out, int exponent) {
    out += exponent < 0 ? "E-" : "E+";
    const auto size = static_cast<unsigned>(std::abs(exponent));
    if (size < 10) out += '0';
    out += std::to_string(size);
}

template <class Float>
void append_any(std::string& out, Float v) {
    if (v == 0) {
        out += std::signbit(v) ? "-0" : "0";
        return;
    }
    const decimal d = shortest(v);
    const std::string_view digits{d.digits.data(), static_cast<std::size_t>(d.count)};
    if (d.negative) out += '-';
    if (d.scale > std::max(d.count, std::numeric_limits<Float>::max_digits10) || d.scale < -3) {
        out += digits[0];
        if (d.count > 1) out.append(".").append(digits.substr(1));
        append_exponent(out, d.scale - 1);
    } else if (d.scale <= 0) {
        out.append("0.").append(static_cast<std::size_t>(-d.scale), '0').append(digits);
    } else if (d.scale >= d.count) {
        out.append(digits).append(static_cast<std::size_t>(d.scale - d.count), '0');
    } else {
        const auto whole = static_cast<std::size_t>(d.scale);
        out.append(digits.substr(0, whole)).append(".").append(digits.substr(whole));
    }
}

constexpr std::string_view base64_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr auto base64_values = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(0xff);
    for (std::size_t i = 0; i < base64_letters.size(); ++i)
        values[static_cast<unsigned char>(base64_letters[i])] = static_cast<std::uint8_t>(i);
    return values;
}();

// Reads a text of fixed fields from its front.
class field_reader {
public:
    explicit field_reader(std::string_view text) noexcept : rest_{text} {}
    bool number(std::size_t digits, int& out) noexcept {
        if (rest_.size() < digits) return false;
        const auto field = rest_.substr(0, digits);
        if (!std::ranges::all_of(field, [](char c) { return c >= '0' && c <= '9'; })) return false;
        std::from_chars(field.data(), field.data() + digits, out);
        rest_.remove_prefix(digits);
        return true;
    }
    bool take(char c) noexcept {
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    bool done() const noexcept { return rest_.empty(); }
    bool digit() const noexcept { return !rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9'; }

private:
    std::string_view rest_;
};

// Up to 16 digits behind the point; what is finer than 100 ns is dropped.
bool read_fraction(field_reader& from, std::uint32_t& nanoseconds) noexcept {
    std::uint32_t unit = 100'000'000;
    int digit = 0, count = 0;
    for (; from.digit() && count < 16; ++count, unit /= 10) {
        if (!from.number(1, digit)) return false;
        if (count < 7) nanoseconds += static_cast<std::uint32_t>(digit) * unit;
    }
    return count > 0;
}

// "Z", "+05:30" or nothing, in minutes.
bool read_offset(field_reader& from, int& minutes) noexcept {
    minutes = 0;
    if (from.done() || from.take('Z')) return from.done();
    const bool west = from.take('-');
    if (!west && !from.take('+')) return false;
    int hours = 0, rest = 0;
    if (!from.number(2, hours) || hours > 14 || (from.take(':') && (!from.number(2, rest) || rest > 59))) return false;
    minutes = (hours * 60 + rest) * (west ? -1 : 1);
    return from.done();
}

}  // namespace

void append_number(std::string& out, double v) { append_any(out, v); }
void append_number(std::string& out, float v) { append_any(out, v); }

bool append_iso_time(std::string& out, std::int64_t seconds, std::uint32_t nanoseconds) {
    constexpr std::int64_t first = -62'135'596'800, behind = 253'402'300'800;  // the years 1 and 10000
    if (seconds < first || seconds >= behind) return false;
    namespace chrono = std::chrono;
    const chrono::sys_seconds when{chrono::seconds{seconds}};
    const auto day = chrono::floor<chrono::days>(when);
    const chrono::year_month_day date{day};
    const chrono::hh_mm_ss time{when - day};
    std::array<char, 48> text;
    const int size = std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%07u", int{date.year()},
                                   unsigned{date.month()}, unsigned{date.day()}, static_cast<int>(time.hours().count()),
                                   static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
                                   nanoseconds / 100);
    std::string_view whole{text.data(), static_cast<std::size_t>(size)};
    while (whole.ends_with('0') && nanoseconds / 100 != 0) whole.remove_suffix(1);
    if (nanoseconds / 100 == 0) whole.remove_suffix(8);
    out.append(whole) += 'Z';
    return true;
}

bool read_iso_time(std::string_view text, std::int64_t& seconds, std::uint32_t& nanoseconds) noexcept {
    namespace chrono = std::chrono;
    field_reader from{text};
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, offset = 0;
    if (!from.number(4, year) || !from.take('-') || !from.number(2, month) || !from.take('-') || !from.number(2, day))
        return false;
    nanoseconds = 0;
    if (from.take('T')) {
        if (!from.number(2, hour) || !from.take(':') || !from.number(2, minute)) return false;
        if (from.take(':')) {
            if (!from.number(2, second)) return false;
            if (from.take('.') && !read_fraction(from, nanoseconds)) return false;
        }
        if (!read_offset(from, offset)) return false;
    }
    const chrono::year_month_day date{chrono::year{year}, chrono::month{static_cast<unsigned>(month)},
                                      chrono::day{static_cast<unsigned>(day)}};
    if (!from.done() || year < 1 || !date.ok() || hour > 23 || minute > 59 || second > 59) return false;
    seconds = chrono::sys_days{date}.time_since_epoch().count() * std::int64_t{86'400} +
              ((hour * 60 + minute) * 60 + second) - offset * 60;
    return true;
}

void append_base64(std::string& out, std::string_view bytes) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(bytes[i])); };
    std::size_t i = 0;
    for (; i + 3 <= bytes.size(); i += 3) {
        const unsigned three = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
        const char four[]{base64_letters[three >> 18], base64_letters[three >> 12 & 63],
                          base64_letters[three >> 6 & 63], base64_letters[three & 63]};
        out.append(four, 4);
    }
    if (i == bytes.size()) return;
    const bool two = i + 2 == bytes.size();
    const unsigned last = byte(i) << 16 | (two ? byte(i + 1) << 8 : 0);
    out += base64_letters[last >> 18];
    out += base64_letters[last >> 12 & 63];
    out += two ? base64_letters[last >> 6 & 63] : '=';
    out += '=';
}

bool read_base64(std::string_view text, std::string& out) {
    out.clear();
    if (text.size() % 4 != 0) return false;
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    text.remove_suffix(padding);
    unsigned bits = 0, count = 0;
    for (const char c : text) {
        const unsigned value = base64_values[static_cast<unsigned char>(c)];
        if (value > 63) return false;
        bits = (bits << 6 | value) & 0xff'ffff;
        if (++count % 4 != 1) out += static_cast<char>(bits >> (count % 4 == 2 ? 4 : count % 4 == 3 ? 2 : 0) & 0xff);
    }
    return true;
}

}  // namespace signalr
