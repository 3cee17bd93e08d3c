// The one place where JSON bytes meet types. Boost.JSON behind a strict door: depth and size limits,
// duplicate members refused, UTF-8 checked, numbers kept as their text so that money stays exact.
#pragma once
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/text.hpp"

namespace contracts::json {

// With quotes; escapes controls, quote, backslash.
inline void append_string(std::string& out, std::string_view utf8) { base::append_json_string(out, utf8); }

struct limits {
    std::size_t bytes = 1024 * 1024;
    std::size_t depth = 16;
    std::size_t members = 10'000;  // values of all kinds
};

// A parsed value, and a place in a document: it can't be copied out of it. Numbers keep their text.
class value {
public:
    enum class kind : unsigned char { null, boolean, number, string, array, object };
    class children;

    value() = default;
    value(const value&) = delete;
    value& operator=(const value&) = delete;
    value(value&&) = default;  // of a document that still grows
    value& operator=(value&&) = default;

    kind what = kind::null;
    bool boolean = false;
    std::string_view text;  // of a string: decoded; of a number: as it stood. Good as long as the document is
    std::string_view name;  // of an object's member

    children items() const noexcept;                                     // of an array, and the members of an object
    const value* find(std::string_view member) const noexcept;           // exact
    const value* find_any_case(std::string_view member) const noexcept;  // ASCII case folded
    std::optional<std::int64_t> integer() const noexcept;  // only a number without fraction or exponent, in range
    bool is(kind k) const noexcept { return what == k; }

private:
    friend class builder;
    std::uint32_t count_ = 0;  // items
    std::uint32_t span_ = 1;   // places that it takes up, with all that is in it: the next sibling is so far away
};

class value::children {
public:
    class iterator {
    public:
        using value_type = value;
        using difference_type = std::ptrdiff_t;
        iterator() = default;
        explicit iterator(const value* at) noexcept : at_{at} {}
        const value& operator*() const noexcept { return *at_; }
        const value* operator->() const noexcept { return at_; }
        iterator& operator++() noexcept {
            at_ += at_->span_;
            return *this;
        }
        iterator operator++(int) noexcept {
            auto before = *this;
            ++*this;
            return before;
        }
        friend bool operator==(const iterator&, const iterator&) = default;

    private:
        const value* at_ = nullptr;
    };

    explicit children(const value& of) noexcept : of_{&of} {}
    iterator begin() const noexcept { return iterator{of_ + 1}; }
    iterator end() const noexcept { return iterator{of_ + of_->span_}; }
    std::size_t size() const noexcept { return of_->count_; }
    bool empty() const noexcept { return size() == 0; }
    // In as many steps; `i` < size().
    const value& operator[](std::size_t i) const noexcept {
        return *std::next(begin(), static_cast<std::ptrdiff_t>(i));
    }

private:
    const value* of_;
};

inline value::children value::items() const noexcept { return children{*this}; }

// A text's values in one block, in the order in which they stand there, and their characters in another: two allocations,
// whatever the text holds. It does not need the text any more.
class document {
public:
    const value& root() const noexcept { return values_.front(); }
    const value* find(std::string_view member) const noexcept { return root().find(member); }
    const value* find_any_case(std::string_view member) const noexcept { return root().find_any_case(member); }
    bool is(value::kind k) const noexcept { return root().is(k); }

private:
    friend class builder;
    std::vector<value> values_;
    std::unique_ptr<char[]> characters_;
};

// `invalid` with a message that may be shown to a client (what and where, not the input). Duplicates are compared
// without letter case when `fold_case`.
base::result<document> parse(std::string_view text, const limits& l = {}, bool fold_case = false);

}  // namespace contracts::json
