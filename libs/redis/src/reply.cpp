#include "redis/reply.hpp"

#include <algorithm>
#include <array>

namespace redis {
namespace {

// It did nothing, and a later try, or another server, may do better.
constexpr std::array<std::string_view, 9> away_codes{"LOADING",     "READONLY",   "MASTERDOWN", "BUSY", "TRYAGAIN",
                                                     "CLUSTERDOWN", "NOREPLICAS", "MISCONF",    "OOM"};
constexpr std::array<std::string_view, 3> rights_codes{"NOAUTH", "NOPERM", "WRONGPASS"};

base::fault_kind kind_of(std::string_view code) {
    if (std::ranges::find(away_codes, code) != away_codes.end()) return base::fault_kind::unavailable;
    if (std::ranges::find(rights_codes, code) != rights_codes.end()) return base::fault_kind::internal;
    return base::fault_kind::invalid;
}

}  // namespace

std::int64_t reply::integer() const noexcept {
    const auto* value = std::get_if<std::int64_t>(&value_);
    return value ? *value : 0;
}

std::string_view reply::text() const noexcept {
    const auto* value = std::get_if<std::string>(&value_);
    return value ? std::string_view{*value} : std::string_view{};
}

std::span<const reply> reply::items() const noexcept {
    const auto* value = std::get_if<std::vector<reply>>(&value_);
    return value ? std::span<const reply>{*value} : std::span<const reply>{};
}

std::string reply::take_text() && {
    auto* value = std::get_if<std::string>(&value_);
    return value ? std::move(*value) : std::string{};
}

std::vector<reply> reply::take_items() && {
    auto* value = std::get_if<std::vector<reply>>(&value_);
    return value ? std::move(*value) : std::vector<reply>{};
}

std::string_view reply::error_code() const noexcept {
    if (!is_error()) return {};
    return text().substr(0, text().find(' '));
}

base::fault reply::as_fault() const { return {kind_of(error_code()), std::string{"redis answered: "}.append(text())}; }

}  // namespace redis
