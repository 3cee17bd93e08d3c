#include "contracts/money.hpp"

#include <charconv>

namespace contracts {
namespace {

constexpr std::int64_t most_cents = 1'000'000'000'000;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

// A JSON number in pieces: value = digits * 10^exponent. Exponents beyond ±1000 are cut there: zero stays
// zero, and nothing else of that size is money.
struct pieces {
    std::string digits;  // without leading zeros
    int exponent = 0;
};

bool take_digits(std::string_view& text, pieces& into, bool fraction) {
    if (text.empty() || !is_digit(text.front())) return false;
    for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1)) {
        if (!into.digits.empty() || text.front() != '0') into.digits += text.front();
        if (fraction) --into.exponent;
    }
    return true;
}

bool take_exponent(std::string_view& text, pieces& into) {
    text.remove_prefix(1);
    const bool minus = !text.empty() && text.front() == '-';
    if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
    if (text.empty()) return false;
    int value = 0;
    for (; !text.empty(); text.remove_prefix(1)) {
        if (!is_digit(text.front())) return false;
        if (value < 100'000) value = value * 10 + (text.front() - '0');
    }
    into.exponent += minus ? -value : value;
    return true;
}

std::optional<pieces> split(std::string_view text) {
    pieces out;
    if (text.size() > 1 && text.front() == '0' && is_digit(text[1])) return std::nullopt;
    if (!take_digits(text, out, false)) return std::nullopt;
    if (!text.empty() && text.front() == '.') {
        text.remove_prefix(1);
        if (!take_digits(text, out, true)) return std::nullopt;
    }
    if (!text.empty() && ((text.front() != 'e' && text.front() != 'E') || !take_exponent(text, out)))
        return std::nullopt;
    return out;
}

}  // namespace

void append(std::string& out, money m) {
    char text[24];
    const std::uint64_t cents =
        m.cents < 0 ? 0 - static_cast<std::uint64_t>(m.cents) : static_cast<std::uint64_t>(m.cents);
    char* end = text;
    if (m.cents < 0) *end++ = '-';
    end = std::to_chars(end, text + sizeof text, cents / 100).ptr;
    *end++ = '.';
    *end++ = static_cast<char>('0' + cents / 10 % 10);
    *end++ = static_cast<char>('0' + cents % 10);
    out.append(text, end);
}

std::string to_string(money m) {
    std::string out;
    append(out, m);
    return out;
}

std::optional<money> parse_money(std::string_view text) {
    if (text.size() > 400) return std::nullopt;
    auto number = split(text);
    if (!number) return std::nullopt;
    while (!number->digits.empty() && number->digits.back() == '0') {
        number->digits.pop_back();
        ++number->exponent;
    }
    if (number->digits.empty()) return money{};
    const int zeros = number->exponent + 2;  // in cents
    if (zeros < 0 || zeros > 13 || number->digits.size() + static_cast<std::size_t>(zeros) > 13) return std::nullopt;
    std::int64_t cents = 0;
    for (const char c : number->digits) cents = cents * 10 + (c - '0');
    for (int i = 0; i < zeros; ++i) cents *= 10;
    if (cents > most_cents) return std::nullopt;
    return money{cents};
}

}  // namespace contracts
