// Small helpers on HTTP's text. Letters are compared as ASCII.
#pragma once
#include <algorithm>
#include <array>
#include <string_view>

namespace net::http {

// A set of bytes: one load tells whether a byte is in it.
class byte_set {
public:
    template <class Test>
    constexpr explicit byte_set(Test belongs) {
        for (unsigned c = 0; c < in_.size(); ++c) in_[c] = belongs(static_cast<unsigned char>(c));
    }
    constexpr bool has(char c) const noexcept { return in_[static_cast<unsigned char>(c)]; }
    // How many bytes at the front are in it.
    constexpr std::size_t span(std::string_view s) const noexcept {
        std::size_t n = 0;
        while (n < s.size() && has(s[n])) ++n;
        return n;
    }
    constexpr bool has_all(std::string_view s) const noexcept { return span(s) == s.size(); }

private:
    std::array<bool, 256> in_{};
};

inline constexpr byte_set token_bytes{[](unsigned char c) {
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return true;
    return c > ' ' && std::string_view{"!#$%&'*+-.^_`|~"}.find(static_cast<char>(c)) != std::string_view::npos;
}};
inline constexpr byte_set digits{[](unsigned char c) { return c >= '0' && c <= '9'; }};

constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

// Names are mostly written as we write them, so that the first comparison settles it.
inline bool same_text(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() &&
           (a == b || std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); }));
}

constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

constexpr std::string_view trimmed(std::string_view s) noexcept {
    while (!s.empty() && is_blank(s.front())) s.remove_prefix(1);
    while (!s.empty() && is_blank(s.back())) s.remove_suffix(1);
    return s;
}

constexpr bool is_token(char c) noexcept { return token_bytes.has(c); }

// Calls `f` with each element of a comma-separated list; stops when it says false.
template <class F>
void each_element(std::string_view list, F f) {
    while (!list.empty()) {
        const auto comma = std::min(list.find(','), list.size());
        if (const auto element = trimmed(list.substr(0, comma)); !element.empty() && !f(element)) return;
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
}

inline bool lists(std::string_view list, std::string_view what) {
    bool found = false;
    each_element(list, [&](std::string_view e) { return !(found = same_text(e, what)); });
    return found;
}

}  // namespace net::http
