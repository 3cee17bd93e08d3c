// The one place where JSON bytes meet types. Boost.JSON behind a strict door: depth and size limits,
// duplicate members refused, UTF-8 checked, numbers kept as their text so that money stays exact.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace contracts::json {

void append_string(std::string& out,
                   std::string_view utf8);  // with quotes; escapes controls, quote, backslash

struct limits {
    std::size_t bytes = 1024 * 1024;
    std::size_t depth = 16;
    std::size_t members = 10'000;
};

struct member;

// A parsed value; a small tree of our own made from Boost.JSON's basic_parser, so that numbers keep their
// text and duplicates (compared without letter case when `fold_case`) are seen.
class value {
public:
    enum class kind : unsigned char { null, boolean, number, string, array, object };
    kind what = kind::null;
    bool boolean = false;
    std::string text;  // of a string: decoded; of a number: as it stood
    std::vector<value> items;
    std::vector<member> members;

    const value* find(std::string_view name) const noexcept;           // exact
    const value* find_any_case(std::string_view name) const noexcept;  // ASCII case folded
    std::optional<std::int64_t> integer() const noexcept;  // only a number without fraction or exponent, in range
    bool is(kind k) const noexcept { return what == k; }
};

struct member {
    std::string name;
    value content;
};

// `invalid` with a message that may be shown to a client (what and where, not the input).
base::result<value> parse(std::string_view text, const limits& l = {}, bool fold_case = false);

}  // namespace contracts::json
