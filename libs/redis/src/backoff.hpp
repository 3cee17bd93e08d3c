// How long to wait before the next try: evenly spread over 0 … first·2ⁿ, capped ("full jitter"), so that many clients of
// a server that comes back don't come at the same moment.
#pragma once
#include <algorithm>
#include <chrono>

#include "base/id_source.hpp"

namespace redis {

class backoff {
public:
    using milliseconds = std::chrono::milliseconds;
    backoff(milliseconds first, milliseconds cap) : first_{std::max(first, milliseconds{1})}, cap_{cap} {}

    // `rounds`: how often it has failed since it last worked; at least 1.
    milliseconds after(unsigned rounds, base::id_source& ids) const {
        const auto most = std::min<milliseconds>(cap_, first_ * (1LL << std::min(rounds - 1, 20U)));
        const auto spread = static_cast<std::uint64_t>(std::max(most, milliseconds{1}).count());
        return milliseconds{1 + static_cast<std::int64_t>(ids.next_u64() % spread)};
    }

private:
    milliseconds first_, cap_;
};

}  // namespace redis
