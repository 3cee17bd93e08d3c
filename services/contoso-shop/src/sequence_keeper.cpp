#include "sequence_keeper.hpp"

namespace shop {

base::task<std::int64_t> sequence_keeper::load(base::call_context ctx) {
    std::int64_t found = 0;
    auto done = co_await db_.write(
        ctx,
        [&found](sqlite::connection& c) -> base::result<> {
            if (auto made = c.execute("CREATE TABLE IF NOT EXISTS FeedCeiling(Id INTEGER PRIMARY KEY CHECK (Id = 1), "
                                      "Sequence INTEGER NOT NULL)");
                !made)
                return made;
            auto row = c.prepare("SELECT Sequence FROM FeedCeiling WHERE Id = 1");
            auto there = row.step();
            if (!there) return std::unexpected(there.error());
            if (*there) found = row.integer(0);
            return {};
        },
        sqlite::need::always);
    if (!done) co_return std::unexpected(done.error());
    ceiling_ = found;
    co_return found;
}

base::task<> sequence_keeper::keep(base::call_context ctx, std::int64_t last) {
    if (last + lead / 2 < ceiling_) co_return base::result<>{};
    const auto next = last + lead;
    auto done = co_await db_.write(
        ctx,
        [next](sqlite::connection& c) -> base::result<> {
            return c
                .prepare(
                    "INSERT INTO FeedCeiling(Id, Sequence) VALUES (1, ?1) ON CONFLICT(Id) DO UPDATE SET Sequence = "
                    "max(Sequence, excluded.Sequence)")
                .bind(1, next)
                .run();
        },
        sqlite::need::always);
    if (done) ceiling_ = next;
    co_return done;
}

}  // namespace shop
