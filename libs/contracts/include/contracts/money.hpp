// Money is integer cents inside and two decimals outside; never a double.
#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace contracts {

struct money {
    std::int64_t cents = 0;
    friend auto operator<=>(const money&, const money&) = default;
};

void append(std::string& out, money m);  // 129.00
std::string to_string(money m);
// A JSON number's text as others write it (129, 129.0, 1.29E2): exact or nullopt (more than two decimals that
// are not zero, negative, above 10^12 cents).
std::optional<money> parse_money(std::string_view text);

}  // namespace contracts
