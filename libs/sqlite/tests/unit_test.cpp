#include "support/harness.hpp"

using namespace sqlite_test;
using base::fault_kind;

namespace {

struct SqliteUnit : database_test {
    static sqlite::database::job fails_after(std::string text) {
        return [text](sqlite::connection& c) -> base::result<> {
            if (auto ok = add(text)(c); !ok) return ok;
            return base::fail(fault_kind::invalid, "changed its mind");
        };
    }
};

}  // namespace

TEST_F(SqliteUnit, StepsSeeEachOtherAndOthersSeeThemAfterTheCommit) {
    open();

    loop_thread.wait([&]() -> asio::awaitable<void> {
        auto u = *co_await db->begin(ctx);
        EXPECT_TRUE(co_await db->write_in(*u, add("one")));
        std::int64_t inside = 0;
        EXPECT_TRUE(co_await db->write_in(*u, [&](sqlite::connection& c) -> base::result<> {
            auto s = c.prepare("SELECT count(*) FROM Note");
            std::ignore = s.step();
            inside = s.integer(0);
            return {};
        }));
        EXPECT_EQ(1, inside);
        std::int64_t outside = -1;
        EXPECT_TRUE(co_await db->read(ctx, [&](sqlite::connection& c) -> base::result<> {
            auto s = c.prepare("SELECT count(*) FROM Note");
            std::ignore = s.step();
            outside = s.integer(0);
            return {};
        }));
        EXPECT_EQ(0, outside);
        EXPECT_TRUE(co_await db->commit(std::move(u)));
    });

    EXPECT_EQ(1, count());
}

TEST_F(SqliteUnit, DroppedItIsRolledBack) {
    open();

    loop_thread.wait([&]() -> asio::awaitable<void> {
        auto u = *co_await db->begin(ctx);
        EXPECT_TRUE(co_await db->write_in(*u, add("one")));
    });

    EXPECT_TRUE(write(add("two")));
    EXPECT_EQ(1, count());
}

TEST_F(SqliteUnit, AFailingStepTakesBackItselfAlone) {
    open();

    loop_thread.wait([&]() -> asio::awaitable<void> {
        auto u = *co_await db->begin(ctx);
        EXPECT_TRUE(co_await db->write_in(*u, add("one")));
        EXPECT_FALSE(co_await db->write_in(*u, fails_after("half")));
        EXPECT_TRUE(co_await db->write_in(*u, add("two")));
        EXPECT_TRUE(co_await db->commit(std::move(u)));
    });

    EXPECT_EQ(2, count());
}

TEST_F(SqliteUnit, AFailingLastStepTakesBackEverything) {
    open();
    bool told = false;

    const auto done = loop_thread.wait([&]() -> base::task<> {
        auto u = *co_await db->begin(ctx);
        u->after_commit([&] { told = true; });
        EXPECT_TRUE(co_await db->write_in(*u, add("one")));
        co_return co_await db->commit(std::move(u), fails_after("half"));
    });

    EXPECT_EQ(fault_kind::invalid, done.error().kind);
    EXPECT_FALSE(told);
    EXPECT_EQ(0, count());
}

TEST_F(SqliteUnit, OnlyALastStepIsAJobLikeOthers) {
    open();

    const auto done = loop_thread.wait(
        [&]() -> base::task<> { co_return co_await db->commit(*co_await db->begin(ctx), add("one")); });

    EXPECT_TRUE(done);
    EXPECT_EQ(1, count());
}

TEST_F(SqliteUnit, HooksRunAfterTheCommitOnTheCallersThreadInOrder) {
    open();
    std::vector<std::string> seen;

    loop_thread.wait([&]() -> asio::awaitable<void> {
        const auto here = std::this_thread::get_id();
        auto u = *co_await db->begin(ctx);
        u->at_last([&] { seen.push_back("visible"); });
        u->after_commit([&, here] {
            EXPECT_EQ(here, std::this_thread::get_id());
            seen.push_back("first");
        });
        u->after_commit([&] { seen.push_back("second"); });
        EXPECT_TRUE(co_await db->write_in(*u, add("one")));
        EXPECT_TRUE(seen.empty());
        EXPECT_TRUE(co_await db->commit(std::move(u)));
        seen.push_back("resumed");
    });

    EXPECT_EQ((std::vector<std::string>{"first", "second", "visible", "resumed"}), seen);
}

TEST_F(SqliteUnit, HooksOfADroppedUnitNeverRun) {
    open();
    bool told = false;

    loop_thread.wait([&]() -> asio::awaitable<void> {
        auto u = *co_await db->begin(ctx);
        u->after_commit([&] { told = true; });
        EXPECT_TRUE(co_await db->write_in(*u, add("one")));
    });

    EXPECT_TRUE(write(add("two")));
    EXPECT_FALSE(told);
}

TEST_F(SqliteUnit, TooLongItIsRolledBackAndLaterStepsTimeOut) {
    options.unit_timeout = 30ms;
    open();

    loop_thread.wait([&]() -> asio::awaitable<void> {
        auto u = *co_await db->begin(ctx);
        EXPECT_TRUE(co_await db->write_in(*u, add("one")));
        EXPECT_TRUE(co_await db->write(ctx, add("waits for the unit's end")));  // what a holder must not do
        EXPECT_EQ(fault_kind::timeout, (co_await db->write_in(*u, add("two"))).error().kind);
        EXPECT_EQ(fault_kind::timeout, (co_await db->commit(std::move(u))).error().kind);
    });

    EXPECT_EQ(1, count());
}

TEST_F(SqliteUnit, AJobBesideItsOwnOpenUnitFailsAtOnce) {
    open();

    loop_thread.wait([&]() -> asio::awaitable<void> {
        auto u = *co_await db->begin(ctx);
        auto within = ctx;
        within.unit = u->number();
        EXPECT_TRUE(co_await db->write(within, add("before its first step nobody waits")));
        EXPECT_TRUE(co_await db->write_in(*u, add("in the unit")));
        EXPECT_EQ(fault_kind::internal, (co_await db->write(within, add("beside it"))).error().kind);
        EXPECT_TRUE(co_await db->read(within, [](sqlite::connection&) -> base::result<> { return {}; }));
        EXPECT_TRUE(co_await db->commit(std::move(u)));
        EXPECT_TRUE(co_await db->write(within, add("after its end")));
    });

    EXPECT_EQ(3, count());
}

TEST_F(SqliteUnit, AJobMayFollowItsOwnDroppedUnit) {
    open();

    loop_thread.wait([&]() -> asio::awaitable<void> {
        auto u = *co_await db->begin(ctx);
        auto within = ctx;
        within.unit = u->number();
        EXPECT_TRUE(co_await db->write_in(*u, add("in the unit")));
        u.reset();
        EXPECT_TRUE(co_await db->write(within, add("after it")));
    });

    EXPECT_EQ(1, count());
}

TEST_F(SqliteUnit, PlainJobsWaitForItAndShareItsCommit) {
    open();
    std::vector<std::future<base::result<>>> waiting;
    const auto before = db->now().commits;

    loop_thread.wait([&]() -> asio::awaitable<void> {
        auto u = *co_await db->begin(ctx);
        EXPECT_TRUE(co_await db->write_in(*u, add("in the unit")));
        for (int i = 0; i < 20; ++i) waiting.push_back(start_write(add(std::to_string(i))));
        co_await asio::post(asio::use_awaitable);
        EXPECT_EQ(20u, db->now().queued);
        EXPECT_TRUE(co_await db->commit(std::move(u)));
    });
    for (auto& w : waiting) EXPECT_TRUE(w.get());

    EXPECT_EQ(21, count());
    EXPECT_EQ(before + 1, db->now().commits);
}

TEST_F(SqliteUnit, RolledBackItLeavesTheJobsThatWaitedAlone) {
    open();
    std::future<base::result<>> waiting;

    loop_thread.wait([&]() -> asio::awaitable<void> {
        auto u = *co_await db->begin(ctx);
        EXPECT_TRUE(co_await db->write_in(*u, add("in the unit")));
        waiting = start_write(add("outside"));
        co_await asio::post(asio::use_awaitable);
        u.reset();
    });

    EXPECT_TRUE(waiting.get());
    EXPECT_EQ(1, count());
}

TEST_F(SqliteUnit, UnitsTakeTurns) {
    open();
    std::vector<std::future<void>> all;

    for (int i = 0; i < 10; ++i)
        all.push_back(loop_thread.start([&, i]() -> asio::awaitable<void> {
            auto u = *co_await db->begin(ctx);
            for (int k = 0; k < 5; ++k) EXPECT_TRUE(co_await db->write_in(*u, add(std::to_string(i * 10 + k))));
            if (i % 2 == 0) EXPECT_TRUE(co_await db->commit(std::move(u)));
        }));
    for (auto& one : all) one.get();

    EXPECT_EQ(25, count());
}

TEST_F(SqliteUnit, OfAnotherDatabaseIsNotOurs) {
    open();
    auto other = sqlite::open({.path = directory.file("other.db")}, {});
    ASSERT_TRUE(other);

    auto theirs = loop_thread.wait([&] { return (*other)->begin(ctx); });

    EXPECT_EQ(nullptr, db->ours(theirs->get()));
    EXPECT_EQ(theirs->get(), (*other)->ours(theirs->get()));
    EXPECT_EQ(nullptr, db->ours(nullptr));
    EXPECT_EQ(fault_kind::invalid, loop_thread.wait([&] { return db->write_in(**theirs, add("one")); }).error().kind);
}

TEST_F(SqliteUnit, ThatIsOpenDoesNotKeepTheDatabaseFromClosing) {
    open();
    std::unique_ptr<sqlite::unit> left;
    loop_thread.wait([&]() -> asio::awaitable<void> {
        left = *co_await db->begin(ctx);
        EXPECT_TRUE(co_await db->write_in(*left, add("one")));
    });

    reopen();

    EXPECT_EQ(0, count());
}
