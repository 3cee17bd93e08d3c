// Small text helpers that several sources of this room share.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace platform {

inline char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

inline std::string to_lower(std::string_view text) {
    std::string out{text};
    for (auto& c : out) c = lower(c);
    return out;
}

inline bool same_text(std::string_view a, std::string_view b) noexcept {  // ASCII letter case aside
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (lower(a[i]) != lower(b[i])) return false;
    return true;
}

inline bool starts_with_text(std::string_view text, std::string_view start) noexcept {
    return text.size() >= start.size() && same_text(text.substr(0, start.size()), start);
}

inline std::string_view trimmed(std::string_view text) noexcept {
    constexpr std::string_view blanks = " \t\r\n";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

// Trimmed pieces between any of `separators`; empty ones are left out.
std::vector<std::string> split(std::string_view text, std::string_view separators);

}  // namespace platform
