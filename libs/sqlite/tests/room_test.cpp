// A full disk: SQLite's own page limit stands in for it.
#include "support/harness.hpp"

using namespace sqlite_test;
using base::fault_kind;

namespace {

struct SqliteRoom : database_test {
    static sqlite::database::job fill() {
        return [](sqlite::connection& c) {
            const std::string much(200'000, 'x');
            return c.prepare("INSERT INTO Note(Text) VALUES(?1 || random())").bind(1, much).run();
        };
    }
    static sqlite::database::job clear() {
        return [](sqlite::connection& c) { return c.prepare("DELETE FROM Note").run(); };
    }
    base::result<> fill_up() {
        for (;;)
            if (auto done = write(fill()); !done) return done;
    }
};

}  // namespace

TEST_F(SqliteRoom, AFullDiskRefusesIntakeAndLetsWorkInHandFinish) {
    options.max_pages = 500;
    options.room_every = 1h;
    open();

    EXPECT_EQ(fault_kind::unavailable, fill_up().error().kind);

    EXPECT_FALSE(db->healthy());
    EXPECT_FALSE(db->now().room);
    EXPECT_EQ(fault_kind::unavailable, write(add("intake")).error().kind);
    EXPECT_TRUE(write(add("an ack"), sqlite::need::always));
}

TEST_F(SqliteRoom, ComesBackWhenAProbeWorks) {
    options.max_pages = 500;
    options.room_every = 10ms;
    open();
    ASSERT_FALSE(fill_up());

    ASSERT_TRUE(write(clear(), sqlite::need::always));

    EXPECT_TRUE(eventually([&] { return db->healthy(); }));
    EXPECT_TRUE(write(add("intake")));
    EXPECT_EQ(1, count());
}

TEST_F(SqliteRoom, AJobThatFindsTheDiskFullSparesThoseBeforeIt) {
    options.max_pages = 500;
    options.room_every = 1h;
    open();
    while (write(fill())) {
    }
    ASSERT_TRUE(write(clear(), sqlite::need::always));

    const auto both = loop_thread.wait([&]() -> asio::awaitable<std::pair<bool, bool>> {
        auto u = *co_await db->begin(ctx);
        const auto small = co_await db->write_in(*u, add("small"));
        const auto large = co_await db->write_in(*u, [](sqlite::connection& c) {
            const std::string much(4'000'000, 'x');
            return add(much)(c);
        });
        const auto done = co_await db->commit(std::move(u));
        co_return std::pair{small && done, large.has_value()};
    });

    EXPECT_FALSE(both.second);
    EXPECT_EQ(both.first ? 1 : 0, count());
}

TEST_F(SqliteRoom, LittleFreeSpaceRefusesIntake) {
    options.min_free_bytes = std::uint64_t{1} << 60;
    auto opened = sqlite::open(options, {});
    ASSERT_TRUE(opened);
    db = std::move(*opened);

    EXPECT_FALSE(db->healthy());
    EXPECT_GT(db->now().free_bytes, 0u);
    EXPECT_EQ(fault_kind::unavailable, write(add("intake")).error().kind);
}
