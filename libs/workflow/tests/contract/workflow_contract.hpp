// What every adapter of workflow::store must do. Include it in one test program per adapter and instantiate
// it:
//   INSTANTIATE_TEST_SUITE_P(Memory, WorkflowContract, testing::Values(make_subject));
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/id_source.hpp"
#include "sync.hpp"
#include "workflow/store.hpp"

namespace workflow::test {

// A fresh, empty store, and a way to let its time pass.
struct subject {
    std::shared_ptr<store> adapter;
    std::function<void(std::chrono::microseconds)> advance;
    std::chrono::microseconds ttl;
    std::size_t feed_length;
};
using subject_factory = std::function<subject()>;

class WorkflowContract : public testing::TestWithParam<subject_factory> {
protected:
    using state = contracts::order_state;
    using step = contracts::step;

    static contracts::correlation_id an_id() {
        base::uuid::bytes random;
        static base::seeded_ids source{7};
        source.fill(random);
        return base::uuid::v7(1'767'225'600'000, random);
    }
    static intake an_intake(const contracts::correlation_id& id, const std::string& user = "CUST-0001") {
        intake in;
        in.id = id;
        in.user = contracts::user_id{user};
        in.pending.print.fill(1);
        in.pending.body = R"({"total":129.00})";
        in.accepted_at = 1'000;
        in.trace_id = "0af7651916cd43dd8448eb211c80319c";
        return in;
    }
    static change a_change(const contracts::correlation_id& id, status to,
                           const std::string& user = "CUST-0001") {
        change c;
        c.id = id;
        c.user = contracts::user_id{user};
        c.to = std::move(to);
        return c;
    }
    static contracts::notification news(const contracts::correlation_id& id, state s = state::completed,
                                        const std::string& user = "CUST-0001") {
        contracts::notification n;
        n.id = id;
        n.user = contracts::user_id{user};
        n.state = s;
        n.order = s == state::completed ? 42 : 0;
        n.reason = s == state::failed ? "no such product" : "";
        n.steps[step::accepted] = 1'000;
        n.steps.trace_id = "0af7651916cd43dd8448eb211c80319c";
        return n;
    }

    known_order accept(intake in) { return sync(store_->accept(ctx_, std::move(in))).value(); }
    void apply(change c) { ASSERT_TRUE(sync(store_->apply(ctx_, {std::move(c)}))); }
    void set(const contracts::correlation_id& id, status to) { apply(a_change(id, std::move(to))); }
    order_view find(const contracts::correlation_id& id) { return sync(store_->find(ctx_, id)).value(); }
    bool touch(const contracts::correlation_id& id, const std::string& user = "CUST-0001") {
        return sync(store_->touch(ctx_, id, contracts::user_id{user})).value();
    }
    contracts::notification append(contracts::notification n) {
        return sync(store_->append(ctx_, {std::move(n)})).value().at(0);
    }
    feed_page read(std::int64_t after, const std::string& user = "CUST-0001") {
        return sync(store_->read_feed(ctx_, contracts::user_id{user}, after)).value();
    }
    void pass(std::chrono::microseconds time) { subject_.advance(time); }
    // Time passes in three steps, with the order asked for in between.
    void pass_asking(const contracts::correlation_id& id) {
        for (int i = 0; i < 3; ++i) {
            pass(subject_.ttl * 2 / 3);
            touch(id);
        }
    }

    subject subject_ = GetParam()();
    store* store_ = subject_.adapter.get();
    base::call_context ctx_;
};

// Intake

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

// Status, map, timeline

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
    for (std::size_t i = 0; i < views.size(); ++i)
        EXPECT_EQ(views[i].state.order, static_cast<std::int64_t>(i + 1));
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

// Time to live

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

// Feed

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
    for (std::size_t i = 0; i < subject_.feed_length + 2; ++i)
        given.push_back(append(news(an_id())).sequence);

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
