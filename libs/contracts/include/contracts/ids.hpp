// Identifiers of contracts §1 as types.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/strong_id.hpp"
#include "base/uuid.hpp"

namespace contracts {

using user_id = base::strong_id<struct user_id_tag>;
using product_id = base::strong_id<struct product_id_tag>;
using correlation_id = base::uuid;
using order_id = std::int64_t;  // >= 1; 0: none yet

// 1..64 Unicode code points of valid UTF-8, no white space at either end, no control characters.
std::optional<user_id> read_user_id(std::string_view text);
std::optional<product_id> read_product_id(std::string_view text);
// Any letter case, any version, but not nil.
std::optional<correlation_id> read_correlation_id(std::string_view text);

// Number of code points, or nullopt when it is not UTF-8 (surrogates and overlong forms are not).
std::optional<std::size_t> count_code_points(std::string_view text) noexcept;

}  // namespace contracts
