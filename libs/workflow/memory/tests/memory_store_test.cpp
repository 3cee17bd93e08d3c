#include "workflow/memory/store.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "base/manual_clock.hpp"
#include "workflow_contract.hpp"

using namespace workflow;
using namespace workflow::test;
using namespace std::chrono_literals;

namespace {

subject make_subject(std::size_t shards) {
    auto clock = std::make_shared<base::manual_clock>();
    memory_options options;
    options.feed_length = 20;
    options.shards = shards;
    auto made = make_memory_store(options, *clock);
    // The clock lives as long as the store that reads it.
    std::shared_ptr<store> owned{made.release(), [clock](store* s) { delete s; }};
    return {owned, [clock](std::chrono::microseconds by) { clock->advance(by); }, options.ttl, options.feed_length};
}

class MemoryStore : public testing::Test {
protected:
    void make(memory_options options) { store_ = make_memory_store(options, clock_); }
    void accept(const contracts::correlation_id& id) {
        ASSERT_TRUE(sync(store_->accept(ctx_, {.id = id, .user = user_, .pending = {}, .trace_id = {}})));
    }
    bool knows(const contracts::correlation_id& id) { return sync(store_->find(ctx_, id)).value().owner.has_value(); }
    std::int64_t tell(const contracts::user_id& user) {
        contracts::notification n;
        n.id = ids_.make_v7(clock_);
        n.user = user;
        return sync(store_->append(ctx_, {n})).value().at(0).sequence;
    }
    std::int64_t latest(const contracts::user_id& user) {
        return sync(store_->read_feed(ctx_, user, 0)).value().latest;
    }
    contracts::correlation_id an_id() { return ids_.make_v7(clock_); }

    base::manual_clock clock_;
    base::seeded_ids ids_{1};
    base::call_context ctx_;
    contracts::user_id user_{"CUST-0001"};
    std::unique_ptr<memory_store> store_ = make_memory_store({}, clock_);
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(OneShard, WorkflowContract, testing::Values([] { return make_subject(1); }));
INSTANTIATE_TEST_SUITE_P(Sharded, WorkflowContract, testing::Values([] { return make_subject(16); }));

TEST_F(MemoryStore, WhenFullTheOrderThatWouldExpireNextGoes) {
    make({.max_orders = 2, .shards = 1});
    const auto a = an_id(), b = an_id(), c = an_id();
    accept(a);
    accept(b);
    accept(a);  // refreshed
    accept(c);

    EXPECT_TRUE(knows(a));
    EXPECT_FALSE(knows(b));
    EXPECT_TRUE(knows(c));
}

TEST_F(MemoryStore, AfterLosingAnIntakeItVouchesOnlyForLaterOnes) {
    make({.max_orders = 1, .shards = 1});
    clock_.advance(1s);
    accept(an_id());
    const auto lost_at = clock_.now();
    EXPECT_LT(store_->knows_since(), lost_at);
    clock_.advance(1s);
    accept(an_id());

    EXPECT_GT(store_->knows_since(), lost_at);
    EXPECT_LE(store_->knows_since(), clock_.now());
}

TEST_F(MemoryStore, ExpiryIsNoLossOfKnowledge) {
    const auto since = store_->knows_since();
    accept(an_id());
    clock_.advance(31min);
    accept(an_id());

    EXPECT_EQ(store_->knows_since(), since);
}

TEST_F(MemoryStore, ForgettingAnIntakeIsToldToo) {
    const auto id = an_id();
    clock_.advance(1s);
    accept(id);
    ASSERT_TRUE(sync(store_->forget(ctx_, id)));

    EXPECT_GT(store_->knows_since(), clock_.now());
}

TEST_F(MemoryStore, ExpiredOrdersAreSweptByLaterOnes) {
    make({.shards = 1});
    for (int i = 0; i < 100; ++i) accept(an_id());
    clock_.advance(31min);
    for (int i = 0; i < 30; ++i) accept(an_id());

    EXPECT_EQ(store_->now().orders, 30u);
}

TEST_F(MemoryStore, NumbersStartAboveTheFloor) {
    const auto floor = clock_.now() + 5'000'000;
    make({.sequence_floor = floor});

    EXPECT_EQ(store_->last_sequence(), floor);
    EXPECT_EQ(tell(user_), floor + 1);
    EXPECT_EQ(store_->last_sequence(), floor + 1);
}

TEST_F(MemoryStore, NumbersAreTheTimeWhenThatIsHigher) {
    tell(user_);
    clock_.advance(1s);

    EXPECT_EQ(tell(user_), clock_.now());
}

TEST_F(MemoryStore, NumbersRiseThoughTheWallClockFallsAndTheFeedExpired) {
    make({.shards = 1});
    const auto before = tell(user_);
    clock_.advance(31min);
    clock_.step_wall_clock(-2h);

    EXPECT_EQ(tell(user_), before + 1);
}

TEST_F(MemoryStore, WhenFullTheFeedThatWouldExpireNextGoesAndItsNumbersStillRise) {
    make({.max_feeds = 2, .shards = 1});
    const contracts::user_id a{"a"}, b{"b"}, c{"c"};
    const auto lost = tell(a);
    tell(b);
    tell(c);

    EXPECT_EQ(latest(a), 0);
    EXPECT_NE(latest(b), 0);
    EXPECT_NE(latest(c), 0);
    clock_.step_wall_clock(-1h);
    EXPECT_GT(tell(a), lost);
}

TEST_F(MemoryStore, AllFeedsTogetherAreBounded) {
    make({.feed_length = 10, .max_notifications = 15, .shards = 1});
    const contracts::user_id a{"a"}, b{"b"};
    for (int i = 0; i < 10; ++i) tell(a);
    for (int i = 0; i < 10; ++i) tell(b);

    EXPECT_EQ(latest(a), 0);
    EXPECT_EQ(store_->now().feeds, 1u);
    EXPECT_EQ(store_->now().notifications, 10u);
}

TEST_F(MemoryStore, ManyThreadsSeeEveryOrderOnceAndRisingNumbers) {
    make({.feed_length = 10'000});
    constexpr int threads = 8, each = 200;
    std::vector<contracts::correlation_id> ids;
    for (int i = 0; i < each; ++i) ids.push_back(an_id());
    std::atomic<int> firsts{0};
    std::vector<std::jthread> crew;
    for (int t = 0; t < threads; ++t)
        crew.emplace_back([&, t] {
            for (int i = 0; i < each; ++i) {
                const auto& id = ids[static_cast<std::size_t>((i * 7 + t * 31) % each)];
                intake in{.id = id, .user = user_, .pending = {}, .trace_id = {}};
                firsts += !sync(store_->accept(ctx_, in)).value().known;
                contracts::notification n;
                n.id = id;
                n.user = user_;
                n.state = t % 2 ? contracts::order_state::failed : contracts::order_state::completed;
                ASSERT_TRUE(sync(store_->append(ctx_, {n})));
                ASSERT_TRUE(sync(store_->read_feed(ctx_, user_, 0)));
                sync(store_->touch(ctx_, id, user_)).value();
            }
        });
    crew.clear();

    EXPECT_EQ(firsts, each);
    const auto page = sync(store_->read_feed(ctx_, user_, 0)).value();
    std::int64_t previous = 0;
    std::size_t completed = 0;
    for (const auto& n : page.notifications) {
        EXPECT_EQ(n.previous, previous);
        EXPECT_GT(n.sequence, previous);
        previous = n.sequence;
        completed += n.state == contracts::order_state::completed;
    }
    EXPECT_EQ(completed, static_cast<std::size_t>(each));
    for (const auto& id : ids)
        EXPECT_EQ(sync(store_->find(ctx_, id)).value().state.state, contracts::order_state::completed);
}
