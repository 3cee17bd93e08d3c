// The memory feed's numbers must rise over restarts, even when the wall clock went back: a ceiling above every number given
// is kept in the database, raised ahead of need, and is the floor of the next start (contracts §4).
#pragma once
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>

#include "base/call_context.hpp"
#include "base/result.hpp"
#include "sqlite/database.hpp"

namespace shop {

class sequence_keeper {
public:
    // How far the ceiling runs ahead, in the sequence's unit (µs): a restart jumps by at most so much.
    static constexpr std::int64_t lead = 120'000'000;

    explicit sequence_keeper(sqlite::database& db) : db_{db} {}

    // Makes the table when it is missing; answers the stored ceiling, 0 for a new file.
    base::task<std::int64_t> load(base::call_context ctx);
    // Raises the ceiling when `last` (the later of the last number and now) has come within half the lead of it.
    base::task<> keep(base::call_context ctx, std::int64_t last);

private:
    sqlite::database& db_;
    std::int64_t ceiling_ = 0;
};

}  // namespace shop
