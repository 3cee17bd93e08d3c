// Reading and deleting orders, and the catalogue.
#pragma once
#include "orders_fixture.hpp"

namespace orders::test {

TEST_P(OrdersContract, FindsNothingWhereNothingIs) {
    EXPECT_FALSE(find(contracts::order_id{999}));
    const auto found = find(an_id());
    EXPECT_FALSE(found.row);
    EXPECT_FALSE(found.failure);
}

TEST_P(OrdersContract, FindsManyInTheOrderAskedFor) {
    const auto row = an_order(), failed = an_order();
    insert_one(row);
    record({failure_of(failed)});

    const auto found = sync(store_->find_all(ctx_, {failed.id, an_id(), row.id, row.id})).value();

    ASSERT_EQ(found.size(), 4u);
    EXPECT_TRUE(found[0].failure);
    EXPECT_FALSE(found[1].row || found[1].failure);
    EXPECT_EQ(found[2].row->value.correlation, row.id);
    EXPECT_EQ(found[3].row->value.correlation, row.id);
}

TEST_P(OrdersContract, PagesNewestFirstByAcceptanceThenId) {
    auto early = an_order(), late = an_order(), twin = an_order();
    early.accepted_at = 1'000;
    late.accepted_at = twin.accepted_at = 2'000;

    insert({late, twin, early});

    const auto all = page();
    EXPECT_EQ(all.total, 3);
    ASSERT_EQ(all.items.size(), 3u);
    EXPECT_EQ(all.items[0].correlation, twin.id);
    EXPECT_EQ(all.items[1].correlation, late.id);
    EXPECT_EQ(all.items[2].correlation, early.id);
}

TEST_P(OrdersContract, APageHoldsItsPartWithAllLines) {
    std::vector<new_order> batch;
    for (int i = 0; i < 25; ++i) {
        batch.push_back(an_order({line("AZ-900", i + 1), line("AZ-700", i + 1)}));
        batch.back().accepted_at = 1'000 + i;
    }
    insert(batch);

    const auto second = page(10, 10), last = page(20, 10), beyond = page(30, 10);

    ASSERT_EQ(second.items.size(), 10u);
    EXPECT_EQ(second.total, 25);
    EXPECT_EQ(second.items[0].created_at, 1'014);
    EXPECT_EQ(second.items[9].created_at, 1'005);
    for (const auto& order : second.items) {
        ASSERT_EQ(order.items.size(), 2u);
        EXPECT_EQ(order.items[0].product.str(), "AZ-900");
        EXPECT_EQ(order.items[1].quantity, order.created_at - 1'000 + 1);
    }
    EXPECT_EQ(last.items.size(), 5u);
    EXPECT_TRUE(beyond.items.empty());
    EXPECT_EQ(beyond.total, 25);
}

TEST_P(OrdersContract, APageShowsOnlyTheUsersOwnAndNotTheDeleted) {
    const auto mine = insert({an_order(), an_order()});
    insert({an_order("CUST-0002")});

    erase(mine[0].id);

    EXPECT_EQ(page().total, 1);
    ASSERT_EQ(page().items.size(), 1u);
    EXPECT_EQ(page().items[0].id, mine[1].id);
    EXPECT_EQ(page(0, 10, "CUST-0002").total, 1);
    EXPECT_EQ(page(0, 10, "nobody").total, 0);
}

TEST_P(OrdersContract, OnlyTheOwnerDeletesAndOnlyOnce) {
    const auto order = an_order();
    const auto id = insert_one(order).id;

    EXPECT_FALSE(erase(id, "CUST-0002"));
    EXPECT_FALSE(erase(id + 1));
    EXPECT_FALSE(find(id)->deleted);
    EXPECT_EQ(erase(id), order.id);
    EXPECT_FALSE(erase(id));
    EXPECT_TRUE(find(id)->deleted);
}

TEST_P(OrdersContract, TheCatalogueIsInShopOrderWithAllItsFields) {
    subject_.deactivate("SAA-C03");

    const auto products = sync(store_->catalogue(ctx_)).value();

    ASSERT_EQ(products.size(), 145u);
    EXPECT_EQ(products[0].id.str(), "AZ-900");
    EXPECT_EQ(products[0].name, "Azure Fundamentals");
    EXPECT_EQ(products[0].vendor, "Microsoft");
    EXPECT_EQ(products[0].category, "Cloud");
    EXPECT_EQ(products[0].image_url, "/covers/AZ-900.svg");
    EXPECT_EQ(products[0].billing_period, "Monthly");
    EXPECT_EQ(products[0].price.cents, 1'250);
    EXPECT_TRUE(products[0].is_subscription);
    EXPECT_TRUE(products[0].active);
    EXPECT_EQ(products[1].id.str(), "SAA-C03");
    EXPECT_FALSE(products[1].active);
    EXPECT_EQ(products[2].discount, 20);
}

TEST_P(OrdersContract, IsHealthy) { EXPECT_TRUE(store_->healthy()); }

}  // namespace orders::test
