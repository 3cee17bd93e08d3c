#include "messaging/lifecycle.hpp"

#include <gtest/gtest.h>

using namespace messaging;
using namespace std::chrono_literals;

namespace {
message order() {
    message m;
    m.body = "{}";
    m.message_id = "0197a1b2-0000-7000-8000-000000000001";
    m.correlation_id = "0197a1b2-0000-7000-8000-000000000002";
    m.headers = {{"traceparent", "00-ab"}};
    return m;
}
}  // namespace

TEST(MessageLifecycle, ARetryCountsAndGetsAFreshId) {
    const auto once = retried(order());
    const auto twice = retried(once);

    EXPECT_EQ(1, attempt_of(order()));
    EXPECT_EQ(2, attempt_of(once));
    EXPECT_EQ(2, twice.number(header::retry_count, 0));
    EXPECT_EQ("", twice.message_id);
    EXPECT_EQ("00-ab", twice.text(header::traceparent));
}

TEST(MessageLifecycle, ACountOutOfRangeIsNoTrap) {
    auto m = order();
    m.set(header::retry_count, std::numeric_limits<std::int32_t>::max());
    EXPECT_EQ(std::numeric_limits<std::int32_t>::max(), attempt_of(m));
    m.set(header::retry_count, std::int32_t{-7});
    EXPECT_EQ(1, attempt_of(m));
}

TEST(MessageLifecycle, ADeadLetterTellsWhyWhereAndWhen) {
    const auto dead = dead_lettered(order(), "order.accepted", {verdict::dead_letter, "unknown product", "AZ-1"},
                                    1'767'225'600'123'000);

    EXPECT_EQ("unknown product", dead.text(header::dead_letter_reason));
    EXPECT_EQ("AZ-1", dead.text(header::exception));
    EXPECT_EQ("order.accepted", dead.text(header::original_queue));
    EXPECT_EQ("2026-01-01T00:00:00.123Z", dead.text(header::failed_at));
}

TEST(MessageLifecycle, TwinsOfADeadLetterHaveOneId) {
    auto twin = order();
    twin.message_id = "another";
    twin.set("traceparent", std::string{"00-cd"});
    auto other_body = order();
    other_body.body = "{ }";

    EXPECT_EQ(dead_letter_id("q", order()), dead_letter_id("q", twin));
    EXPECT_NE(dead_letter_id("q", order()), dead_letter_id("q", other_body));
    EXPECT_NE(dead_letter_id("q", order()), dead_letter_id("p", order()));
}

TEST(MessageLifecycle, TheIdOfADeadLetterTakesTheHeaderWhereThePropertyIsMissing) {
    auto plain = order();
    plain.correlation_id.clear();
    plain.set(header::correlation_id, order().correlation_id);

    EXPECT_EQ(dead_letter_id("q", order()), dead_letter_id("q", plain));
}

TEST(MessageLifecycle, AReplayIsAsGoodAsNew) {
    auto m = retried(order());
    const auto again = replayed(dead_lettered(m, "order.accepted", {verdict::dead_letter, "r", "e"}, 0));

    EXPECT_EQ(1, attempt_of(again));
    EXPECT_EQ("", again.message_id);
    EXPECT_EQ((header_list{{"traceparent", "00-ab"}}), again.headers);
}

TEST(MessageLifecycle, AReplayFindsItsQueueByHeaderOrName) {
    const auto dead = dead_lettered(order(), "order.accepted", {}, 0);

    EXPECT_EQ("order.accepted", original_queue_of(dead, "somewhere"));
    EXPECT_EQ("order.failed", original_queue_of(order(), "order.failed.dlq"));
    EXPECT_EQ("", original_queue_of(order(), "somewhere"));
}

TEST(MessageLifecycle, ALongExceptionIsCutBetweenCodePoints) {
    std::string text(4'095, 'a');
    text += "\xc3\xa4\xc3\xa4";
    const auto dead = dead_lettered(order(), "q", {verdict::dead_letter, "r", text}, 0);

    EXPECT_EQ(std::string(4'095, 'a'), dead.text(header::exception));
}

TEST(MessageLifecycle, RetriesWaitLongerAndStayAtTheLongest) {
    const consumer_options o;

    EXPECT_EQ(1s, retry_delay(o, 1));
    EXPECT_EQ(30s, retry_delay(o, 4));
    EXPECT_EQ(30s, retry_delay(o, 40));
}

TEST(MessageLifecycle, BackoffDoublesUpToItsMostAndResets) {
    base::seeded_ids ids{1};
    backoff b{200ms, 30s, ids};
    auto expected = 200ms;
    for (int i = 0; i < 12; ++i) {
        const auto wait = b.next();
        EXPECT_GE(wait, expected * 4 / 5);
        EXPECT_LE(wait, expected * 6 / 5);
        EXPECT_LE(wait, 30s);
        expected = std::min<std::chrono::milliseconds>(expected * 2, 30s);
    }
    b.reset();
    EXPECT_LE(b.next(), 240ms);
}
