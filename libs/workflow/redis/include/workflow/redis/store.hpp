// The workflow store in Redis, shared by all replicas of all services (contracts §4).
#pragma once
#include <chrono>
#include <memory>

#include "redis/client.hpp"
#include "workflow/store.hpp"

namespace workflow {

struct redis_options {
    std::chrono::milliseconds ttl{std::chrono::minutes{30}};  // WorkflowState__Ttl
    std::size_t feed_length = 1000;                           // notifications kept for one user
    std::chrono::milliseconds timeout{500};                   // of one call, unless its context gives less
    // So many calls in a row that were not answered open the breaker: every call fails at once for this long, then one
    // is let through to try. Without a connection calls fail at once anyway.
    int breaker_failures = 3;
    std::chrono::milliseconds breaker_pause{1'000};
};

// Every call is one script, a call about many orders one round trip of as many scripts. `client` must outlive the store;
// calls resume on the caller's executor. Faults are `unavailable`, also where it may have happened: every call may be
// repeated.
std::unique_ptr<store> make_redis_store(redis::client& client, redis_options options, const base::clock& time);

}  // namespace workflow
