// What was answered is on the disk, whatever kills the process.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>

#include "support/harness.hpp"

using namespace sqlite_test;
using base::fault_kind;

namespace {

struct SqliteCrash : database_test {
    // Runs `body` in a process of its own, which sends numbers through `tell` until it is dead. Gives what arrived.
    template <class Body>
    std::set<int> in_a_child_that_dies(Body body) {
        int ends[2];
        EXPECT_EQ(0, ::pipe(ends));
        const auto child = ::fork();
        if (child == 0) {
            ::close(ends[0]);
            body([to = ends[1]](int n) { std::ignore = ::write(to, &n, sizeof n); });
            ::_exit(0);
        }
        ::close(ends[1]);
        std::set<int> told;
        for (int n = 0; ::read(ends[0], &n, sizeof n) == sizeof n;) told.insert(n);
        ::close(ends[0]);
        int status = 0;
        ::waitpid(child, &status, 0);
        EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
        return told;
    }

    // Eight writers that tell what was acknowledged; the process dies when `failpoint` or `most` says so.
    void write_until_killed(std::string failpoint, int most, const std::function<void(int)>& tell) {
        loop on;
        options.failpoints = std::move(failpoint);
        auto opened = sqlite::open(options, {});
        auto& own = **opened;
        std::ignore = on.wait([&] {
            return own.write(ctx, [](sqlite::connection& c) {
                return c.execute("CREATE TABLE IF NOT EXISTS Note(Id INTEGER PRIMARY KEY, Text TEXT UNIQUE)");
            });
        });
        std::atomic<int> next = 0;
        std::vector<std::future<void>> writers;
        for (int w = 0; w < 8; ++w)
            writers.push_back(on.start([&]() -> asio::awaitable<void> {
                for (;;) {
                    const int n = next++;
                    if (co_await own.write(ctx, add(std::to_string(n)))) tell(n);
                    if (n >= most) ::kill(::getpid(), SIGKILL);
                }
            }));
        for (auto& w : writers) w.wait();
    }

    std::set<int> stored() {
        std::set<int> out;
        EXPECT_TRUE(loop_thread.wait([&] {
            return db->read(ctx, [&](sqlite::connection& c) -> base::result<> {
                for (auto s = c.prepare("SELECT Text FROM Note"); *s.step();)
                    out.insert(std::stoi(std::string{s.text(0)}));
                return {};
            });
        }));
        return out;
    }

    void expect_all_acknowledged_is_there(const std::string& failpoint, int most) {
        const auto told = in_a_child_that_dies([&](const auto& tell) { write_until_killed(failpoint, most, tell); });
        open();
        const auto there = stored();
        EXPECT_TRUE(std::ranges::includes(there, told));
        if (most < 1'000'000) {
            EXPECT_GT(told.size(), 100u);
        }
    }
};

}  // namespace

TEST_F(SqliteCrash, EverythingAcknowledgedBeforeAKillIsThere) { expect_all_acknowledged_is_there("", 1'500); }

#ifdef CONTOSO_FAILPOINTS

TEST_F(SqliteCrash, KilledBeforeACommitItsJobsAreGoneAndNobodyWasTold) {
    const auto told =
        in_a_child_that_dies([&](const auto& tell) { write_until_killed("before-commit:2:kill", 1'000'000, tell); });

    open();

    EXPECT_TRUE(told.empty());
    EXPECT_TRUE(stored().empty());
}

TEST_F(SqliteCrash, KilledAfterACommitItsJobsAreThereThoughNobodyWasTold) {
    const auto told =
        in_a_child_that_dies([&](const auto& tell) { write_until_killed("after-commit:2:kill", 1'000'000, tell); });

    open();

    EXPECT_TRUE(told.empty());
    EXPECT_FALSE(stored().empty());
}

TEST_F(SqliteCrash, KilledInACheckpointNothingIsLost) {
    options.checkpoint_pages = 30;
    expect_all_acknowledged_is_there("checkpoint:4:kill", 1'000'000);
}

TEST_F(SqliteCrash, ACommitThatMeetsAnIoErrorIsUnknownAndNothingIsWrittenAfterwards) {
    open();
    db.reset();
    options.failpoints = "before-commit:2:fail";
    open();  // its CREATE TABLE IF NOT EXISTS is the first

    const auto lost = write(add("one"));

    EXPECT_EQ(fault_kind::unconfirmed, lost.error().kind);
    EXPECT_FALSE(db->healthy());
    EXPECT_EQ(fault_kind::unavailable, write(add("two"), sqlite::need::always).error().kind);
    options.failpoints.clear();
    reopen();
    EXPECT_EQ(0, count());
}

TEST_F(SqliteCrash, AFailedCommitFailsTheUnitAndItsNeighbours) {
    open();
    db.reset();
    options.failpoints = "before-commit:2:fail";
    open();
    bool told = false;
    std::future<base::result<>> neighbour;

    const auto done = loop_thread.wait([&]() -> base::task<> {
        auto u = *co_await db->begin(ctx);
        u->after_commit([&] { told = true; });
        EXPECT_TRUE(co_await db->write_in(*u, add("one")));
        neighbour = start_write(add("two"));
        co_await asio::post(asio::use_awaitable);
        co_return co_await db->commit(std::move(u));
    });

    EXPECT_EQ(fault_kind::unconfirmed, done.error().kind);
    EXPECT_EQ(fault_kind::unconfirmed, neighbour.get().error().kind);
    EXPECT_FALSE(told);
}

TEST(Failpoints, RefuseAListThatCannotBeRead) {
    for (const auto* list : {"commit", "commit:0:kill", "commit:x:kill", "commit:1:explode", ":1:kill"})
        EXPECT_THROW(sqlite::failpoints{list}, std::invalid_argument) << list;
}

TEST(Failpoints, HitAtTheirCount) {
    sqlite::failpoints f{"a:2:fail,b:*:fail"};

    EXPECT_FALSE(f.hit("a"));
    EXPECT_TRUE(f.hit("a"));
    EXPECT_FALSE(f.hit("a"));
    EXPECT_TRUE(f.hit("b"));
    EXPECT_TRUE(f.hit("b"));
    EXPECT_FALSE(f.hit("c"));
    EXPECT_TRUE(f.knows("a"));
    EXPECT_FALSE(f.knows("c"));
}

#endif
