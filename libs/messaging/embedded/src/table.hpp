// The broker's SQL. BrokerMessage.Id holds the queue in its upper bits and the position in its lower ones: each queue is
// a range of one table, in queue order, without a second index.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "messaging/message.hpp"
#include "queue.hpp"
#include "sqlite/statement.hpp"

namespace messaging::embedded {

constexpr int position_bits = 44;
constexpr std::uint64_t position_mask = (std::uint64_t{1} << position_bits) - 1;

// Positions are reserved in blocks, so that they never repeat after the table was emptied and the process restarted.
constexpr std::uint64_t reserve_block = 1'000'000, reserve_early = 50'000;

struct stored_row {
    std::string properties;  // as codec.hpp writes them
    base::unix_micros enqueued_at = 0;
};

struct stored_queue {
    std::int64_t id = 0;
    std::string name;
    std::uint64_t reserved = 0, stored = 0, last = 0;
};

base::result<> make_tables(sqlite::connection& c);
base::result<std::vector<stored_queue>> list_queues(sqlite::connection& c);

// Gives the message its position and writes it. One statement, unless positions have to be reserved first.
base::result<> insert(sqlite::connection& c, queue& q, delivery& d, std::string_view properties);
bool must_reserve_soon(const queue& q);

// Positions must rise; runs of neighbours go by one statement. Answers how many were there.
base::result<std::uint64_t> erase(sqlite::connection& c, const queue& q, const std::vector<std::uint64_t>& positions);

// Rows of (after, to], oldest first; stops early at `most` rows or about `most_bytes`. True: there may be more.
base::result<bool> read(sqlite::connection& c, std::int64_t queue_id, queue::range r, std::size_t most,
                        std::size_t most_bytes, std::vector<delivery>& into);
base::result<base::unix_micros> oldest(sqlite::connection& c, std::int64_t queue_id);

}  // namespace messaging::embedded
