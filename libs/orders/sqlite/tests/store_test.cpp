#include <gtest/gtest.h>

#include "../src/failures.hpp"
#include "../src/sql.hpp"
#include "orders_contract.hpp"
#include "support.hpp"

using namespace orders;
using namespace orders::test;

namespace {

struct sqlite_shop {
    sqlite_shop() {
        const auto migrated = sync(migrate(base.ctx, *base.db, base.clock));
        if (!migrated) throw std::runtime_error{migrated.error().message};
        auto files = shop_seed();
        files.customers = "externalCustomerId,name,email,city,country\n";
        files.orders = "correlationId,externalCustomerId,productId,quantity,unitPrice,createdAt\n";
        const auto filled = sync(seed(base.ctx, *base.db, base.clock, files));
        if (!filled) throw std::runtime_error{filled.error().message};
        store = make_sqlite_store(*base.db, base.clock);
    }
    void execute(const std::string& sql) {
        ASSERT_TRUE(base.write([&](sqlite::connection& c) { return c.execute(sql); }));
    }

    test_database base;
    std::unique_ptr<orders::store> store;
};

subject make_subject() {
    auto shop = std::make_shared<sqlite_shop>();
    return {.adapter = {shop, shop->store.get()},
            .clock = {shop, &shop->base.clock},
            .deactivate =
                [shop](const std::string& product) {
                    shop->execute("UPDATE Product SET IsActive = 0 WHERE ExternalProductId = '" + product + "'");
                },
            .customers = [shop] { return std::stoul(shop->base.ask("SELECT count(*) FROM Customer")); }};
}

class SqliteOrders : public testing::Test {
protected:
    new_order an_order() {
        new_order order;
        order.id = ids_.make_v7(shop_.base.clock);
        order.customer = contracts::user_id{"CUST-0001"};
        order.items = {{contracts::product_id{"AZ-900"}, 1, contracts::money{1'250}}};
        order.print = contracts::fingerprint_of(std::span<const contracts::event_item>{order.items});
        return order;
    }
    std::vector<std::string> plan_of(std::string_view statement) {
        std::vector<std::string> plan;
        const auto text = "EXPLAIN QUERY PLAN " + std::string{statement};
        EXPECT_TRUE(sync(shop_.base.db->read(ctx_, [&](sqlite::connection& c) -> base::result<> {
            auto row = c.prepare(text);
            for (;;) {
                const auto more = row.step();
                if (!more) return std::unexpected(more.error());
                if (!*more) return {};
                plan.emplace_back(row.text(3));
            }
        })));
        return plan;
    }
    std::string rows() { return shop_.base.ask(R"(SELECT count(*) FROM "Order")"); }

    sqlite_shop shop_;
    base::seeded_ids ids_{5};
    base::call_context ctx_;
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Sqlite, OrdersContract, testing::Values(make_subject));

TEST_F(SqliteOrders, JoinsAUnitAndCommitsWithIt) {
    auto unit = sync(shop_.base.db->begin(ctx_)).value();

    const auto answers = sync(shop_.store->insert(ctx_, {an_order(), an_order()}, unit.get())).value();
    EXPECT_EQ(answers[1].what, insert_result::inserted);
    EXPECT_EQ(rows(), "0");
    ASSERT_TRUE(sync(shop_.base.db->commit(std::move(unit))));

    EXPECT_EQ(rows(), "2");
}

TEST_F(SqliteOrders, SeesItsOwnUnitsRows) {
    auto unit = sync(shop_.base.db->begin(ctx_)).value();
    const auto order = an_order();
    failed_order failure;
    failure.id = order.id;
    failure.reason = "why";
    sync(shop_.store->insert(ctx_, {order}, unit.get())).value();

    const auto again = sync(shop_.store->insert(ctx_, {order}, unit.get())).value();
    const auto failed = sync(shop_.store->record_failures(ctx_, {failure}, unit.get())).value();

    EXPECT_EQ(again[0].what, insert_result::already_there);
    EXPECT_FALSE(failed[0]);
}

TEST_F(SqliteOrders, AUnitThatIsDroppedLeavesNothing) {
    const auto order = an_order();
    {
        auto unit = sync(shop_.base.db->begin(ctx_)).value();
        sync(shop_.store->insert(ctx_, {order}, unit.get())).value();
    }

    EXPECT_EQ(sync(shop_.store->insert(ctx_, {order})).value()[0].what, insert_result::inserted);
    EXPECT_EQ(rows(), "1");
}

TEST_F(SqliteOrders, APoisonedOrderLeavesItsNeighboursInTheUnit) {
    auto unit = sync(shop_.base.db->begin(ctx_)).value();
    std::vector<new_order> batch{an_order(), an_order(), an_order()};
    batch[1].items[0].quantity = 0;

    sync(shop_.store->insert(ctx_, batch, unit.get())).value();
    ASSERT_TRUE(sync(shop_.base.db->commit(std::move(unit))));

    EXPECT_EQ(rows(), "2");
}

TEST_F(SqliteOrders, IsDurableByItselfBesideAForeignUnit) {
    struct foreign final : base::unit {
        void after_commit(std::function<void()>) override {}
    } unit;

    sync(shop_.store->insert(ctx_, {an_order()}, &unit)).value();

    EXPECT_EQ(rows(), "1");
}

TEST_F(SqliteOrders, KeepsWhatItAnsweredOverARestart) {
    const auto order = an_order();
    sync(shop_.store->insert(ctx_, {order})).value();
    shop_.store.reset();
    shop_.base.reopen();
    shop_.store = make_sqlite_store(*shop_.base.db, shop_.base.clock);

    EXPECT_EQ(sync(shop_.store->insert(ctx_, {order})).value()[0].what, insert_result::already_there);
}

TEST_F(SqliteOrders, GivesUpABatchPastItsDeadlineAndLeavesNothing) {
    shop_.base.clock.advance(std::chrono::hours{24 * 365 * 100});  // the store's time is past it, the database's is not
    base::call_context ctx;
    ctx.due = std::chrono::steady_clock::now() + std::chrono::hours{1};

    const auto answer = sync(shop_.store->insert(ctx, {an_order()}));

    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, base::fault_kind::timeout);
    EXPECT_EQ(rows(), "0");
}

TEST_F(SqliteOrders, NoStatementWalksThroughATableOfOrders) {
    // The page's own orders, at most a hundred, are gathered by the index first and then walked and sorted.
    for (const auto statement : sql::with_orders_at_hand)
        for (const auto& step : plan_of(statement)) {
            SCOPED_TRACE(statement);
            if (step.starts_with("SCAN")) EXPECT_THAT(step, testing::AnyOf("SCAN CONSTANT ROW", "SCAN picked"));
            if (step.find("TEMP B-TREE") != std::string::npos) EXPECT_EQ(statement, sql::page);
        }
}

TEST_F(SqliteOrders, ThePageAndItsCountAreFoundByTheirIndex) {
    EXPECT_THAT(plan_of(sql::page),
                testing::Contains("SEARCH Order USING COVERING INDEX OrderPage (CustomerId=? AND IsSoftDeleted=?)"));
    EXPECT_THAT(plan_of(sql::page), testing::Contains("SEARCH i USING INDEX sqlite_autoindex_OrderItem_1 (OrderId=?)"));
    EXPECT_THAT(plan_of(sql::page_total),
                testing::Contains("SEARCH Order USING COVERING INDEX OrderPage (CustomerId=? AND IsSoftDeleted=?)"));
}

TEST(FingerprintOfItems, IsTheOneOfTheLines) {
    const std::vector<contracts::event_item> lines{{contracts::product_id{"AZ-900"}, 2, std::nullopt},
                                                   {contracts::product_id{"AZ-700"}, 1, std::nullopt}};

    EXPECT_EQ(
        fingerprint_of_items(
            R"([{"ProductId":"AZ-900","Quantity":2,"UnitPrice":1.5},{"productId":"AZ-700","quantity":1,"x":null}])"),
        contracts::fingerprint_of(std::span<const contracts::event_item>{lines}));
}

TEST(FingerprintOfItems, IsUnknownWhereTheItemsCannotBeRead) {
    for (const auto* text :
         {"", "null", "[]", "{}", "[1]", R"([{"ProductId":"A"}])", R"([{"ProductId":1,"Quantity":1}])",
          R"([{"ProductId":"A","Quantity":1.5}])", R"([{"ProductId":"A","Quantity":99999999999}])"})
        EXPECT_FALSE(fingerprint_of_items(text)) << text;
}
