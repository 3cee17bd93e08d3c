// What only the embedded broker promises: limits, the table behind the tail, and its file's transactions.
#include "messaging/embedded/broker.hpp"
#include "base/manual_clock.hpp"
#include "contract_support.hpp"
#include "support/fixture.hpp"

using namespace messaging;
using namespace messaging::contract;
using base::fault_kind;

namespace {

// The contract's helpers take a broker_under_test; here it is one with options of the test's choosing.
struct chosen final : broker_under_test {
    void start(sqlite::options of_file = {}, embedded_options of_broker = {}) {
        made.reset();
        db.reset();
        db = embedded_test::open(directory, time, std::move(of_file));
        made = embedded_test::make(*db, time, std::move(of_broker));
    }
    messaging::publisher& publisher() override { return made->publisher(); }
    messaging::inspector& inspector() override { return made->inspector(); }
    std::unique_ptr<consumer> make_consumer(consumer_options o) override { return made->make_consumer(std::move(o)); }
    void restart() override { start(); }
    void advance(std::chrono::microseconds by) override {
        time.advance(by);
        made->wake();
    }
    bool has_units() const override { return true; }

    embedded_test::temporary_directory directory;
    base::manual_clock time;
    std::unique_ptr<sqlite::database> db;
    std::unique_ptr<embedded_broker> made;
};

struct EmbeddedBroker : testing::Test {
    loop on;
    chosen broker;
    base::call_context ctx;

    base::result<> publish(std::vector<message> messages, std::string_view to = "q") {
        return on.wait([&] { return broker.publisher().publish(ctx, to, std::move(messages)); });
    }
    queue_state state(std::string_view name) {
        for (auto& s : *on.wait([&] { return broker.inspector().queues(ctx); }))
            if (s.name == name) return s;
        return {};
    }
    bool becomes_empty(std::string_view name) {
        return eventually([&] { return state(name).ready + state(name).in_hand == 0; });
    }
    static consumer_options of(std::string queue, std::size_t batch = 300) {
        consumer_options o;
        o.queue = std::move(queue);
        o.batch = batch;
        return o;
    }
    static std::vector<std::string> numbers(int to) {
        std::vector<std::string> out;
        for (int i = 0; i < to; ++i) out.push_back(std::to_string(i));
        return out;
    }
};

}  // namespace

TEST_F(EmbeddedBroker, APublishThatForgetsTheBatchsUnitFailsAtOnce) {
    broker.start();
    std::atomic<int> refused = 0;
    const auto forgets = [&](const base::call_context& c, const batch& b) -> asio::awaitable<void> {
        EXPECT_TRUE(co_await broker.publisher().publish(c, "another", notes(0, 1), b.unit));
        const auto beside = co_await broker.publisher().publish(c, "another", notes(1, 2));
        if (!beside && beside.error().kind == fault_kind::internal) ++refused;
    };
    worker w{on, broker, of("q"), {}, forgets};

    ASSERT_TRUE(publish(notes(0, 1)));

    ASSERT_TRUE(w.has_seen(1));
    ASSERT_TRUE(becomes_empty("q"));
    EXPECT_EQ(1, refused);
    EXPECT_EQ(1u, state("another").ready);
}

TEST_F(EmbeddedBroker, AFullQueueRefusesAndTakesAgainWhenThereIsRoom) {
    broker.start({}, {.max_messages = 3});
    ASSERT_TRUE(publish(notes(0, 2)));

    EXPECT_EQ(fault_kind::unavailable, publish(notes(2, 4)).error().kind);
    EXPECT_TRUE(publish(notes(2, 3)));
    EXPECT_TRUE(publish(notes(0, 3), "another"));
    EXPECT_EQ(3u, state("q").ready);

    worker w{on, broker, of("q")};
    ASSERT_TRUE(becomes_empty("q"));
    EXPECT_TRUE(publish(notes(0, 3)));
}

TEST_F(EmbeddedBroker, MoreThanTheTailHoldsComesFromTheTableInOrder) {
    broker.start({}, {.tail_messages = 7, .read_batch = 5});
    gate g;
    worker w{on, broker, of("q", 4), {}, [&](const base::call_context&, const batch&) { return g.pass(); }};

    for (int i = 0; i < 100; i += 2) ASSERT_TRUE(publish(notes(i, i + 2)));
    g.open();
    ASSERT_TRUE(w.has_seen(100));

    EXPECT_EQ(numbers(100), w.bodies());
    EXPECT_TRUE(becomes_empty("q"));
}

TEST_F(EmbeddedBroker, ABacklogIsReadInOrderWhileMoreArrives) {
    broker.start({}, {.tail_messages = 20, .read_batch = 8});
    ASSERT_TRUE(publish(notes(0, 100)));
    worker w{on, broker, of("q", 3)};

    for (int i = 100; i < 200; ++i) ASSERT_TRUE(publish(notes(i, i + 1)));
    ASSERT_TRUE(w.has_seen(200));

    EXPECT_EQ(numbers(200), w.bodies());
}

TEST_F(EmbeddedBroker, PositionsNeverRepeatAfterTheQueueWasEmptyAtARestart) {
    const auto first_position = [&] {
        return (*on.wait([&] { return broker.inspector().browse(ctx, "q", 0, 1); }))[0].position;
    };
    broker.start();
    ASSERT_TRUE(publish(notes(0, 1)));
    const auto before = first_position();
    ASSERT_TRUE(on.wait([&] { return broker.inspector().discard(ctx, "q", {before}); }));

    broker.restart();
    ASSERT_TRUE(publish(notes(0, 1)));

    EXPECT_GT(first_position(), before);
}

TEST_F(EmbeddedBroker, ABatchWhoseUnitTakesTooLongIsDeliveredAgainByHalves) {
    broker.start({.unit_timeout = 30ms});
    std::atomic<bool> slow = true;
    worker w{on, broker, of("q"), {}, [&](const base::call_context& c, const batch& b) -> asio::awaitable<void> {
                 std::ignore = co_await broker.publisher().publish(c, "out", notes(0, 1), b.unit);
                 // This waits behind the unit, so until it has timed out: its context does not say whose work it is.
                 if (slow.exchange(false)) std::ignore = co_await broker.publisher().publish({}, "beside", notes(0, 1));
             }};

    ASSERT_TRUE(publish(notes(0, 4)));
    ASSERT_TRUE(w.has_seen(4));
    ASSERT_TRUE(eventually([&] { return !w.healthy(); }));
    broker.advance(1s);
    ASSERT_TRUE(w.has_seen(8));
    ASSERT_TRUE(becomes_empty("q"));

    EXPECT_EQ((std::vector<std::size_t>{4, 2, 2}), w.sizes());
    EXPECT_EQ(2u, state("out").ready);  // none of the unit that timed out
    EXPECT_EQ(1, w.seen().back().attempt);
    EXPECT_TRUE(w.seen().back().redelivered);
}

TEST_F(EmbeddedBroker, AUnitOfAnotherFileIsNotJoined) {
    broker.start();
    embedded_test::temporary_directory elsewhere;
    auto other = embedded_test::open(elsewhere, broker.time);

    on.wait([&]() -> asio::awaitable<void> {
        auto theirs = *co_await other->begin(ctx);
        EXPECT_TRUE(co_await broker.publisher().publish(ctx, "q", notes(0, 1), theirs.get()));
    });

    EXPECT_EQ(1u, state("q").ready);
}

TEST_F(EmbeddedBroker, ADeadlineThatHasPassedEnqueuesNothing) {
    broker.start({}, {.max_messages = 1});
    ctx.due = broker.time.steady() - 1ms;
    EXPECT_EQ(fault_kind::timeout, publish(notes(0, 1)).error().kind);
    ctx = {};

    EXPECT_EQ(0u, state("q").ready);
    EXPECT_TRUE(publish(notes(0, 1)));
}
