#include "orders/judge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace orders;
using enum insert_result;

namespace {

new_order order(std::uint8_t id, std::uint8_t body, const std::string& user = "u") {
    new_order o;
    o.id = contracts::correlation_id{{id}};
    o.customer = contracts::user_id{user};
    o.print[0] = body;
    return o;
}
standing_row row_of(const new_order& o, contracts::order_id id) { return {o.customer, o.print, id, false}; }
insert_result what(const judgement& j, std::size_t at) { return j.answers[at].what; }

}  // namespace

TEST(Judge, WritesNewOrdersInQueueOrder) {
    const std::vector batch{order(3, 1), order(1, 1), order(2, 1)};

    const auto j = judge(batch, {});

    EXPECT_THAT(j.to_write, testing::ElementsAre(0, 1, 2));
    EXPECT_TRUE(j.twins.empty());
}

TEST(Judge, ComparesEachWithTheRowNotWithItsNeighbours) {
    const std::vector batch{order(1, 9), order(1, 1)};
    standing_by_id stands;
    stands[batch[0].id].row = row_of(order(1, 1), 42);

    const auto j = judge(batch, stands);

    EXPECT_TRUE(j.to_write.empty());
    EXPECT_EQ(what(j, 0), key_reused);
    EXPECT_EQ(what(j, 1), already_there);
    EXPECT_EQ(j.answers[1].id, 42);
}

TEST(Judge, LetsTheFailuresOwnBodyThroughThoughAnotherStandsBefore) {
    const std::vector batch{order(1, 9), order(1, 1), order(1, 1)};
    standing_by_id stands;
    stands[batch[0].id].failure = {.customer = contracts::user_id{"u"}, .print = order(1, 1).print};

    const auto j = judge(batch, stands);

    EXPECT_EQ(what(j, 0), key_reused);
    EXPECT_THAT(j.to_write, testing::ElementsAre(1));
    ASSERT_EQ(j.twins.size(), 1u);
    EXPECT_EQ(j.twins[0].at, 2u);
    EXPECT_EQ(j.twins[0].first, 1u);
}

TEST(Judge, KnowsAFailureByWhatIsKnownOfIt) {
    const std::vector batch{order(1, 1, "u"), order(2, 1, "other"), order(3, 1, "u")};
    standing_by_id stands;
    stands[batch[0].id].failure = {.customer = contracts::user_id{"u"}, .print = {}};
    stands[batch[1].id].failure = {.customer = contracts::user_id{"u"}, .print = {}};
    stands[batch[2].id].failure = {.customer = {}, .print = order(3, 2).print};

    const auto j = judge(batch, stands);

    EXPECT_THAT(j.to_write, testing::ElementsAre(0));
    EXPECT_EQ(what(j, 1), key_reused);
    EXPECT_EQ(what(j, 2), key_reused);
}

TEST(Judge, SettlesTwinsByTheirFirst) {
    const std::vector batch{order(1, 1), order(1, 1), order(2, 1), order(2, 1)};
    auto j = judge(batch, {});
    j.answers[0] = {inserted, 7, false, {}};
    j.answers[2] = {rejected, 0, false, "why"};

    settle_twins(j);

    EXPECT_EQ(what(j, 1), already_there);
    EXPECT_EQ(j.answers[1].id, 7);
    EXPECT_EQ(what(j, 3), rejected);
    EXPECT_EQ(j.answers[3].detail, "why");
}
