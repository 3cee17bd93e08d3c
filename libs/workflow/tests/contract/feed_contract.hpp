// Users' feeds of notifications.
#pragma once
#include "workflow_fixture.hpp"

namespace workflow::test {

TEST_P(WorkflowContract, NumbersRiseAndEachNamesTheOneBefore) {
    const auto first = append(news(an_id())), second = append(news(an_id())), third = append(news(an_id()));

    EXPECT_GT(first.sequence, 0);
    EXPECT_EQ(first.previous, 0);
    EXPECT_GT(second.sequence, first.sequence);
    EXPECT_EQ(second.previous, first.sequence);
    EXPECT_EQ(third.previous, second.sequence);
}

TEST_P(WorkflowContract, TheSameOrderAndStateKeepItsNumber) {
    const auto id = an_id();
    append(news(an_id()));
    const auto first = append(news(id));
    append(news(an_id()));

    const auto again = append(news(id));

    EXPECT_EQ(again.sequence, first.sequence);
    EXPECT_EQ(again.previous, first.previous);
    EXPECT_EQ(read(0).notifications.size(), 3u);
}

TEST_P(WorkflowContract, NumbersABatchInItsOrder) {
    const auto id = an_id();

    const auto told = sync(store_->append(ctx_, {news(an_id()), news(id), news(id), news(an_id())})).value();

    ASSERT_EQ(told.size(), 4u);
    EXPECT_EQ(told[1].previous, told[0].sequence);
    EXPECT_EQ(told[2].sequence, told[1].sequence);
    EXPECT_EQ(told[3].previous, told[1].sequence);
}

TEST_P(WorkflowContract, FeedsOfTwoUsersAreApart) {
    const auto mine = append(news(an_id()));
    const auto other = append(news(an_id(), state::completed, "CUST-0002"));

    EXPECT_EQ(other.previous, 0);
    EXPECT_EQ(read(0).notifications.size(), 1u);
    EXPECT_EQ(read(0).latest, mine.sequence);
    EXPECT_EQ(read(0, "CUST-0002").latest, other.sequence);
}

TEST_P(WorkflowContract, CompletedAfterFailedIsNews) {
    const auto id = an_id();
    const auto failed = append(news(id, state::failed));

    const auto completed = append(news(id));

    EXPECT_EQ(completed.previous, failed.sequence);
    EXPECT_GT(completed.sequence, failed.sequence);
}

TEST_P(WorkflowContract, FailedAfterCompletedIsNotTold) {
    const auto id = an_id();
    append(news(id, state::failed));
    const auto completed = append(news(id));

    const auto late = append(news(id, state::failed));

    EXPECT_EQ(late.sequence, 0);
    EXPECT_EQ(late.previous, 0);
    EXPECT_EQ(read(0).latest, completed.sequence);
}

TEST_P(WorkflowContract, FailedIsNotToldWhereTheStatusSaysCompleted) {
    const auto id = an_id();
    set(id, {.state = state::completed, .order = 3, .reason = ""});

    EXPECT_EQ(append(news(id, state::failed)).sequence, 0);

    EXPECT_TRUE(read(0).notifications.empty());
    EXPECT_EQ(find(id).state.state, state::completed);
}

TEST_P(WorkflowContract, TellingRaisesAStatusThatStandsThere) {
    const auto id = an_id();
    accept(an_intake(id));

    append(news(id));

    EXPECT_EQ(find(id).state.state, state::completed);
    EXPECT_EQ(find(id).state.order, 42);
}

TEST_P(WorkflowContract, TellingNeverBringsAStatusBack) {
    const auto id = an_id();

    append(news(id));

    EXPECT_EQ(find(id).state.state, state::none);
    EXPECT_FALSE(find(id).owner);
}

TEST_P(WorkflowContract, TheFeedHoldsAllThatIsNeededToTellAgain) {
    const auto failed_id = an_id(), completed_id = an_id();
    const auto failed = append(news(failed_id, state::failed));
    const auto completed = append(news(completed_id));

    const auto page = read(0);

    ASSERT_EQ(page.notifications.size(), 2u);
    EXPECT_EQ(contracts::to_json(page.notifications[0]), contracts::to_json(failed));
    EXPECT_EQ(contracts::to_json(page.notifications[1]), contracts::to_json(completed));
    EXPECT_EQ(page.notifications[0].user, contracts::user_id{"CUST-0001"});
    EXPECT_EQ(page.notifications[0].reason, "no such product");
    EXPECT_EQ(page.notifications[1].order, 42);
    EXPECT_EQ(page.notifications[1].steps[step::accepted], 1'000);
}

TEST_P(WorkflowContract, ResumeGivesWhatCameAfter) {
    const auto first = append(news(an_id())), second = append(news(an_id())), third = append(news(an_id()));

    const auto page = read(first.sequence);

    EXPECT_TRUE(page.complete);
    ASSERT_EQ(page.notifications.size(), 2u);
    EXPECT_EQ(page.notifications[0].sequence, second.sequence);
    EXPECT_EQ(page.notifications[1].sequence, third.sequence);
    EXPECT_EQ(page.latest, third.sequence);
}

TEST_P(WorkflowContract, ResumeFromTheLatestIsCompleteAndEmpty) {
    append(news(an_id()));
    const auto last = append(news(an_id()));

    const auto page = read(last.sequence);

    EXPECT_TRUE(page.complete);
    EXPECT_TRUE(page.notifications.empty());
    EXPECT_EQ(page.latest, last.sequence);
}

TEST_P(WorkflowContract, ResumeFromANumberItNeverGaveIsNotComplete) {
    const auto first = append(news(an_id()));
    append(news(an_id()));

    EXPECT_FALSE(read(first.sequence - 1).complete);
    EXPECT_EQ(read(first.sequence - 1).notifications.size(), 2u);
    EXPECT_FALSE(read(0).complete);
    EXPECT_FALSE(read(-1).complete);
    EXPECT_FALSE(read(read(0).latest + 1).complete);
}

TEST_P(WorkflowContract, AnEmptyFeedIsNeverComplete) {
    const auto page = read(0);

    EXPECT_FALSE(page.complete);
    EXPECT_TRUE(page.notifications.empty());
    EXPECT_EQ(page.latest, 0);
}

TEST_P(WorkflowContract, AFeedKeepsItsLastAndKnowsTheOneItDroppedLast) {
    std::vector<std::int64_t> given;
    for (std::size_t i = 0; i < subject_.feed_length + 2; ++i) given.push_back(append(news(an_id())).sequence);

    EXPECT_EQ(read(0).notifications.size(), subject_.feed_length);
    EXPECT_FALSE(read(given[0]).complete);
    EXPECT_TRUE(read(given[1]).complete);
    EXPECT_EQ(read(given[1]).notifications.size(), subject_.feed_length);
}

TEST_P(WorkflowContract, AFeedExpiresAndItsSuccessorStartsWithAGapAndAHigherNumber) {
    const auto before = append(news(an_id()));
    pass(subject_.ttl);
    EXPECT_EQ(read(before.sequence).latest, 0);

    const auto after = append(news(an_id()));

    EXPECT_GT(after.sequence, before.sequence);
    EXPECT_EQ(after.previous, 0);
    EXPECT_FALSE(read(before.sequence).complete);
}

TEST_P(WorkflowContract, NewsKeepsAFeedAlive) {
    const auto first = append(news(an_id()));
    pass(subject_.ttl * 2 / 3);
    append(news(an_id()));
    pass(subject_.ttl * 2 / 3);

    EXPECT_TRUE(read(first.sequence).complete);
}

}  // namespace workflow::test
