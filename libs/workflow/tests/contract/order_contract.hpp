// What is known of one order: intake, status, map, timeline, and how long.
#pragma once
#include "workflow_fixture.hpp"

namespace workflow::test {

TEST_P(WorkflowContract, KnowsNothingOfANewOrder) {
    const auto known = accept(an_intake(an_id()));

    EXPECT_FALSE(known.known);
    EXPECT_FALSE(known.pending);
    EXPECT_EQ(known.state.state, state::none);
}

TEST_P(WorkflowContract, KeepsWhatAcceptKnows) {
    const auto id = an_id();
    accept(an_intake(id));

    const auto view = find(id);

    EXPECT_EQ(view.owner, contracts::user_id{"CUST-0001"});
    EXPECT_EQ(view.state.state, state::accepted);
    ASSERT_TRUE(view.pending);
    EXPECT_EQ(view.pending->body, R"({"total":129.00})");
    EXPECT_EQ(view.pending->print, an_intake(id).pending.print);
    EXPECT_EQ(view.steps[step::accepted], 1'000);
    EXPECT_EQ(view.steps.trace_id, "0af7651916cd43dd8448eb211c80319c");
}

TEST_P(WorkflowContract, AnswersTheFirstToARepeatAndKeepsIt) {
    const auto id = an_id();
    accept(an_intake(id));
    auto second = an_intake(id);
    second.pending.body = "another";
    second.pending.print.fill(2);

    const auto known = accept(second);

    EXPECT_TRUE(known.known);
    EXPECT_FALSE(known.foreign);
    EXPECT_EQ(known.state.state, state::accepted);
    ASSERT_TRUE(known.pending);
    EXPECT_EQ(known.pending->body, R"({"total":129.00})");
    EXPECT_EQ(find(id).pending->print, an_intake(id).pending.print);
}

TEST_P(WorkflowContract, ShowsAndChangesNothingOfAnothersOrder) {
    const auto id = an_id();
    accept(an_intake(id));

    const auto known = accept(an_intake(id, "CUST-0002"));

    EXPECT_TRUE(known.known);
    EXPECT_TRUE(known.foreign);
    EXPECT_FALSE(known.pending);
    EXPECT_EQ(find(id).owner, contracts::user_id{"CUST-0001"});
}

TEST_P(WorkflowContract, ARepeatOfACompletedOrderLeavesNoPendingOfItsOwn) {
    const auto id = an_id();
    accept(an_intake(id));
    auto done = a_change(id, {.state = state::completed, .order = 5, .reason = ""});
    done.drop_pending = true;
    apply(done);

    const auto known = accept(an_intake(id));

    EXPECT_TRUE(known.known);
    EXPECT_FALSE(known.pending);
    EXPECT_EQ(known.state.state, state::completed);
    EXPECT_EQ(known.state.order, 5);
    EXPECT_FALSE(find(id).pending);
}

TEST_P(WorkflowContract, OneOfManyTwinsIsTheFirst) {
    const auto id = an_id();
    std::atomic<int> firsts{0};
    std::vector<std::jthread> twins;
    for (int i = 0; i < 8; ++i)
        twins.emplace_back([&] { firsts += !sync(store_->accept(ctx_, an_intake(id))).value().known; });
    twins.clear();

    EXPECT_EQ(firsts, 1);
}

TEST_P(WorkflowContract, AStatusOnlyRises) {
    const auto id = an_id();
    accept(an_intake(id));
    set(id, {.state = state::processing, .order = 0, .reason = ""});
    set(id, {.state = state::accepted, .order = 0, .reason = ""});
    EXPECT_EQ(find(id).state.state, state::processing);

    set(id, {.state = state::failed, .order = 0, .reason = "first"});
    set(id, {.state = state::failed, .order = 0, .reason = "second"});
    set(id, {.state = state::processing, .order = 0, .reason = ""});
    EXPECT_EQ(find(id).state.state, state::failed);
    EXPECT_EQ(find(id).state.reason, "first");

    set(id, {.state = state::completed, .order = 7, .reason = ""});
    set(id, {.state = state::failed, .order = 0, .reason = "late"});
    EXPECT_EQ(find(id).state.state, state::completed);
    EXPECT_EQ(find(id).state.order, 7);
    EXPECT_EQ(find(id).state.reason, "");
}

TEST_P(WorkflowContract, ApplySetsTheMapWhateverStandsThere) {
    const auto known = an_id(), unknown = an_id();
    accept(an_intake(known));

    apply(a_change(known, {.state = state::processing, .order = 0, .reason = ""}, "CUST-0002"));
    apply(a_change(unknown, {.state = state::processing, .order = 0, .reason = ""}, "CUST-0003"));

    EXPECT_EQ(find(known).owner, contracts::user_id{"CUST-0002"});
    EXPECT_EQ(find(unknown).owner, contracts::user_id{"CUST-0003"});
    EXPECT_EQ(find(unknown).state.state, state::processing);
}

TEST_P(WorkflowContract, AChangeWithoutUserChangesOnlyWhatStandsThere) {
    const auto known = an_id(), unknown = an_id();
    accept(an_intake(known));

    apply(a_change(known, {.state = state::failed, .order = 0, .reason = "why"}, ""));
    apply(a_change(unknown, {.state = state::failed, .order = 0, .reason = "why"}, ""));

    EXPECT_EQ(find(known).owner, contracts::user_id{"CUST-0001"});
    EXPECT_EQ(find(known).state.state, state::failed);
    EXPECT_EQ(find(unknown).state.state, state::none);
}

TEST_P(WorkflowContract, AppliesABatchToEachOrder) {
    std::vector<change> changes;
    for (std::int64_t i = 1; i <= 50; ++i)
        changes.push_back(a_change(an_id(), {.state = state::completed, .order = i, .reason = ""}));
    std::vector<contracts::correlation_id> ids;
    for (const auto& c : changes) ids.push_back(c.id);

    ASSERT_TRUE(sync(store_->apply(ctx_, changes)));

    const auto views = sync(store_->find_all(ctx_, ids)).value();
    ASSERT_EQ(views.size(), 50u);
    for (std::size_t i = 0; i < views.size(); ++i) EXPECT_EQ(views[i].state.order, static_cast<std::int64_t>(i + 1));
}

TEST_P(WorkflowContract, FindAllAnswersUnknownIdsEmptyInTheirPlace) {
    const auto known = an_id();
    accept(an_intake(known));

    const auto views = sync(store_->find_all(ctx_, {an_id(), known})).value();

    ASSERT_EQ(views.size(), 2u);
    EXPECT_FALSE(views[0].owner);
    EXPECT_TRUE(views[1].owner);
}

TEST_P(WorkflowContract, TheFirstTimeOfAStepStaysAndAttemptsRise) {
    const auto id = an_id();
    accept(an_intake(id));
    auto first = a_change(id, {});
    first.steps[step::processing] = 3'000;
    first.steps.attempts = 2;
    auto later = a_change(id, {});
    later.steps[step::accepted] = 9'000;
    later.steps[step::processing] = 9'000;
    later.steps[step::persisted] = 4'000;
    later.steps.attempts = 1;

    apply(first);
    apply(later);

    const auto steps = find(id).steps;
    EXPECT_EQ(steps[step::accepted], 1'000);
    EXPECT_EQ(steps[step::processing], 3'000);
    EXPECT_EQ(steps[step::persisted], 4'000);
    EXPECT_EQ(steps.attempts, 2);
}

TEST_P(WorkflowContract, ForgetLeavesNothing) {
    const auto id = an_id();
    accept(an_intake(id));

    ASSERT_TRUE(sync(store_->forget(ctx_, id)));
    ASSERT_TRUE(sync(store_->forget(ctx_, id)));

    const auto view = find(id);
    EXPECT_FALSE(view.owner);
    EXPECT_FALSE(view.pending);
    EXPECT_EQ(view.state.state, state::none);
}

TEST_P(WorkflowContract, KnowsAtLeastWhatWasAcceptedSinceItSaysSo) {
    const auto since = store_->knows_since();

    EXPECT_GT(since, 0);
    accept(an_intake(an_id()));
    EXPECT_EQ(store_->knows_since(), since);
}

TEST_P(WorkflowContract, EverythingOfAnOrderExpires) {
    const auto id = an_id();
    accept(an_intake(id));

    pass(subject_.ttl);

    EXPECT_FALSE(find(id).owner);
    EXPECT_FALSE(find(id).pending);
    EXPECT_EQ(find(id).state.state, state::none);
    EXPECT_FALSE(touch(id));
    EXPECT_FALSE(accept(an_intake(id)).known);
}

TEST_P(WorkflowContract, ProcessingKeepsAnOrderAlive) {
    const auto id = an_id();
    accept(an_intake(id));

    pass(subject_.ttl * 2 / 3);
    set(id, {.state = state::processing, .order = 0, .reason = ""});
    pass(subject_.ttl * 2 / 3);

    EXPECT_EQ(find(id).state.state, state::processing);
}

TEST_P(WorkflowContract, TouchTellsOnlyTheOwner) {
    const auto id = an_id();
    accept(an_intake(id));

    EXPECT_TRUE(touch(id));
    EXPECT_FALSE(touch(id, "CUST-0002"));
    EXPECT_FALSE(touch(an_id()));
    EXPECT_EQ(find(id).owner, contracts::user_id{"CUST-0001"});
}

TEST_P(WorkflowContract, TouchKeepsAQueuedOrderAlive) {
    const auto id = an_id();
    accept(an_intake(id));
    auto queued = a_change(id, {});
    queued.steps[step::queued] = 2'000;
    apply(queued);

    pass_asking(id);

    EXPECT_EQ(find(id).state.state, state::accepted);
}

TEST_P(WorkflowContract, TouchLetsAnOrderExpireThatWasNeverQueued) {
    const auto id = an_id();
    accept(an_intake(id));

    pass_asking(id);

    EXPECT_FALSE(find(id).owner);
}

}  // namespace workflow::test
