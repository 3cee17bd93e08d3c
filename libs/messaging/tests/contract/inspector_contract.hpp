// What an operator sees and does.
#pragma once
#include "contract_support.hpp"

namespace messaging::contract {

TEST_P(MessagingContract, BrowsingTakesNothingAndGoesOnFromAPosition) {
    ASSERT_TRUE(publish(notes(0, 5)));

    const auto first = browse(q, 0, 2);
    ASSERT_EQ(2u, first.size());
    const auto rest = browse(q, first.back().position);

    EXPECT_EQ("0", first[0].content.body);
    ASSERT_EQ(3u, rest.size());
    EXPECT_EQ("2", rest[0].content.body);
    EXPECT_GT(first[0].enqueued_at, 0);
    EXPECT_EQ(5u, state().ready);
    EXPECT_GT(state().oldest, 0);
}

TEST_P(MessagingContract, CountsConsumers) {
    ASSERT_TRUE(publish(note("a")));
    EXPECT_EQ(0, state().consumers);

    worker w{on, *broker, options()};

    EXPECT_TRUE(eventually([&] { return state().consumers == 1; }));
}

TEST_P(MessagingContract, ReplayedDeadLettersAreProcessedAsIfNew) {
    std::atomic<bool> mended = false;
    worker w{on, *broker, options(),
             [&](const delivery&) { return mended ? outcome{} : outcome{verdict::dead_letter, "no", "why"}; }};
    auto m = note("a");
    m.set(header::retry_count, std::int32_t{4});
    ASSERT_TRUE(publish(m));
    ASSERT_TRUE(eventually([&] { return browse(dlq).size() == 1; }));
    mended = true;

    const auto at = browse(dlq)[0].position;
    const auto replayed = on.wait([&] { return broker->inspector().replay(ctx, dlq, {at}); });

    ASSERT_TRUE(replayed);
    EXPECT_EQ(1u, *replayed);
    ASSERT_TRUE(w.has_seen(2));
    const auto again = w.seen().back();
    EXPECT_EQ(1, again.attempt);
    for (const auto name : {header::retry_count, header::dead_letter_reason, header::exception, header::failed_at,
                            header::original_queue})
        EXPECT_EQ(nullptr, again.content.find(name)) << name;
    EXPECT_TRUE(browse(dlq).empty());
}

TEST_P(MessagingContract, ReplayAnswersHowManyWereStillThere) {
    worker w{on, *broker, options(), once("a", {verdict::dead_letter, "no", ""})};
    ASSERT_TRUE(publish(note("a")));
    ASSERT_TRUE(eventually([&] { return browse(dlq).size() == 1; }));
    const auto at = browse(dlq)[0].position;

    const auto first = on.wait([&] { return broker->inspector().replay(ctx, dlq, {at, at, at + 7}); });
    const auto second = on.wait([&] { return broker->inspector().replay(ctx, dlq, {at}); });

    EXPECT_EQ(1u, first.value_or(99));
    EXPECT_EQ(0u, second.value_or(99));
    EXPECT_TRUE(w.has_seen("a", 2));
}

TEST_P(MessagingContract, DiscardedMessagesAreNeverDelivered) {
    ASSERT_TRUE(publish(notes(0, 3)));
    const auto at = browse(q)[1].position;

    const auto gone = on.wait([&] { return broker->inspector().discard(ctx, q, {at, at + 100}); });
    worker w{on, *broker, options()};
    ASSERT_TRUE(becomes_empty());

    EXPECT_EQ(1u, gone.value_or(99));
    EXPECT_EQ((std::vector<std::string>{"0", "2"}), w.bodies());
}

}  // namespace messaging::contract
