// The port's contract (contracts §3), for every adapter: include, then
// INSTANTIATE_TEST_SUITE_P(Embedded, MessagingContract, testing::Values(adapter{...}), name_of).
#pragma once
#include "contract_support.hpp"
#include "inspector_contract.hpp"
#include "outcome_contract.hpp"
#include "unit_contract.hpp"

namespace messaging::contract {

using bodies = std::vector<std::string>;

TEST_P(MessagingContract, DeliversInTheOrderOfPublishing) {
    ASSERT_TRUE(publish(notes(0, 3)));
    ASSERT_TRUE(publish(notes(3, 4)));
    worker w{on, *broker, options()};
    ASSERT_TRUE(publish(notes(4, 6)));

    ASSERT_TRUE(w.has_seen(6));

    EXPECT_EQ((bodies{"0", "1", "2", "3", "4", "5"}), w.bodies());
}

TEST_P(MessagingContract, BodyPropertiesAndHeadersOfBothTypesArriveAsTheyWere) {
    message m;
    m.body = std::string{"\0\xff\x80{}\r\n", 7};
    m.message_id = "0197a1b2-0000-7000-8000-000000000001";
    m.correlation_id = "0197a1b2-0000-7000-8000-000000000002";
    m.headers = {{std::string{header::traceparent}, "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"},
                 {std::string{header::timeline}, "accepted=1;queued=2"},
                 {"empty", ""},
                 {std::string{header::retry_count}, std::int32_t{3}},
                 {"negative", std::int32_t{-5}}};
    worker w{on, *broker, options()};

    ASSERT_TRUE(publish(m));
    ASSERT_TRUE(w.has_seen(1));

    const auto got = w.seen().front().content;
    EXPECT_EQ(m.body, got.body);
    EXPECT_EQ(m.message_id, got.message_id);
    EXPECT_EQ(m.correlation_id, got.correlation_id);
    EXPECT_EQ("application/json", got.content_type);
    for (const auto& [name, value] : m.headers) {
        ASSERT_NE(nullptr, got.find(name)) << name;
        EXPECT_EQ(value, *got.find(name)) << name;
    }
}

TEST_P(MessagingContract, GivesAMessageIdToOneThatHasNone) {
    worker w{on, *broker, options()};

    ASSERT_TRUE(publish(notes(0, 2)));
    ASSERT_TRUE(w.has_seen(2));

    const auto seen = w.seen();
    EXPECT_EQ(36u, seen[0].content.message_id.size());
    EXPECT_NE(seen[0].content.message_id, seen[1].content.message_id);
}

TEST_P(MessagingContract, AFirstDeliveryIsAttemptOneAndNotTheLast) {
    worker w{on, *broker, options()};

    ASSERT_TRUE(publish(note("a")));
    ASSERT_TRUE(w.has_seen(1));

    const auto d = w.seen().front();
    EXPECT_EQ(1, d.attempt);
    EXPECT_FALSE(d.last_attempt);
    EXPECT_FALSE(d.redelivered);
}

TEST_P(MessagingContract, ConfirmedMessagesOutliveARestart) {
    ASSERT_TRUE(publish(notes(0, 5)));

    broker->restart();
    worker w{on, *broker, options()};

    ASSERT_TRUE(w.has_seen(5));
    EXPECT_EQ((bodies{"0", "1", "2", "3", "4"}), w.bodies());
}

TEST_P(MessagingContract, AckedMessagesStayAwayAfterARestart) {
    ASSERT_TRUE(publish(notes(0, 3)));
    {
        worker w{on, *broker, options()};
        ASSERT_TRUE(w.has_seen(3));
        ASSERT_TRUE(becomes_empty());
    }

    broker->restart();
    ASSERT_TRUE(publish(note("after")));
    worker w{on, *broker, options()};

    ASSERT_TRUE(w.has_seen("after"));
    EXPECT_EQ(bodies{"after"}, w.bodies());
}

TEST_P(MessagingContract, UnackedMessagesComeBackAfterARestartAsRedelivered) {
    ASSERT_TRUE(publish(notes(0, 2)));
    {
        worker w{on, *broker, options(), [](const delivery&) { return outcome{verdict::retry, "", ""}; }};
        ASSERT_TRUE(w.has_seen(2));
    }

    broker->restart();
    worker w{on, *broker, options()};

    ASSERT_TRUE(w.has_seen(2));
    EXPECT_EQ((bodies{"0", "1"}), w.bodies());
    for (const auto& d : w.seen()) {
        EXPECT_TRUE(d.redelivered);
        EXPECT_EQ(1, d.attempt);
    }
}

TEST_P(MessagingContract, WhatComesWhileTheHandlerWorksGathersUpToTheBatchLimit) {
    gate g;
    worker w{on, *broker, options(3), {}, [&](const base::call_context&, const batch&) { return g.pass(); }};
    ASSERT_TRUE(publish(note("first")));
    ASSERT_TRUE(w.has_seen(1));
    ASSERT_TRUE(publish(notes(0, 5)));
    g.open();

    ASSERT_TRUE(w.has_seen(6));

    EXPECT_EQ((std::vector<std::size_t>{1, 3, 2}), w.sizes());
    EXPECT_EQ((bodies{"first", "0", "1", "2", "3", "4"}), w.bodies());
}

TEST_P(MessagingContract, PrefetchBoundsWhatIsInHand) {
    auto o = options();
    o.prefetch = 2;
    worker w{on, *broker, o, [](const delivery&) { return outcome{verdict::retry, "", ""}; }};

    ASSERT_TRUE(publish(notes(0, 3)));
    ASSERT_TRUE(w.has_seen(2));

    EXPECT_TRUE(eventually([&] { return state().in_hand == 2 && state().ready == 1; }));
    EXPECT_EQ(2u, w.count());
}

TEST_P(MessagingContract, StopFinishesTheCallUnderWayAndItsOutcomes) {
    gate g;
    worker w{on, *broker, options(1), {}, [&](const base::call_context&, const batch&) { return g.pass(); }};
    ASSERT_TRUE(publish(notes(0, 2)));
    ASSERT_TRUE(w.has_seen(1));

    w.stop();
    EXPECT_TRUE(w.running());
    g.open();

    EXPECT_TRUE(w.finished());
    EXPECT_EQ(bodies{"0"}, w.bodies());
    EXPECT_TRUE(eventually([&] { return state().in_hand == 0 && state().ready == 1; }));
}

TEST_P(MessagingContract, MessagesInHandGoBackAsTheyWereWhenItStops) {
    ASSERT_TRUE(publish(notes(0, 2)));
    {
        worker w{on, *broker, options(), once("0", {verdict::retry, "", ""})};
        ASSERT_TRUE(w.has_seen(2));
    }

    worker w{on, *broker, options()};

    ASSERT_TRUE(w.has_seen(1));
    EXPECT_EQ("0", w.seen().front().content.body);
    EXPECT_EQ(1, w.seen().front().attempt);
}

TEST_P(MessagingContract, TwoConsumersOfOneQueueShareItsMessages) {
    worker one{on, *broker, options(1)}, two{on, *broker, options(1)};

    for (int i = 0; i < 20; ++i) ASSERT_TRUE(publish(note(std::to_string(i))));
    ASSERT_TRUE(becomes_empty());

    auto all = one.bodies();
    for (auto& b : two.bodies()) all.push_back(b);
    EXPECT_EQ(20u, all.size());
    std::ranges::sort(all);
    EXPECT_EQ(all.end(), std::ranges::adjacent_find(all));
}

TEST_P(MessagingContract, QueuesAreIndependent) {
    ASSERT_TRUE(publish(note("mine")));
    ASSERT_TRUE(publish(note("other"), "order.processed"));
    worker w{on, *broker, options()};

    ASSERT_TRUE(w.has_seen(1));

    EXPECT_EQ(bodies{"mine"}, w.bodies());
    EXPECT_EQ(1u, state("order.processed").ready);
}

}  // namespace messaging::contract
