// An id as a type of its own, so that a user id can't be passed where a product id is meant.
#pragma once
#include <compare>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace base {

template <class Tag>
class strong_id {
public:
    strong_id() = default;
    explicit strong_id(std::string value) : value_{std::move(value)} {}

    const std::string& str() const noexcept { return value_; }
    bool empty() const noexcept { return value_.empty(); }

    friend auto operator<=>(const strong_id&, const strong_id&) = default;

private:
    std::string value_;
};

}  // namespace base

template <class Tag>
struct std::hash<base::strong_id<Tag>> {
    std::size_t operator()(const base::strong_id<Tag>& id) const noexcept { return std::hash<std::string>{}(id.str()); }
};
