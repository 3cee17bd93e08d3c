#include "order_accept/catalogue.hpp"

#include <gtest/gtest.h>

#include "contracts/json.hpp"
#include "support/fakes.hpp"

namespace {

using order_accept::catalogue_snapshot;
using order_accept::product_query;
using order_accept::sort_order;

std::vector<contracts::product> sample() {
    auto list = std::vector{fakes::product("B", 300), fakes::product("A", 100), fakes::product("GONE", 1, false),
                            fakes::product("C", 200)};
    list[0].name = "Networking";
    list[0].vendor = "Microsoft";
    list[0].discount = 10;
    list[1].name = "Architect";
    list[3].name = "Developer";
    list[3].category = "Data";
    list[3].discount = 30;
    return list;
}

std::string ids(const std::string& page) {
    std::string out;
    const auto v = contracts::json::parse(page);
    if (!v) return "unreadable";
    for (const auto& item : v->find("items")->items()) out += item.find("externalProductId")->text;
    return (out += '/') += v->find("total")->text;
}

std::string ids(const product_query& query) { return ids(catalogue_snapshot{sample()}.page(query)); }

product_query sorted(sort_order how) {
    product_query q;
    q.sort = how;
    return q;
}

}  // namespace

TEST(Catalogue, PagesActiveProductsInEveryOrder) {
    EXPECT_EQ("BAC/3", ids(product_query{}));
    EXPECT_EQ("ACB/3", ids(sorted(sort_order::name)));
    EXPECT_EQ("ACB/3", ids(sorted(sort_order::price)));
    EXPECT_EQ("BCA/3", ids(sorted(sort_order::price_down)));
    EXPECT_EQ("CBA/3", ids(sorted(sort_order::discount)));
}

TEST(Catalogue, CutsPages) {
    product_query q;
    q.size = 2;
    EXPECT_EQ("BA/3", ids(q));
    q.offset = 2;
    EXPECT_EQ("C/3", ids(q));
    q.offset = INT64_MAX;
    EXPECT_EQ("/3", ids(q));
}

TEST(Catalogue, FindsEveryWordInAnyCase) {
    product_query q;
    q.q = "  MICRO\tnet ";
    EXPECT_EQ("B/1", ids(q));
    q.q = "micro data";
    EXPECT_EQ("/0", ids(q));
    q = {};
    q.vendor = "aws";
    EXPECT_EQ("AC/2", ids(q));
    q.category = "Data";
    EXPECT_EQ("C/1", ids(q));
}

TEST(Catalogue, ProductsAreWrittenAsTheContractSays) {
    const catalogue_snapshot snapshot{sample()};
    ASSERT_TRUE(snapshot.find_json("A"));
    EXPECT_EQ(0u, snapshot.find_json("A")->find(R"({"externalProductId":"A","name":"Architect")"));
    EXPECT_FALSE(snapshot.find_json("GONE"));
    EXPECT_TRUE(snapshot.find("GONE"));
    EXPECT_FALSE(snapshot.find("a"));
}

TEST(Catalogue, TheLastOneIsKeptWhileSqlIsAwayUntilItIsTooOld) {
    fakes::shop shop;
    shop.orders.is_away = true;
    shop.refresh();
    EXPECT_TRUE(shop.products.current());
    shop.clock.advance(std::chrono::hours{24});
    EXPECT_FALSE(shop.products.current());
    shop.orders.is_away = false;
    shop.refresh();
    EXPECT_TRUE(shop.products.current());
}

TEST(Catalogue, RunsUntilItIsStopped) {
    fakes::shop shop;
    boost::asio::io_context context;
    bool ended = false;
    boost::asio::co_spawn(
        context, [&]() -> boost::asio::awaitable<void> { co_await shop.products.run(); },
        [&](std::exception_ptr) { ended = true; });
    while (context.poll_one() > 0) {
    }
    EXPECT_FALSE(ended);
    shop.products.stop();
    context.run();
    EXPECT_TRUE(ended);
}
