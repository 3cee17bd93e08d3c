// Numbers to text, for the hand-made writers.
#pragma once
#include <charconv>
#include <cstdint>
#include <string>

namespace contracts {

inline void append_number(std::string& out, std::int64_t value) {
    char digits[24];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

// Microseconds as milliseconds with at most three decimals: 1.9, 12, 0.004.
inline void append_millis(std::string& out, std::int64_t micros) {
    append_number(out, micros / 1000);
    const auto rest = static_cast<int>(micros % 1000);
    if (rest == 0) return;
    char text[4] = {'.', static_cast<char>('0' + rest / 100), static_cast<char>('0' + rest / 10 % 10),
                    static_cast<char>('0' + rest % 10)};
    out.append(text, rest % 10 ? 4u : rest % 100 ? 3u : 2u);
}

}  // namespace contracts
