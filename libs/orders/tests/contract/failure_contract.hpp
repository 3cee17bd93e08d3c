// Recording failures, and what they mean for a later insert.
#pragma once
#include "orders_fixture.hpp"

namespace orders::test {

TEST_P(OrdersContract, RecordsAFailureWhereThereIsNoRow) {
    const auto order = an_order({line("NOPE", 3)});

    EXPECT_THAT(record({failure_of(order, "no such product")}), testing::ElementsAre(true));

    const auto found = find(order.id);
    EXPECT_FALSE(found.row);
    ASSERT_TRUE(found.failure);
    EXPECT_EQ(found.failure->customer, order.customer);
    EXPECT_EQ(found.failure->reason, "no such product");
    EXPECT_EQ(found.failure->accepted_at, order.accepted_at);
    EXPECT_EQ(found.failure->items_json, R"([{"ProductId":"NOPE","Quantity":3}])");
    EXPECT_EQ(found.failure->steps[step::accepted], order.accepted_at);
}

TEST_P(OrdersContract, AnOrderThatHasARowNeverFails) {
    const auto order = an_order(), deleted = an_order();
    insert_one(order);
    erase(insert_one(deleted).id);

    EXPECT_THAT(record({failure_of(order), failure_of(deleted)}), testing::ElementsAre(false, false));
    EXPECT_FALSE(find(order.id).failure);
}

TEST_P(OrdersContract, AFailureAgainIsTheSameFailure) {
    const auto order = an_order();
    const auto first = failure_of(order, "first"), second = failure_of(order, "second");

    EXPECT_THAT(record({first, second}), testing::ElementsAre(true, true));
    EXPECT_THAT(record({second}), testing::ElementsAre(true));

    EXPECT_EQ(find(order.id).failure->reason, "first");
}

TEST_P(OrdersContract, RecordsAFailureOfWhichOnlyTheIdIsKnown) {
    const auto id = an_id();

    EXPECT_THAT(record({{.id = id, .customer = {}, .items_json = {}, .reason = "unreadable", .steps = {}}}),
                testing::ElementsAre(true));

    const auto found = find(id);
    ASSERT_TRUE(found.failure);
    EXPECT_TRUE(found.failure->customer.empty());
    EXPECT_EQ(found.failure->accepted_at, 0);
    EXPECT_EQ(found.failure->items_json, "");
}

TEST_P(OrdersContract, AReplayThatSucceedsRemovesTheFailure) {
    const auto order = an_order(), other = an_order();
    record({failure_of(order), failure_of(other)});

    EXPECT_EQ(insert_one(order).what, inserted);

    EXPECT_TRUE(find(order.id).row);
    EXPECT_FALSE(find(order.id).failure);
    EXPECT_TRUE(find(other.id).failure);
}

TEST_P(OrdersContract, AFailureKeepsItsIdAgainstAnotherBodyOrOwner) {
    const auto order = an_order();
    auto foreign = order;
    foreign.customer = contracts::user_id{"CUST-0002"};
    record({failure_of(order)});

    const auto answers = insert({changed(order), foreign, order});

    EXPECT_EQ(answers[0].what, key_reused);
    EXPECT_EQ(answers[1].what, key_reused);
    EXPECT_EQ(answers[2].what, inserted);
    EXPECT_EQ(find(order.id).row->print, order.print);
}

TEST_P(OrdersContract, AFailureOfWhichNothingIsKnownClashesWithNothing) {
    const auto order = an_order();
    record({{.id = order.id, .customer = {}, .items_json = "not json", .reason = "unreadable", .steps = {}}});

    EXPECT_EQ(insert_one(order).what, inserted);
    EXPECT_FALSE(find(order.id).failure);
}

TEST_P(OrdersContract, AnOrderThatCannotBeStoredKeepsItsFailure) {
    const auto order = an_order({line("NOPE")});
    record({failure_of(order)});

    EXPECT_EQ(insert_one(order).what, unknown_product);

    EXPECT_TRUE(find(order.id).failure);
}

}  // namespace orders::test
