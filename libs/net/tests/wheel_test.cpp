#include "wheel.hpp"

#include <gtest/gtest.h>

namespace net {
namespace {

using namespace std::chrono_literals;
using time_point = deadline_wheel::time_point;

struct alarm final : deadline_wheel::entry {
    void on_due() override { ++rung; }
    int rung = 0;
};

class DeadlineWheel : public ::testing::Test {
protected:
    void pass(std::chrono::milliseconds by) {
        for (const auto until = now + by; now < until;) {
            now += 100ms;
            wheel.turn(now);
        }
    }
    deadline_wheel wheel;
    time_point now{1h};
};

TEST_F(DeadlineWheel, FiresOnceAndNeverEarly) {
    for (const auto after : {1ms, 99ms, 100ms, 101ms, 5'000ms, 25'000ms, 26'000ms, 100'000ms}) {
        alarm a;
        wheel.set(a, now + after, now);

        const auto early = after - after % 100ms - 100ms;
        if (early > 0ms) pass(early);
        EXPECT_EQ(0, a.rung) << after.count();
        pass(400ms);
        EXPECT_EQ(1, a.rung) << after.count();
        pass(60s);
        EXPECT_EQ(1, a.rung) << after.count();
    }
}

TEST_F(DeadlineWheel, MovesADeadlineBothWays) {
    alarm a;
    wheel.set(a, now + 1s, now);
    wheel.set(a, now + 10s, now);
    pass(9s);
    EXPECT_EQ(0, a.rung);
    wheel.set(a, now + 200ms, now);
    pass(500ms);

    EXPECT_EQ(1, a.rung);
}

TEST_F(DeadlineWheel, ForgetsWhatIsTakenBack) {
    alarm a;
    wheel.set(a, now + 1s, now);
    wheel.set(a, time_point::max(), now);

    pass(3s);

    EXPECT_EQ(0, a.rung);
    EXPECT_TRUE(wheel.empty());
}

TEST_F(DeadlineWheel, LetsAnEntryDieWhileItIsArmed) {
    {
        alarm a;
        wheel.set(a, now + 1s, now);
    }
    EXPECT_TRUE(wheel.empty());
    pass(2s);
}

TEST_F(DeadlineWheel, CatchesUpAfterAStandstill) {
    alarm near, far;
    wheel.set(near, now + 1s, now);
    wheel.set(far, now + 20min, now);

    now += 10min;
    wheel.turn(now);
    EXPECT_EQ(1, near.rung);
    EXPECT_EQ(0, far.rung);
    now += 11min;
    wheel.turn(now);
    pass(30s);

    EXPECT_EQ(1, far.rung);
}

struct rearming final : deadline_wheel::entry {
    deadline_wheel* wheel = nullptr;
    time_point* now = nullptr;
    int rung = 0;
    void on_due() override {
        if (++rung < 3) wheel->set(*this, *now + 1s, *now);
    }
};

TEST_F(DeadlineWheel, MayBeSetAgainFromWithin) {
    rearming r;
    r.wheel = &wheel;
    r.now = &now;
    wheel.set(r, now + 1s, now);

    pass(10s);

    EXPECT_EQ(3, r.rung);
}

}  // namespace
}  // namespace net
