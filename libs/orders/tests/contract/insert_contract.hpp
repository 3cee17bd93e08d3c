// Inserting orders.
#pragma once
#include "orders_fixture.hpp"

namespace orders::test {

TEST_P(OrdersContract, StoresAnOrderWithItsLines) {
    const auto order = an_order({line("AZ-700", 2, 11'111), line("AZ-900", 3, 1'250)});

    const auto answer = insert_one(order);

    EXPECT_EQ(answer.what, inserted);
    EXPECT_GE(answer.id, 1);
    const auto stored = find(answer.id);
    ASSERT_TRUE(stored);
    EXPECT_EQ(stored->value.id, answer.id);
    EXPECT_EQ(stored->value.correlation, order.id);
    EXPECT_EQ(stored->value.state, contracts::order_state::completed);
    EXPECT_EQ(stored->value.created_at, order.accepted_at);
    EXPECT_EQ(stored->customer, order.customer);
    EXPECT_EQ(stored->print, order.print);
    EXPECT_FALSE(stored->deleted);
    ASSERT_EQ(stored->value.items.size(), 2u);
    EXPECT_EQ(stored->value.items[0].product, contracts::product_id{"AZ-700"});
    EXPECT_EQ(stored->value.items[0].quantity, 2);
    EXPECT_EQ(stored->value.items[0].unit_price.cents, 11'111);
    EXPECT_EQ(stored->value.items[1].name, "Azure Fundamentals");
    EXPECT_EQ(stored->value.items[1].image_url, "/covers/AZ-900.svg");
    EXPECT_EQ(stored->value.items[1].unit_price.cents, 1'250);
}

TEST_P(OrdersContract, StoresTheTimeline) {
    const auto order = an_order();

    const auto stored = find(insert_one(order).id);

    EXPECT_EQ(stored->steps[step::accepted], order.accepted_at);
    EXPECT_EQ(stored->steps[step::persisted], order.accepted_at + 5'000);
    EXPECT_EQ(stored->steps.attempts, 1);
    EXPECT_EQ(stored->steps.trace_id, order.steps.trace_id);
}

TEST_P(OrdersContract, TakesTheCataloguesPriceAndItsOwnTimeWhereTheMessageHasNone) {
    auto order = an_order({line("AZ-700", 1, std::nullopt), line("AZ-900", 1, 1)});
    order.accepted_at = 0;

    const auto stored = find(insert_one(order).id);

    EXPECT_EQ(stored->value.items[0].unit_price.cents, 12'900);
    EXPECT_EQ(stored->value.items[1].unit_price.cents, 1);
    EXPECT_EQ(stored->value.created_at, subject_.clock->now());
}

TEST_P(OrdersContract, OneProductMayStandOnTwoLines) {
    const auto stored = find(insert_one(an_order({line("AZ-900", 1), line("AZ-900", 2)})).id);

    ASSERT_EQ(stored->value.items.size(), 2u);
    EXPECT_EQ(stored->value.items[1].quantity, 2);
}

TEST_P(OrdersContract, AnswersABatchInItsOrder) {
    const auto first = an_order(), second = an_order();
    insert_one(second);

    const auto answers = insert({first, second, an_order({line("NOPE")})});

    ASSERT_EQ(answers.size(), 3u);
    EXPECT_EQ(answers[0].what, inserted);
    EXPECT_EQ(answers[1].what, already_there);
    EXPECT_EQ(answers[2].what, unknown_product);
}

TEST_P(OrdersContract, AnEmptyBatchIsNothing) {
    EXPECT_TRUE(insert({}).empty());
    EXPECT_TRUE(record({}).empty());
    EXPECT_TRUE(sync(store_->find_all(ctx_, {})).value().empty());
}

TEST_P(OrdersContract, TheSameAgainIsThereAlreadyAndUntouched) {
    const auto order = an_order({line("AZ-900", 1, 1'250)});
    const auto first = insert_one(order);
    auto again = order;
    again.items[0].unit_price = contracts::money{9'999};
    again.accepted_at += 1'000'000;

    const auto second = insert_one(again);

    EXPECT_EQ(second.what, already_there);
    EXPECT_EQ(second.id, first.id);
    EXPECT_FALSE(second.deleted);
    EXPECT_EQ(find(first.id)->value.items[0].unit_price.cents, 1'250);
    EXPECT_EQ(find(first.id)->value.created_at, order.accepted_at);
    EXPECT_EQ(page().total, 1);
}

TEST_P(OrdersContract, SaysThatWhatIsThereWasDeletedSince) {
    const auto order = an_order();
    const auto first = insert_one(order);
    erase(first.id);

    const auto again = insert_one(order);

    EXPECT_EQ(again.what, already_there);
    EXPECT_TRUE(again.deleted);
    EXPECT_TRUE(find(order.id).row->deleted);
}

TEST_P(OrdersContract, AnotherBodyUnderTheIdIsAReusedKey) {
    const auto order = an_order();
    const auto first = insert_one(order);

    const auto second = insert_one(changed(order));

    EXPECT_EQ(second.what, key_reused);
    EXPECT_EQ(find(first.id)->print, order.print);
    EXPECT_EQ(find(first.id)->value.items.size(), 1u);
}

TEST_P(OrdersContract, AnotherOwnerUnderTheIdIsAReusedKey) {
    auto order = an_order();
    const auto first = insert_one(order);
    order.customer = contracts::user_id{"CUST-0002"};

    EXPECT_EQ(insert_one(order).what, key_reused);
    EXPECT_EQ(find(first.id)->customer, contracts::user_id{"CUST-0001"});
}

TEST_P(OrdersContract, TheRowIsLookedForBeforeTheProducts) {
    auto order = an_order();
    insert_one(order);
    order.items = {line("NOPE")};  // unknown, but the fingerprint is the row's

    EXPECT_EQ(insert_one(order).what, already_there);
}

TEST_P(OrdersContract, TwinsInABatchAreOneOrder) {
    const auto order = an_order(), other = an_order();

    const auto answers = insert({order, other, order, order});

    EXPECT_EQ(answers[0].what, inserted);
    EXPECT_EQ(answers[1].what, inserted);
    EXPECT_EQ(answers[2].what, already_there);
    EXPECT_EQ(answers[2].id, answers[0].id);
    EXPECT_EQ(answers[3].id, answers[0].id);
    EXPECT_EQ(page().total, 2);
}

TEST_P(OrdersContract, TheFirstOfABatchKeepsTheId) {
    const auto order = an_order();

    const auto answers = insert({order, changed(order)});

    EXPECT_EQ(answers[0].what, inserted);
    EXPECT_EQ(answers[1].what, key_reused);
    EXPECT_EQ(find(answers[0].id)->print, order.print);
}

TEST_P(OrdersContract, NamesEveryUnknownProductAndWritesNothingOfThatOrder) {
    const auto bad = an_order({line("AZ-900"), line("NOPE-1"), line("NOPE-2")}, "CUST-NEW");
    const auto good = an_order();

    const auto answers = insert({bad, good});

    EXPECT_EQ(answers[0].what, unknown_product);
    EXPECT_EQ(answers[0].detail, "NOPE-1, NOPE-2");
    EXPECT_EQ(answers[1].what, inserted);
    EXPECT_FALSE(find(bad.id).row);
    EXPECT_EQ(subject_.customers(), 1u);
}

TEST_P(OrdersContract, ATwinOfAnUnknownProductSharesItsFate) {
    const auto bad = an_order({line("NOPE")});

    const auto answers = insert({bad, bad, changed(bad)});

    EXPECT_EQ(answers[1].what, unknown_product);
    EXPECT_EQ(answers[2].what, key_reused);
    EXPECT_FALSE(find(bad.id).row);
}

TEST_P(OrdersContract, ProductAndUserIdsAreComparedByteForByte) {
    insert_one(an_order("cust-0001"));
    insert_one(an_order("CUST-0001"));

    EXPECT_EQ(insert_one(an_order({line("az-900")})).what, unknown_product);
    EXPECT_EQ(page(0, 10, "cust-0001").total, 1);
    EXPECT_EQ(page(0, 10, "CUST-0001").total, 1);
    EXPECT_EQ(page(0, 10, "Cust-0001").total, 0);
}

TEST_P(OrdersContract, AnInactiveProductIsStored) {
    subject_.deactivate("AZ-900");

    EXPECT_EQ(insert_one(an_order()).what, inserted);
}

TEST_P(OrdersContract, IdsAreDataAndNeverSql) {
    const std::string user = "Robert'); DROP TABLE \"Order\";-- ✓\xf0\x9f\x9b\x92";
    const auto order = an_order(user);

    const auto answer = insert_one(order);

    EXPECT_EQ(answer.what, inserted);
    EXPECT_EQ(find(answer.id)->customer.str(), user);
    EXPECT_EQ(page(0, 10, user).total, 1);
}

TEST_P(OrdersContract, OneCustomerIsMadeForManyOrders) {
    insert({an_order("CUST-9"), an_order("CUST-9"), an_order("CUST-8")});
    insert({an_order("CUST-9")});

    EXPECT_EQ(subject_.customers(), 2u);
    EXPECT_EQ(page(0, 10, "CUST-9").total, 3);
}

TEST_P(OrdersContract, OnePoisonedOrderOfFiveHundredCostsOnlyItself) {
    std::vector<new_order> batch;
    for (int i = 0; i < 500; ++i) batch.push_back(an_order("CUST-" + std::to_string(i % 7)));
    batch[321].items[0].quantity = 0;
    batch[321].customer = contracts::user_id{"CUST-POISON"};

    const auto answers = insert(batch);

    EXPECT_EQ(std::ranges::count(answers, inserted, &inserted_order::what), 499);
    EXPECT_EQ(answers[321].what, rejected);
    EXPECT_FALSE(answers[321].detail.empty());
    EXPECT_FALSE(find(batch[321].id).row);
    EXPECT_EQ(subject_.customers(), 7u);
    std::int64_t total = 0;
    for (int i = 0; i < 7; ++i) total += page(0, 1, "CUST-" + std::to_string(i)).total;
    EXPECT_EQ(total, 499);
    for (std::size_t i = 0; i < batch.size(); ++i)
        if (i != 321) ASSERT_EQ(find(answers[i].id)->value.correlation, batch[i].id);
}

TEST_P(OrdersContract, ABatchOfPoisonIsRefusedOneByOne) {
    std::vector<new_order> batch;
    for (int i = 0; i < 9; ++i) batch.push_back(an_order({line("AZ-900", -1)}));
    batch[4].items.clear();

    for (const auto& answer : insert(batch)) EXPECT_EQ(answer.what, rejected);

    EXPECT_EQ(page().total, 0);
    EXPECT_EQ(insert_one(an_order()).what, inserted);
}

TEST_P(OrdersContract, ConcurrentTwinsMakeOneOrder) {
    std::vector<new_order> batch;
    for (int i = 0; i < 20; ++i) batch.push_back(an_order());
    std::atomic<int> made{0};
    std::vector<std::jthread> replicas;
    for (int i = 0; i < 4; ++i)
        replicas.emplace_back([&] {
            for (const auto& answer : insert(batch)) made += answer.what == inserted;
        });
    replicas.clear();

    EXPECT_EQ(made, 20);
    EXPECT_EQ(page().total, 20);
}

// Any delivery at least once, in any order, in any batches, leaves each order once with its own lines.
TEST_P(OrdersContract, RandomBatchesWithDuplicatesLeaveEachOrderOnce) {
    std::mt19937 random{20260203};
    const auto below = [&](std::uint32_t n) { return static_cast<std::int32_t>(random() % n); };
    std::vector<new_order> all;
    for (int i = 0; i < 150; ++i) {
        std::vector<contracts::event_item> items;
        for (int n = 1 + below(4); n > 0; --n)
            items.push_back(line(below(2) ? "AZ-900" : "AZ-700", 1 + below(9), 1 + below(100'000)));
        all.push_back(an_order(std::move(items), "CUST-" + std::to_string(below(5))));
    }
    std::vector<std::size_t> deliveries;
    for (std::size_t i = 0; i < all.size(); ++i) deliveries.insert(deliveries.end(), 1 + random() % 5, i);
    std::ranges::shuffle(deliveries, random);

    std::map<contracts::correlation_id, contracts::order_id> ids;
    std::size_t made = 0;
    for (std::size_t at = 0; at < deliveries.size();) {
        const auto size = std::min<std::size_t>(1 + random() % 40, deliveries.size() - at);
        std::vector<new_order> batch;
        for (std::size_t i = 0; i < size; ++i) batch.push_back(all[deliveries[at + i]]);
        const auto answers = insert(batch);
        for (std::size_t i = 0; i < size; ++i) {
            made += answers[i].what == inserted;
            ASSERT_TRUE(answers[i].what == inserted || answers[i].what == already_there);
            const auto id = ids.try_emplace(batch[i].id, answers[i].id).first->second;
            ASSERT_EQ(answers[i].id, id);
        }
        at += size;
    }

    EXPECT_EQ(made, all.size());
    std::int64_t rows = 0;
    for (int i = 0; i < 5; ++i) rows += page(0, 1, "CUST-" + std::to_string(i)).total;
    EXPECT_EQ(rows, static_cast<std::int64_t>(all.size()));
    for (const auto& order : all) {
        const auto stored = find(ids.at(order.id));
        ASSERT_TRUE(stored);
        EXPECT_EQ(stored->customer, order.customer);
        ASSERT_EQ(stored->value.items.size(), order.items.size());
        for (std::size_t i = 0; i < order.items.size(); ++i) {
            EXPECT_EQ(stored->value.items[i].product, order.items[i].product);
            EXPECT_EQ(stored->value.items[i].quantity, order.items[i].quantity);
            EXPECT_EQ(stored->value.items[i].unit_price, *order.items[i].unit_price);
        }
    }
}

}  // namespace orders::test
