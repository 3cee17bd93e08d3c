#include "ledger.hpp"

#include <gtest/gtest.h>

namespace {

using load::ledger;
using load::progress;
using load::telling;

base::uuid id(std::uint8_t n) {
    base::uuid::bytes b{};
    b[15] = n;
    return base::uuid{b};
}

struct LoadLedger : testing::Test {
    ledger l;
    std::size_t keyed(std::uint32_t user, std::uint8_t n) {
        return l.intend(user, 0, id(std::uint8_t(n + 100)), id(n), 0);
    }
    std::size_t keyless(std::uint32_t user) { return l.intend(user, 0, {}, {}, 0); }
};

TEST_F(LoadLedger, FindsNothingWhenAllWentWell) {
    const auto a = keyed(1, 1), b = keyed(2, 2);
    l.answered(a, id(1), 5);
    l.answered(b, id(2), 5);
    EXPECT_EQ(l.told(1, id(1), progress::completed, 11, true), telling::news);
    EXPECT_EQ(l.told(2, id(2), progress::failed, 0, true), telling::news);

    const auto v = l.judge();
    EXPECT_TRUE(v.kept());
    EXPECT_EQ(v.accepted, 2u);
    EXPECT_EQ(v.completed, 1u);
    EXPECT_EQ(v.failed, 1u);
    EXPECT_EQ(l.settled(), 2u);
}

TEST_F(LoadLedger, CallsAnAcceptedOrderLostWhenNobodyTellsItsEnd) {
    l.answered(keyed(1, 1), id(1), 5);
    EXPECT_EQ(l.judge().lost, 1u);
    l.found(0, progress::processing, 0, progress::none);
    EXPECT_EQ(l.judge().lost, 1u);
    l.found(0, progress::completed, 3, progress::none);
    EXPECT_EQ(l.judge().lost, 0u);
    EXPECT_EQ(l.judge().by_status, 1u);
}

TEST_F(LoadLedger, DoesNotMissAnOrderThatWasNeverAccepted) {
    l.gave_up(keyed(1, 1));
    const auto v = l.judge();
    EXPECT_TRUE(v.kept());
    EXPECT_EQ(v.unanswered, 1u);
    EXPECT_EQ(l.open(), 0u);
}

TEST_F(LoadLedger, AllowsToBeToldTwice) {
    l.answered(keyed(1, 1), id(1), 5);
    l.told(1, id(1), progress::completed, 11, true);
    EXPECT_EQ(l.told(1, id(1), progress::completed, 11, true), telling::repeat);
    EXPECT_TRUE(l.judge().kept());
    EXPECT_EQ(l.judge().repeated, 1u);
}

TEST_F(LoadLedger, SeesTwoBusinessIdsForOneOrder) {
    l.answered(keyed(1, 1), id(1), 5);
    l.told(1, id(1), progress::completed, 11, true);
    l.told(1, id(1), progress::completed, 12, true);
    EXPECT_EQ(l.judge().doubled, 1u);
}

TEST_F(LoadLedger, SeesAnAnswerWithAnotherIdThanTheKeyMakes) {
    l.answered(keyed(1, 1), id(2), 5);
    EXPECT_EQ(l.judge().doubled, 1u);
}

TEST_F(LoadLedger, SeesTwoAnswersWithDifferentIds) {
    const auto a = keyless(1);
    l.answered(a, id(1), 5);
    l.answered(a, id(2), 6);
    EXPECT_EQ(l.judge().doubled, 1u);
}

TEST_F(LoadLedger, SeesOneIdForTwoOrders) {
    l.answered(keyless(1), id(1), 5);
    l.answered(keyless(1), id(1), 6);
    EXPECT_EQ(l.judge().doubled, 1u);
}

TEST_F(LoadLedger, SeesWhatWasToldToSomebodyElse) {
    l.answered(keyed(1, 1), id(1), 5);
    EXPECT_EQ(l.told(2, id(1), progress::completed, 11, true), telling::stranger);
    EXPECT_EQ(l.judge().foreign, 1u);
}

TEST_F(LoadLedger, SeesAnOrderThatNobodyAskedFor) {
    l.told(1, id(9), progress::completed, 11, true);
    EXPECT_EQ(l.judge().foreign, 1u);
}

TEST_F(LoadLedger, BelievesATellingThatOverTakesTheAnswer) {
    const auto a = keyless(1);
    l.told(1, id(1), progress::completed, 11, true);
    l.answered(a, id(1), 5);
    const auto v = l.judge();
    EXPECT_TRUE(v.kept());
    EXPECT_EQ(v.completed, 1u);
    EXPECT_EQ(l.settled(), 1u);
}

TEST_F(LoadLedger, ExplainsAStrangerByAnUnansweredOrderWithoutKey) {
    l.gave_up(keyless(1));
    l.told(1, id(1), progress::completed, 11, true);
    EXPECT_TRUE(l.judge().kept());
    l.told(1, id(2), progress::completed, 12, true);
    EXPECT_EQ(l.judge().foreign, 1u);
}

TEST_F(LoadLedger, SeesAStatusThatFell) {
    l.answered(keyed(1, 1), id(1), 5);
    l.found(0, progress::processing, 0, progress::accepted);
    l.found(0, progress::accepted, 0, progress::processing);
    EXPECT_EQ(l.judge().regressed, 1u);
}

TEST_F(LoadLedger, SeesAPushThatFellButForgivesAReplay) {
    l.answered(keyed(1, 1), id(1), 5);
    l.told(1, id(1), progress::completed, 11, true);
    l.told(1, id(1), progress::failed, 0, false);
    EXPECT_EQ(l.judge().regressed, 0u);
    l.told(1, id(1), progress::failed, 0, true);
    EXPECT_EQ(l.judge().regressed, 1u);
}

TEST_F(LoadLedger, CountsAnswersThatNothingExplains) {
    l.refused(keyed(1, 1), true);
    EXPECT_TRUE(l.judge().kept());
    l.refused(keyed(1, 2), false);
    EXPECT_FALSE(l.judge().kept());
}

}  // namespace
