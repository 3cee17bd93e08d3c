#include <latch>

#include "support/harness.hpp"

using namespace sqlite_test;
using base::fault_kind;

namespace {

struct SqliteWriting : database_test {
    // Keeps the writer busy until let go, so that what is written meanwhile gathers.
    std::future<base::result<>> block(std::latch& entered, std::latch& go) {
        return start_write([&](sqlite::connection&) -> base::result<> {
            entered.count_down();
            go.wait();
            return {};
        });
    }
};

}  // namespace

TEST_F(SqliteWriting, IsReadByOthersWhenItHasReturned) {
    open();

    ASSERT_TRUE(write(add("one")));

    EXPECT_EQ(1, count());
}

TEST_F(SqliteWriting, SurvivesReopening) {
    open();
    ASSERT_TRUE(write(add("one")));

    reopen();

    EXPECT_EQ(1, count());
}

TEST_F(SqliteWriting, JobsThatArriveDuringWorkShareOneCommit) {
    open();
    std::latch entered{1}, go{1};
    auto blocked = block(entered, go);
    entered.wait();
    const auto before = db->now().commits;

    std::vector<std::future<base::result<>>> waiting;
    for (int i = 0; i < 200; ++i) waiting.push_back(start_write(add(std::to_string(i))));
    ASSERT_TRUE(eventually([&] { return db->now().queued == 200; }));
    go.count_down();
    for (auto& w : waiting) ASSERT_TRUE(w.get());

    EXPECT_EQ(200, count());
    EXPECT_EQ(before + 1, db->now().commits);
    EXPECT_TRUE(blocked.get());
}

TEST_F(SqliteWriting, AFailingJobLeavesNothingBehindAndSparesItsNeighbours) {
    open();
    std::latch entered{1}, go{1};
    auto blocked = block(entered, go);
    entered.wait();

    auto before = start_write(add("before"));
    auto failing = start_write([](sqlite::connection& c) -> base::result<> {
        if (auto ok = add("half")(c); !ok) return ok;
        return base::fail(fault_kind::invalid, "changed its mind");
    });
    auto clashing = start_write(add("before"));
    auto after = start_write(add("after"));
    ASSERT_TRUE(eventually([&] { return db->now().queued == 4; }));
    go.count_down();

    EXPECT_TRUE(before.get());
    EXPECT_EQ(fault_kind::invalid, failing.get().error().kind);
    EXPECT_EQ(fault_kind::conflict, clashing.get().error().kind);
    EXPECT_TRUE(after.get());
    EXPECT_EQ(2, count());
    EXPECT_TRUE(blocked.get());
}

TEST_F(SqliteWriting, ASingleStatementThatFailsSparesItsNeighbours) {
    open();
    ASSERT_TRUE(write(add("one")));

    const auto again =
        loop_thread.wait([&] { return db->write(ctx, add("one"), sqlite::need::room, sqlite::shape::single); });

    EXPECT_EQ(fault_kind::conflict, again.error().kind);
    EXPECT_TRUE(write(add("two")));
    EXPECT_EQ(2, count());
}

TEST_F(SqliteWriting, AJobThatLiesAboutItsShapeIsUndoneAllTheSame) {
    open();

    const auto lied = loop_thread.wait([&] {
        return db->write(
            ctx,
            [](sqlite::connection& c) -> base::result<> {
                if (auto ok = add("half")(c); !ok) return ok;
                return base::fail(fault_kind::invalid, "not a single statement at all");
            },
            sqlite::need::room, sqlite::shape::single);
    });

    EXPECT_EQ(fault_kind::invalid, lied.error().kind);
    EXPECT_EQ(0, count());
}

TEST_F(SqliteWriting, AnExceptionIsABugOfThatJobAlone) {
    open();

    const auto thrown = write([](sqlite::connection& c) -> base::result<> {
        std::ignore = add("half")(c);
        throw std::runtime_error{"a bug"};
    });

    EXPECT_EQ(fault_kind::internal, thrown.error().kind);
    EXPECT_EQ(0, count());
    EXPECT_TRUE(write(add("next")));
}

TEST_F(SqliteWriting, MoreThanTheLimitIsRefusedButWorkInHandGoesOn) {
    options.queue_limit = 3;
    open();
    std::latch entered{1}, go{1};
    auto blocked = block(entered, go);
    entered.wait();
    std::vector<std::future<base::result<>>> waiting;
    for (int i = 0; i < 3; ++i) waiting.push_back(start_write(add(std::to_string(i))));
    ASSERT_TRUE(eventually([&] { return db->now().queued == 3; }));

    const auto refused = write(add("too many"));
    auto in_hand = start_write(add("an ack"), sqlite::need::always);
    ASSERT_TRUE(eventually([&] { return db->now().queued == 4; }));
    go.count_down();

    EXPECT_EQ(fault_kind::unavailable, refused.error().kind);
    EXPECT_TRUE(in_hand.get());
    for (auto& w : waiting) EXPECT_TRUE(w.get());
    EXPECT_TRUE(blocked.get());
}

TEST_F(SqliteWriting, AJobWhoseDeadlinePassedIsNotRun) {
    open();
    base::call_context late;
    late.due = base::system_clock().steady() - 1ms;

    const auto done = loop_thread.wait([&] { return db->write(late, add("late")); });

    EXPECT_EQ(fault_kind::timeout, done.error().kind);
    EXPECT_EQ(0, count());
}

TEST_F(SqliteWriting, CommitHooksRunInOrderAndOnlyForWhatIsCommitted) {
    open();
    std::vector<std::string> seen;
    const auto hooked = [&](std::string text, bool fails) {
        return [&seen, text, fails](sqlite::connection& c) -> base::result<> {
            c.on_commit([&seen, text] { seen.push_back(text); });
            if (fails) return base::fail(fault_kind::invalid, "no");
            return add(text)(c);
        };
    };

    ASSERT_TRUE(write(hooked("first", false)));
    ASSERT_FALSE(write(hooked("never", true)));
    ASSERT_TRUE(write(hooked("second", false)));

    EXPECT_EQ((std::vector<std::string>{"first", "second"}), seen);
}

TEST_F(SqliteWriting, ResumesOnTheExecutorOfTheCaller) {
    open();

    const auto same = loop_thread.wait([&]() -> asio::awaitable<bool> {
        const auto before = std::this_thread::get_id();
        const auto done = co_await db->write(ctx, add("one"));
        co_return done&& before == std::this_thread::get_id();
    });

    EXPECT_TRUE(same);
}
