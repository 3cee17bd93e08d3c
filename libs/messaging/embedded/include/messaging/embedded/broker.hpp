// The port's adapter for one process: queues are ranges of a table in the same SQLite file as the orders, so that a
// batch's inserts, publishes and acks are one COMMIT.
#pragma once
#include <memory>
#include <string>

#include "base/id_source.hpp"
#include "base/metrics.hpp"
#include "messaging/consumer.hpp"
#include "messaging/inspector.hpp"
#include "messaging/publisher.hpp"
#include "sqlite/database.hpp"

namespace messaging {

struct embedded_options {
    std::uint64_t max_messages = 1'000'000;  // in a queue; a publish beyond is unavailable. Dead letters always fit
    std::size_t tail_messages = 10'000;      // freshly committed messages kept in memory per consumed queue, at most
    std::size_t tail_bytes = 32u << 20;      // and so many bytes; what is beyond is read from the table
    std::size_t read_batch = 1'000;          // messages read from the table at once
    std::string failpoints = {};  // test builds: `ack-before-effect:*:fail` acks a batch before its handler is called
};

// Safe from any thread. Must go after its consumers' run() has returned and before the database.
class embedded_broker {
public:
    virtual ~embedded_broker() = default;
    virtual messaging::publisher& publisher() = 0;
    virtual messaging::inspector& inspector() = 0;
    // Several may share a queue; each runs on the executor that calls its run(), which must be a loop's or a strand.
    // The handler's batch carries a unit; see sqlite::unit for what its holder must not do.
    virtual std::unique_ptr<consumer> make_consumer(consumer_options o) = 0;
    virtual bool healthy() const = 0;
    // Consumers look at the clock again: a test that has moved a manual clock calls it.
    virtual void wake() = 0;
};

// Makes its tables when they are missing; blocks until the queues are counted. `time` is also what deadlines of call
// contexts are measured by, so the database must have been opened with the same clock.
base::result<std::unique_ptr<embedded_broker>> make_embedded_broker(sqlite::database& db, embedded_options o,
                                                                    const base::clock& time, base::id_source& ids,
                                                                    base::log_scope log, base::metrics* m = nullptr);

}  // namespace messaging
