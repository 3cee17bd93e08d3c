#pragma once
#include <cstdint>
#include <string>

#include "base/clock.hpp"

namespace redis {

// How the one connection of a client or subscriber is doing.
struct link_state {
    bool connected = false;        // greeted, and serving
    base::unix_micros since = 0;   // connected or not, since then
    std::string endpoint;          // host:port that was tried last
    std::string last_error;        // why there was no connection last; never a secret
    std::uint64_t reconnects = 0;  // connections after the first
};

}  // namespace redis
