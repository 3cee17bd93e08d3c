// Redis key names (contracts §4).
#pragma once
#include <string>

#include "contracts/ids.hpp"

namespace contracts::key {

inline std::string with(std::string_view prefix, const correlation_id& id) {
    std::string out{prefix};
    id.append_to(out);
    return out;
}
inline std::string map(const correlation_id& id) { return with("order:map:", id); }
inline std::string status(const correlation_id& id) { return with("order:status:", id); }
inline std::string pending(const correlation_id& id) { return with("order:pending:", id); }
inline std::string timeline(const correlation_id& id) { return with("order:timeline:", id); }
inline std::string feed(const user_id& user) { return "order:feed:" + user.str(); }

}  // namespace contracts::key
