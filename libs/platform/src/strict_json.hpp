// JSON read strictly: RFC 8259, UTF-8, limited depth, no member twice (Boost.JSON alone would let the last
// one win, and two readers of one token or file could then see different things).
#pragma once
#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace platform {

struct strict_json {
    std::optional<boost::json::value> value;
    std::string problem;  // why there is none
    std::size_t at = 0;   // byte offset of the problem
};
// `fold_case`: names that differ in letter case only are the same member.
strict_json read_strict_json(std::string_view text, std::size_t max_depth, bool fold_case = false);

}  // namespace platform
