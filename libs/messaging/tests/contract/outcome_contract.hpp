// What becomes of a message by the handler's outcome: the table of contracts §3.
#pragma once
#include "contract_support.hpp"

namespace messaging::contract {

TEST_P(MessagingContract, ARetryComesAfterASecondWithItsCountWhileOthersGoOn) {
    worker w{on, *broker, options(1), once("a", {verdict::retry, "", "boom"})};
    ASSERT_TRUE(publish(notes_named({"a", "next"})));
    ASSERT_TRUE(w.has_seen("next"));  // so a's outcome has been taken note of

    broker->advance(999ms);
    ASSERT_TRUE(publish(note("b")));
    ASSERT_TRUE(w.has_seen("b"));
    EXPECT_EQ((std::vector<std::string>{"a", "next", "b"}), w.bodies());

    broker->advance(1ms);
    ASSERT_TRUE(w.has_seen("a", 2));
    const auto again = w.seen().back();
    EXPECT_EQ(2, again.attempt);
    EXPECT_EQ(header_value{std::int32_t{1}}, *again.content.find(header::retry_count));
    EXPECT_EQ(note("a").correlation_id, again.content.correlation_id);
    EXPECT_TRUE(becomes_empty());
}

TEST_P(MessagingContract, ARetryGoesToTheTail) {
    gate g;
    worker w{on, *broker, options(1), once("a", {verdict::retry, "", ""}),
             [&](const base::call_context&, const batch& b) -> asio::awaitable<void> {
                 if (b.messages.front().content.body == "b") co_await g.pass();
             }};
    ASSERT_TRUE(publish(note("a")));
    ASSERT_TRUE(publish(note("b")));
    ASSERT_TRUE(w.has_seen("b"));
    ASSERT_TRUE(publish(note("c")));
    broker->advance(1s);
    g.open();

    ASSERT_TRUE(w.has_seen("a", 2));

    EXPECT_EQ((std::vector<std::string>{"a", "b", "c", "a"}), w.bodies());
}

TEST_P(MessagingContract, RetriesWaitLongerEachTimeAndNeverBecomeDeadLettersByThemselves) {
    worker w{on, *broker, options(1),
             [](const delivery& d) { return d.content.body == "a" ? outcome{verdict::retry, "", ""} : outcome{}; }};
    ASSERT_TRUE(publish(note("a")));
    ASSERT_TRUE(w.has_seen("a"));

    int round = 1;
    for (const auto delay : {1s, 5s, 15s, 30s, 30s}) {
        const auto marker = "marker " + std::to_string(round), noted = "noted " + std::to_string(round);
        ASSERT_TRUE(publish(note(noted)));
        ASSERT_TRUE(w.has_seen(noted));
        broker->advance(delay - 1ms);
        ASSERT_TRUE(publish(note(marker)));
        ASSERT_TRUE(w.has_seen(marker));
        EXPECT_EQ(marker, w.bodies().back());
        broker->advance(1ms);
        ASSERT_TRUE(w.has_seen("a", round + 1));
        const auto again = w.seen().back();
        EXPECT_EQ(round + 1, again.attempt);
        EXPECT_EQ(round + 1 >= 5, again.last_attempt);
        ++round;
    }

    EXPECT_TRUE(browse(dlq).empty());
}

TEST_P(MessagingContract, ADeadLetterSaysWhyAndIsGoneFromTheQueue) {
    worker w{on, *broker, options(), once("a", {verdict::dead_letter, "unknown product", "AZ-1 is not there"})};
    auto m = note("a");
    m.set(header::retry_count, std::int32_t{2});
    m.set(header::traceparent, std::string{"00-ab"});

    ASSERT_TRUE(publish(m));
    ASSERT_TRUE(publish(note("b")));
    ASSERT_TRUE(w.has_seen(2));
    ASSERT_TRUE(becomes_empty());

    const auto dead = browse(dlq);
    ASSERT_EQ(1u, dead.size());
    const auto& c = dead[0].content;
    EXPECT_EQ("a", c.body);
    EXPECT_EQ("unknown product", c.text(header::dead_letter_reason));
    EXPECT_EQ("AZ-1 is not there", c.text(header::exception));
    EXPECT_EQ(q, c.text(header::original_queue));
    EXPECT_TRUE(base::parse_rfc3339(c.text(header::failed_at)));
    EXPECT_EQ(2, c.number(header::retry_count, 0));
    EXPECT_EQ("00-ab", c.text(header::traceparent));
    EXPECT_EQ(m.correlation_id, c.correlation_id);
    EXPECT_EQ(dead_letter_id(q, m), c.message_id);
}

TEST_P(MessagingContract, TwinsOfADeadLetterShareTheirMessageId) {
    worker w{on, *broker, options(), [](const delivery&) { return outcome{verdict::dead_letter, "no", ""}; }};

    ASSERT_TRUE(publish(note("a")));
    ASSERT_TRUE(publish(note("a")));
    ASSERT_TRUE(publish(note("b")));
    ASSERT_TRUE(w.has_seen(3));
    ASSERT_TRUE(becomes_empty());

    const auto dead = browse(dlq);
    ASSERT_EQ(3u, dead.size());
    EXPECT_EQ(dead[0].content.message_id, dead[1].content.message_id);
    EXPECT_NE(dead[0].content.message_id, dead[2].content.message_id);
}

TEST_P(MessagingContract, AHoldStopsTakingSpendsNoAttemptAndKeepsTheOrder) {
    worker w{on, *broker, options(), once("a", {verdict::hold, "redis is away", ""})};
    ASSERT_TRUE(publish(note("a")));
    ASSERT_TRUE(w.has_seen("a"));
    ASSERT_TRUE(eventually([&] { return !w.healthy(); }));

    broker->advance(100ms);
    ASSERT_TRUE(publish(note("b")));
    EXPECT_EQ(1u, w.count());
    broker->advance(140ms);
    ASSERT_TRUE(w.has_seen(3));

    EXPECT_EQ((std::vector<std::string>{"a", "a", "b"}), w.bodies());
    EXPECT_EQ(1, w.seen()[1].attempt);
    EXPECT_EQ(nullptr, w.seen()[1].content.find(header::retry_count));
    EXPECT_TRUE(becomes_empty());
    EXPECT_TRUE(eventually([&] { return w.healthy(); }));
}

TEST_P(MessagingContract, HoldsLastLongerEachTimeUntilSomethingSucceeds) {
    std::atomic<int> holds = 5;
    worker w{on, *broker, options(),
             [&](const delivery&) { return holds-- > 0 ? outcome{verdict::hold, "away", ""} : outcome{}; }};
    ASSERT_TRUE(publish(note("a")));

    std::size_t calls = 1;
    for (auto wait = 200ms; calls <= 5; wait *= 2, ++calls) {
        ASSERT_TRUE(w.has_seen(calls));
        ASSERT_TRUE(eventually([&] { return !w.healthy(); }));
        broker->advance(wait * 79 / 100);  // a fifth less is the least that it may be
        EXPECT_EQ(calls, w.count());
        ASSERT_TRUE(eventually([&] {
            broker->advance(wait / 5);
            return w.count() == calls + 1;
        }));
    }

    EXPECT_TRUE(becomes_empty());
}

TEST_P(MessagingContract, OutcomesBelongToSingleMessages) {
    worker w{on, *broker, options(), [n = 0](const delivery& d) mutable {
                 if (n++ >= 4 || d.content.body == "0") return outcome{};
                 if (d.content.body == "1") return outcome{verdict::retry, "", ""};
                 if (d.content.body == "2") return outcome{verdict::dead_letter, "no", ""};
                 return outcome{verdict::hold, "away", ""};
             }};
    ASSERT_TRUE(publish(notes(0, 4)));
    ASSERT_TRUE(w.has_seen(4));
    ASSERT_TRUE(eventually([&] { return !w.healthy(); }));
    ASSERT_TRUE(eventually([&] { return browse(dlq).size() == 1; }));

    broker->advance(240ms);
    ASSERT_TRUE(w.has_seen("3", 2));
    broker->advance(1s);
    ASSERT_TRUE(w.has_seen("1", 2));

    EXPECT_TRUE(becomes_empty());
    EXPECT_EQ((std::vector<std::string>{"0", "1", "2", "3", "3", "1"}), w.bodies());
}

}  // namespace messaging::contract
