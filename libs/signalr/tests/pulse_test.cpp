#include "pulse.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

using namespace signalr;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

class probe final : public timed {
public:
    std::vector<steady_time> calls;
    steady_time next = steady_time::max();
    steady_time on_time(steady_time now) override {
        calls.push_back(now);
        return next;
    }
};

const steady_time start{seconds{1000}};

}  // namespace

TEST(Pulse, CallsAtTheFirstTickAtOrAfterTheTime) {
    pulse p{start};
    probe a, b;
    p.schedule(a, start + seconds{3});
    p.schedule(b, start + milliseconds{3001});

    for (int i = 1; i <= 3; ++i) p.tick(start + seconds{i});
    EXPECT_EQ(a.calls.size(), 1U);
    EXPECT_EQ(b.calls.size(), 0U);

    p.tick(start + seconds{4});
    EXPECT_EQ(b.calls.size(), 1U);
}

TEST(Pulse, AsksAgainWhereItCannotLookFurtherAhead) {
    pulse p{start};
    probe a;
    a.next = start + seconds{200};
    p.schedule(a, start + seconds{200});

    for (int i = 1; i < 200; ++i) p.tick(start + seconds{i});
    EXPECT_EQ(a.calls.size(), 3U);
    a.next = steady_time::max();
    for (int i = 200; i < 400; ++i) p.tick(start + seconds{i});
    EXPECT_EQ(a.calls.size(), 4U);
}

TEST(Pulse, CatchesUpAfterAStall) {
    pulse p{start};
    probe a, b;
    p.schedule(a, start + seconds{2});
    p.schedule(b, start + seconds{60});
    p.tick(start + seconds{5000});

    EXPECT_EQ(a.calls.size(), 1U);
    EXPECT_EQ(b.calls.size(), 1U);
}

TEST(Pulse, ForgetsWhoLeftOrWasDestroyed) {
    pulse p{start};
    probe a;
    auto b = std::make_unique<probe>();
    p.schedule(a, start + seconds{1});
    p.schedule(*b, start + seconds{1});
    pulse::forget(a);
    b.reset();
    p.tick(start + seconds{2});

    EXPECT_TRUE(a.calls.empty());
}
