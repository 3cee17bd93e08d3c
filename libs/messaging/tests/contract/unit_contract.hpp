// Handlers that fail, and what they published meanwhile.
#pragma once
#include "contract_support.hpp"

namespace messaging::contract {

namespace {
// Publishes one message to order.processed for each of the batch, within its unit.
inline asio::awaitable<void> publish_on(broker_under_test& broker, base::call_context ctx, batch b) {
    for (const auto& d : b.messages) {
        std::vector<message> one;
        one.push_back(note("of " + d.content.body));
        const auto done = co_await broker.publisher().publish(ctx, "order.processed", std::move(one), b.unit);
        EXPECT_TRUE(done);
    }
}
}  // namespace

TEST_P(MessagingContract, WhatAHandlerPublishesIsThereWhenItsBatchIsAcked) {
    worker w{on, *broker, options(), {}, [&](const base::call_context& c, const batch& b) {
                 return publish_on(*broker, c, b);
             }};
    ASSERT_TRUE(publish(notes(0, 3)));
    ASSERT_TRUE(w.has_seen(3));
    ASSERT_TRUE(becomes_empty());

    auto o = options();
    o.queue = "order.processed";
    worker next{on, *broker, o};

    ASSERT_TRUE(next.has_seen(3));
    EXPECT_EQ((std::vector<std::string>{"of 0", "of 1", "of 2"}), next.bodies());
}

TEST_P(MessagingContract, WhatAHandlerPublishesReachesAConsumerThatWaits) {
    auto o = options();
    o.queue = "order.processed";
    worker next{on, *broker, o};
    worker w{on, *broker, options(), {}, [&](const base::call_context& c, const batch& b) {
                 return publish_on(*broker, c, b);
             }};

    for (int i = 0; i < 10; ++i) ASSERT_TRUE(publish(note(std::to_string(i))));

    ASSERT_TRUE(next.has_seen(10));
    EXPECT_TRUE(becomes_empty("order.processed"));
}

TEST_P(MessagingContract, AfterCommitHooksRunBeforeTheBatchsMessagesAreDelivered) {
    if (!GetParam().make()->has_units()) GTEST_SKIP() << "no units here";
    std::atomic<int> told = 0, delivered_untold = 0;
    auto o = options();
    o.queue = "order.processed";
    worker next{on, *broker, o, [&](const delivery& d) {
                    if (std::stoi(d.content.body.substr(3)) >= told) ++delivered_untold;
                    return outcome{};
                }};
    worker w{on, *broker, options(1), {}, [&](const base::call_context& c, const batch& b) -> asio::awaitable<void> {
                 co_await publish_on(*broker, c, b);
                 b.unit->after_commit([&] { ++told; });
             }};

    for (int i = 0; i < 20; ++i) ASSERT_TRUE(publish(note(std::to_string(i))));
    ASSERT_TRUE(next.has_seen(20));

    EXPECT_EQ(0, delivered_untold);
}

TEST_P(MessagingContract, WhenTheHandlerThrowsNothingOfItsUnitHappenedAndAllIsRetried) {
    std::atomic<bool> thrown = false;
    worker w{on, *broker, options(), {}, [&](const base::call_context& c, const batch& b) -> asio::awaitable<void> {
                 if (thrown.exchange(true)) co_return;
                 if (b.unit) co_await publish_on(*broker, c, b);
                 throw std::runtime_error{"boom"};
             }};
    ASSERT_TRUE(publish(notes(0, 2)));
    ASSERT_TRUE(w.has_seen(2));
    ASSERT_TRUE(eventually([&] { return state().in_hand == 2; }));
    EXPECT_EQ(0u, state("order.processed").ready);
    EXPECT_TRUE(browse("order.processed").empty());

    ASSERT_TRUE(eventually([&] {
        broker->advance(1s);
        return w.count() == 4;
    }));

    EXPECT_EQ(2, w.seen()[2].attempt);
    EXPECT_TRUE(becomes_empty());
}

TEST_P(MessagingContract, AHandlerThatAnswersForTooFewIsRetriedToo) {
    std::atomic<int> calls = 0;
    auto c = broker->make_consumer(options());
    auto done = on.start([&] {
        return c->run([&](const base::call_context&, const batch& b) -> asio::awaitable<std::vector<outcome>> {
            co_return std::vector<outcome>(calls++ == 0 ? b.messages.size() - 1 : b.messages.size());
        });
    });

    ASSERT_TRUE(publish(notes(0, 2)));
    ASSERT_TRUE(eventually([&] { return calls == 1 && state().in_hand == 2; }));
    ASSERT_TRUE(eventually([&] {
        broker->advance(1s);
        return calls == 2;
    }));

    EXPECT_TRUE(becomes_empty());
    c->stop();
    ASSERT_EQ(std::future_status::ready, done.wait_for(limit));
}

TEST_P(MessagingContract, AUnitOfAnotherMakeIsIgnored) {
    struct foreign final : base::unit {
        void after_commit(std::function<void()>) override {}
    } theirs;

    ASSERT_TRUE(on.wait([&] { return broker->publisher().publish(ctx, q, notes(0, 1), &theirs); }));

    EXPECT_EQ(1u, state().ready);
}

}  // namespace messaging::contract
