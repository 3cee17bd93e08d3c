// Looks into JSON that a server of ours wrote, without building a tree: one pass, no allocation. It finds its
// way past anything well-formed and stops at anything else; it does not judge.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace load::scan {

// The length of the JSON value at the front of `text`, or 0 when there is none that is complete.
std::size_t value_length(std::string_view text) noexcept;
std::string_view skip_blank(std::string_view text) noexcept;

// Walks the members of an object; `value` is the member's raw text: "Accepted" with its quotes, 12, {…}.
class members {
public:
    explicit members(std::string_view object) noexcept;
    bool next(std::string_view& name, std::string_view& value) noexcept;

private:
    std::string_view rest_;
};

class elements {
public:
    explicit elements(std::string_view array) noexcept;
    bool next(std::string_view& value) noexcept;

private:
    std::string_view rest_;
};

std::string_view member(std::string_view object, std::string_view name) noexcept;  // raw; empty: not there
std::string_view text(
    std::string_view raw) noexcept;  // between the quotes, escapes as they stand; empty when no string
std::optional<std::int64_t> integer(std::string_view raw) noexcept;

}  // namespace load::scan
