// What Redis answers: a value (RESP2).
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace redis {

class reply {
public:
    enum class kind : unsigned char { nil, integer, string, status, error, array };

    reply() = default;  // nil
    static reply of(std::int64_t value) { return reply{kind::integer, value}; }
    static reply of(std::string value, kind what = kind::string) { return reply{what, std::move(value)}; }
    static reply of(std::vector<reply> items) { return reply{kind::array, std::move(items)}; }

    kind what() const noexcept { return what_; }
    bool is_nil() const noexcept { return what_ == kind::nil; }
    bool is_error() const noexcept { return what_ == kind::error; }
    bool is_status(std::string_view expected) const noexcept { return what_ == kind::status && text() == expected; }

    std::int64_t integer() const noexcept;   // 0 unless an integer
    std::string_view text() const noexcept;  // of a string, status or error; empty otherwise. May hold any bytes.
    std::span<const reply> items() const noexcept;  // empty unless an array
    std::string take_text() &&;
    std::vector<reply> take_items() &&;

    std::string_view error_code() const noexcept;  // an error's first word: NOSCRIPT, WRONGTYPE …
    // Of an error. `unavailable`: the server can't serve now (LOADING, READONLY, MASTERDOWN, BUSY, OOM …) and did nothing;
    // `internal`: it does not let us (NOAUTH, NOPERM); `invalid`: anything else.
    base::fault as_fault() const;

    friend bool operator==(const reply&, const reply&) = default;

private:
    friend class reply_builder;
    template <class T>
    reply(kind what, T value) : what_{what}, value_{std::move(value)} {}

    kind what_ = kind::nil;
    std::variant<std::monostate, std::int64_t, std::string, std::vector<reply>> value_;
};

using replies = std::vector<reply>;

}  // namespace redis
