#include "base/clock.hpp"

#include <time.h>

namespace base {
namespace {

class wall_clock final : public clock {
public:
    unix_micros now() const override {
        return std::chrono::duration_cast<std::chrono::microseconds>(
                   std::chrono::system_clock::now().time_since_epoch())
            .count();
    }
    steady_time steady() const override { return std::chrono::steady_clock::now(); }
    steady_time steady_roughly() const override {
        timespec at{};  // of the same clock, as of the kernel's last tick
        ::clock_gettime(CLOCK_MONOTONIC_COARSE, &at);
        return steady_time{std::chrono::seconds{at.tv_sec} + std::chrono::nanoseconds{at.tv_nsec}};
    }
};

void put(char* at, int value, int width) {
    for (int i = width - 1; i >= 0; --i) {
        at[i] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
}

// Reads exactly `width` digits.
bool take(std::string_view& text, int width, int& value) {
    if (text.size() < static_cast<std::size_t>(width)) return false;
    value = 0;
    for (int i = 0; i < width; ++i) {
        const char c = text[static_cast<std::size_t>(i)];
        if (c < '0' || c > '9') return false;
        value = value * 10 + (c - '0');
    }
    text.remove_prefix(static_cast<std::size_t>(width));
    return true;
}

bool take(std::string_view& text, char c) {
    if (text.empty() || text.front() != c) return false;
    text.remove_prefix(1);
    return true;
}

// The fraction as microseconds; digits beyond the sixth are dropped.
bool take_fraction(std::string_view& text, int& micros) {
    micros = 0;
    if (!take(text, '.')) return true;
    int n = 0;
    for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1)) {
        if (++n > 9) return false;
        if (n <= 6) micros = micros * 10 + (text.front() - '0');
    }
    for (int i = n; i < 6; ++i) micros *= 10;
    return n > 0;
}

bool take_offset(std::string_view& text, int& minutes) {
    minutes = 0;
    if (text.empty() || take(text, 'Z') || take(text, 'z')) return true;
    const bool minus = text.front() == '-';
    if (!take(text, '+') && !take(text, '-')) return false;
    int h = 0, m = 0;
    if (!take(text, 2, h) || !take(text, ':') || !take(text, 2, m) || h > 23 || m > 59) return false;
    minutes = (minus ? -1 : 1) * (h * 60 + m);
    return true;
}

}  // namespace

const clock& system_clock() {
    static const wall_clock it;
    return it;
}

void append_rfc3339(std::string& out, unix_micros at) {
    using namespace std::chrono;
    const auto tp = sys_time<microseconds>{microseconds{at}};
    const auto day = floor<days>(tp);
    const year_month_day ymd{day};
    const hh_mm_ss time{floor<milliseconds>(tp - day)};
    char text[] = "0000-00-00T00:00:00.000Z";
    put(text, static_cast<int>(ymd.year()), 4);
    put(text + 5, static_cast<int>(static_cast<unsigned>(ymd.month())), 2);
    put(text + 8, static_cast<int>(static_cast<unsigned>(ymd.day())), 2);
    put(text + 11, static_cast<int>(time.hours().count()), 2);
    put(text + 14, static_cast<int>(time.minutes().count()), 2);
    put(text + 17, static_cast<int>(time.seconds().count()), 2);
    put(text + 20, static_cast<int>(time.subseconds().count()), 3);
    out.append(text, sizeof text - 1);
}

std::string to_rfc3339(unix_micros at) {
    std::string out;
    append_rfc3339(out, at);
    return out;
}

std::optional<unix_micros> parse_rfc3339(std::string_view text) {
    using namespace std::chrono;
    int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0, micros = 0, offset = 0;
    if (!take(text, 4, y) || !take(text, '-') || !take(text, 2, mo) || !take(text, '-') || !take(text, 2, d)) return {};
    if (!take(text, 'T') && !take(text, 't') && !take(text, ' ')) return {};
    if (!take(text, 2, h) || !take(text, ':') || !take(text, 2, mi) || !take(text, ':') || !take(text, 2, s)) return {};
    if (!take_fraction(text, micros) || !take_offset(text, offset) || !text.empty()) return {};
    const year_month_day ymd{year{y}, month{static_cast<unsigned>(mo)}, day{static_cast<unsigned>(d)}};
    if (!ymd.ok() || h > 23 || mi > 59 || s > 60) return {};
    const auto at = sys_days{ymd} + hours{h} + minutes{mi - offset} + seconds{s};
    return duration_cast<microseconds>(at.time_since_epoch()).count() + micros;
}

}  // namespace base
