// Transient workflow state in this process' memory: for the single binary and for tests. A restart knows
// nothing; what still waits in the broker is accepted again before anything listens.
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>

#include "base/clock.hpp"
#include "workflow/store.hpp"

namespace workflow {

struct memory_options {
    std::chrono::microseconds ttl = std::chrono::minutes{30};  // of an order's keys and of a feed, since the last write
    std::size_t max_orders = 500'000;                          // above: the one that would expire next goes
    std::size_t feed_length = 1'000;                           // notifications kept for one user
    std::size_t max_feeds = 100'000;                           // above: the feed that would expire next goes
    std::size_t max_notifications = 1'000'000;                 // in all feeds together; above: as with max_feeds
    std::int64_t sequence_floor = 0;  // numbers given are above it: the last one of the run before
    std::size_t shards = 16;          // locks; the limits above are split evenly among them
};

// Never refuses and never waits for anything but its own short locks; calls complete without suspending.
class memory_store : public store {
public:
    // The highest number ever given, or the floor. Kept by the owner across restarts.
    virtual std::int64_t last_sequence() const = 0;

    struct sizes {
        std::size_t orders = 0, feeds = 0, notifications = 0;  // expired ones included until they are swept
    };
    virtual sizes now() const = 0;
};

// `time` must outlive the store.
std::unique_ptr<memory_store> make_memory_store(memory_options options, const base::clock& time);

}  // namespace workflow
