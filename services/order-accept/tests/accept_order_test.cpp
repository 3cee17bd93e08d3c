#include "order_accept/accept_order.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "contracts/json.hpp"
#include "support/fakes.hpp"

namespace {

using contracts::order_state;
using order_accept::placed;
using order_accept::placement;

const contracts::user_id alice{"CUST-0001"}, bob{"CUST-0002"};

struct AcceptOrder : testing::Test {
    fakes::shop shop;
    std::string key = "any-key";

    using lines = std::vector<contracts::order_line>;
    static lines one(const char* product = "AZ-700", std::int32_t quantity = 1) {
        return {{contracts::product_id{product}, quantity}};
    }

    placed place(lines what = one(), std::string with_key = {}, const contracts::user_id& user = alice) {
        base::call_context ctx;
        ctx.trace = base::trace_context::fresh(shop.ids);
        return fakes::run(shop.accept.run(ctx, {user, std::move(what), std::move(with_key)}));
    }
    contracts::correlation_id keyed_id(const contracts::user_id& user = alice) const {
        return contracts::keyed_correlation_id(user, key);
    }
    workflow::order_view view(const contracts::correlation_id& id) {
        return *fakes::run(shop.workflow.inner->find({}, id));
    }
    void set_state(const contracts::correlation_id& id, workflow::status to, bool drop_pending = false) {
        (void)fakes::run(shop.workflow.inner->apply({}, {{id, {}, std::move(to), {}, drop_pending}}));
    }
    contracts::order_accepted sent(std::size_t i = 0) {
        return *contracts::read_order_accepted(shop.broker.sent.at(i).body);
    }
    std::string fresh_key() { return shop.ids.make_v7(shop.clock).str(); }

    orders::stored_order row(const contracts::user_id& user = alice, std::int64_t cents = 5000, bool deleted = false) {
        orders::stored_order r;
        r.value = {42,
                   keyed_id(),
                   order_state::completed,
                   1'767'225'000'000'000,
                   {{contracts::product_id{"AZ-700"}, "Old name", "/old.svg", {cents}, 1}}};
        r.customer = user;
        r.print = contracts::fingerprint_of(one());
        r.deleted = deleted;
        return r;
    }
};

std::string member(const placed& p, const char* name) {
    const auto v = contracts::json::parse(p.body);
    const auto* m = v ? v->find(name) : nullptr;
    return std::string{m ? m->text : ""};
}

}  // namespace

TEST_F(AcceptOrder, PublishesWhatThe201Says) {
    const auto p = place({{contracts::product_id{"AZ-700"}, 2}, {contracts::product_id{"AZ-900"}, 1}});

    ASSERT_EQ(placement::accepted, p.what);
    EXPECT_EQ(7, p.id.version());
    const auto order = contracts::read_order(p.body);
    ASSERT_TRUE(order) << p.body;
    EXPECT_EQ(0, order->id);
    EXPECT_EQ(p.id, order->correlation);
    EXPECT_EQ(order_state::accepted, order->state);
    EXPECT_EQ(35700, order->total().cents);
    EXPECT_EQ("order.accepted", shop.broker.queue);
    EXPECT_EQ(p.id, sent().id);
    EXPECT_EQ(alice, sent().customer);
    EXPECT_EQ(12900, sent().items[0].unit_price->cents);
    EXPECT_EQ(order->created_at, sent().accepted_at);
}

TEST_F(AcceptOrder, MessagesCarryEveryHeader) {
    const auto p = place();

    namespace header = messaging::header;
    const auto& m = shop.broker.sent.at(0);
    EXPECT_EQ(p.id.str(), m.correlation_id);
    EXPECT_EQ(p.id.str(), m.text(header::correlation_id));
    EXPECT_EQ("correlation_id=" + p.id.str(), m.text(header::baggage));
    EXPECT_TRUE(base::trace_context::parse(m.text(header::traceparent)));
    EXPECT_EQ(7, base::uuid::parse(m.message_id)->version());
    const auto steps = contracts::read_timeline_header(m.text(header::timeline));
    EXPECT_EQ(shop.clock.now(), steps[contracts::step::accepted]);
    EXPECT_EQ(shop.clock.now(), steps[contracts::step::queued]);
}

TEST_F(AcceptOrder, WritesOwnerStatusPendingAndTimeline) {
    const auto p = place();
    const auto v = view(p.id);
    EXPECT_EQ(alice, v.owner);
    EXPECT_EQ(order_state::accepted, v.state.state);
    EXPECT_EQ(p.body, v.pending->body);
    EXPECT_NE(0, v.steps[contracts::step::accepted]);
    EXPECT_NE(0, v.steps[contracts::step::queued]);
}

TEST_F(AcceptOrder, NamesEveryUnknownOrInactiveProductOnceAndWritesNothing) {
    const auto p = place({{contracts::product_id{"X"}, 1},
                          {contracts::product_id{"AZ-700"}, 1},
                          {contracts::product_id{"OLD-1"}, 1},
                          {contracts::product_id{"X"}, 2},
                          {contracts::product_id{"az-700"}, 2}},
                         key);

    EXPECT_EQ(placement::unknown_products, p.what);
    EXPECT_THAT(p.products, testing::ElementsAre(contracts::product_id{"X"}, contracts::product_id{"OLD-1"},
                                                 contracts::product_id{"az-700"}));
    EXPECT_TRUE(shop.broker.sent.empty());
    EXPECT_FALSE(view(keyed_id()).owner);
}

TEST_F(AcceptOrder, WithoutACatalogueNothingIsTaken) {
    shop.clock.advance(std::chrono::hours{25});
    EXPECT_EQ(placement::unavailable, place().what);
    EXPECT_EQ(placement::unavailable, place(one(), key).what);
    EXPECT_TRUE(shop.broker.sent.empty());
}

TEST_F(AcceptOrder, GoesOnWithTheLastCatalogueAndWithoutWorkflowStoreAndSql) {
    shop.orders.is_away = shop.workflow.is_away = true;
    shop.clock.advance(std::chrono::hours{23});
    EXPECT_EQ(placement::accepted, place().what);
    EXPECT_EQ(placement::accepted, place(one(), key).what);
    EXPECT_EQ(2u, shop.broker.sent.size());
}

TEST_F(AcceptOrder, ACertainlyFailedPublishTakesItsKeysBack) {
    for (const auto kind : {base::fault_kind::unavailable, base::fault_kind::timeout}) {
        shop.broker.fault = kind;
        const auto p = place();
        EXPECT_EQ(placement::unavailable, p.what);
        EXPECT_FALSE(view(p.id).owner);
    }
}

TEST_F(AcceptOrder, AnUnconfirmedPublishIsUnknownWithoutAKeyAndSafeWithOne) {
    shop.broker.fault = base::fault_kind::unconfirmed;
    const auto p = place();
    EXPECT_EQ(placement::unconfirmed, p.what);
    EXPECT_EQ(alice, view(p.id).owner);
    EXPECT_EQ(placement::unavailable, place(one(), key).what);
}

TEST_F(AcceptOrder, TheSameKeyGivesTheSameAnswerAndTheFirstMessageAgain) {
    const auto first = place(one(), key);
    shop.clock.advance(std::chrono::seconds{5});
    shop.orders.products[0].price = {99900};
    shop.refresh();
    const auto again = place(one(), key);

    ASSERT_EQ(placement::accepted, again.what);
    EXPECT_EQ(keyed_id(), first.id);
    EXPECT_EQ(first.id, again.id);
    EXPECT_EQ(first.body, again.body);
    ASSERT_EQ(2u, shop.broker.sent.size());  // ACCEPTED proves nothing
    EXPECT_EQ(shop.broker.sent[0].body, shop.broker.sent[1].body);
    EXPECT_NE(shop.broker.sent[0].message_id, shop.broker.sent[1].message_id);
}

TEST_F(AcceptOrder, ARepeatWhoseFirstWasNotConfirmedIsPublished) {
    shop.broker.fault = base::fault_kind::unconfirmed;
    ASSERT_EQ(placement::unavailable, place(one(), key).what);
    shop.broker.fault.reset();
    EXPECT_EQ(placement::accepted, place(one(), key).what);
    EXPECT_EQ(1u, shop.broker.sent.size());
}

TEST_F(AcceptOrder, TheSameKeyAtTheSameMomentGivesOneAnswer) {
    std::vector<placed> answers(8);
    boost::asio::io_context context;
    for (auto& a : answers)
        boost::asio::co_spawn(
            context, [&]() -> boost::asio::awaitable<void> { a = co_await shop.accept.run({}, {alice, one(), key}); },
            [](std::exception_ptr e) { ASSERT_FALSE(e); });
    context.run();
    for (const auto& a : answers) {
        EXPECT_EQ(placement::accepted, a.what);
        EXPECT_EQ(answers[0].body, a.body);
    }
    for (const auto& m : shop.broker.sent) EXPECT_EQ(shop.broker.sent[0].body, m.body);
}

TEST_F(AcceptOrder, OtherItemsUnderTheKeyAreRefusedAndTheFirstStaysAsItWas) {
    const auto first = place(one(), key);
    EXPECT_EQ(placement::key_reused, place(one("AZ-700", 2), key).what);
    EXPECT_EQ(placement::key_reused, place(one("AZ-900"), key).what);
    EXPECT_EQ(placement::key_reused, place(one("NOPE"), key).what);
    EXPECT_EQ(1u, shop.broker.sent.size());
    EXPECT_EQ(first.body, place(one(), key).body);
}

TEST_F(AcceptOrder, TheSameKeyOfAnotherUserIsAnotherOrder) {
    const auto a = place(one(), key, alice), b = place(one("AZ-900"), key, bob);
    EXPECT_EQ(placement::accepted, b.what);
    EXPECT_NE(a.id, b.id);
}

TEST_F(AcceptOrder, ARepeatTellsTheStatusAsFarAsKnown) {
    place(one(), key);
    set_state(keyed_id(), {order_state::processing, 0, {}});
    EXPECT_EQ("Processing", member(place(one(), key), "status"));
    EXPECT_EQ(2u, shop.broker.sent.size());  // PROCESSING proves nothing either

    set_state(keyed_id(), {order_state::completed, 42, {}});
    const auto done = place(one(), key);
    EXPECT_EQ("Completed", member(done, "status"));
    EXPECT_EQ("42", member(done, "id"));
    EXPECT_EQ(2u, shop.broker.sent.size());
}

TEST_F(AcceptOrder, AFailedOrderAnswersFailedAndIsNotPublished) {
    place(one(), key);
    set_state(keyed_id(), {order_state::failed, 0, "unknown product"});
    EXPECT_EQ("Failed", member(place(one(), key), "status"));
    EXPECT_EQ(1u, shop.broker.sent.size());
}

TEST_F(AcceptOrder, ARepeatOfAWithdrawnProductStillGetsItsAnswer) {
    const auto first = place(one(), key);
    shop.orders.products[0].active = false;
    shop.refresh();
    const auto again = place(one(), key);
    EXPECT_EQ(placement::accepted, again.what);
    EXPECT_EQ(first.body, again.body);
}

TEST_F(AcceptOrder, WhereTheWorkflowStoreKnowsNothingSqlIsAsked) {
    shop.orders.add_row(row());
    const auto p = place(one(), key);

    ASSERT_EQ(placement::accepted, p.what);
    EXPECT_EQ("Completed", member(p, "status"));
    EXPECT_EQ("42", member(p, "id"));
    EXPECT_EQ("50.00", member(p, "total"));  // as sold, not today's
    EXPECT_TRUE(shop.broker.sent.empty());
    EXPECT_EQ(p.body, place(one(), key).body);
}

TEST_F(AcceptOrder, ARowWithOtherItemsRefusesAlsoOnTheNextTryAndNotTheFirst) {
    shop.orders.add_row(row());
    EXPECT_EQ(placement::key_reused, place(one("AZ-900"), key).what);
    EXPECT_EQ(placement::key_reused, place(one("AZ-900"), key).what);
    EXPECT_EQ(placement::accepted, place(one(), key).what);
    EXPECT_TRUE(shop.broker.sent.empty());
}

TEST_F(AcceptOrder, ARowOfAnotherOwnerRefusesAndLeavesNoKeys) {
    shop.orders.add_row(row(bob));
    EXPECT_EQ(placement::key_reused, place(one(), key).what);
    EXPECT_FALSE(view(keyed_id()).owner);
    EXPECT_TRUE(shop.broker.sent.empty());
}

TEST_F(AcceptOrder, ADeletedOrderAnswersAsItWasAndIsNotPublished) {
    shop.orders.add_row(row(alice, 5000, true));
    const auto p = place(one(), key);
    EXPECT_EQ(placement::accepted, p.what);
    EXPECT_EQ("Completed", member(p, "status"));
    EXPECT_TRUE(shop.broker.sent.empty());
    EXPECT_FALSE(view(keyed_id()).owner);
}

TEST_F(AcceptOrder, ARecordedFailureAnswersFailedAndIsNotPublished) {
    auto& failure = shop.orders.known[keyed_id()].failure.emplace();
    failure = {
        alice, "rejected", 1'767'225'000'000'000, R"([{"ProductId":"AZ-700","Quantity":1,"UnitPrice":50.00}])", {}};
    const auto p = place(one(), key);
    ASSERT_EQ(placement::accepted, p.what);
    EXPECT_EQ("Failed", member(p, "status"));
    EXPECT_EQ("50.00", member(p, "total"));
    EXPECT_EQ("2025-12-31T23:50:00.000Z", member(p, "createdAt"));
    EXPECT_EQ(placement::key_reused, place(one("AZ-900"), key).what);
    EXPECT_TRUE(shop.broker.sent.empty());
    EXPECT_EQ(order_state::failed, view(keyed_id()).state.state);
}

TEST_F(AcceptOrder, AFreshKeyOfOurOwnClientsIsNotLookedUp) {
    key = fresh_key();
    shop.clock.advance(std::chrono::seconds{1});
    EXPECT_EQ(placement::accepted, place(one(), key).what);
    EXPECT_TRUE(shop.orders.lookups.empty());
}

TEST_F(AcceptOrder, AKeyWhoseTimeProvesNothingIsLookedUp) {
    const auto before = *base::uuid::parse("0199a8f0-1c2d-7e3f-8a4b-5c6d7e8f9012");
    shop.clock.advance(std::chrono::seconds{10});
    const auto future = base::uuid::v7(shop.clock.now() / 1000 + 1000, {}).str();
    const auto old = base::uuid::v7(shop.clock.now() / 1000 - 3'600'000, {}).str();
    shop.clock.advance(std::chrono::hours{2});
    const auto older_than_trusted = base::uuid::v7(shop.clock.now() / 1000 - 61'000, {}).str();
    for (const auto& k : {before.str(), std::string{"any"}, old, older_than_trusted,
                          base::uuid::v7(shop.clock.now() / 1000 + 1000, {}).str()}) {
        shop.orders.lookups.clear();
        place(one(), k);
        EXPECT_EQ(1u, shop.orders.lookups.size()) << k;
    }
}

TEST_F(AcceptOrder, AFreshKeyIsLookedUpAfterAnIntakeWithoutTheStore) {
    key = fresh_key();
    shop.clock.advance(std::chrono::seconds{1});
    shop.workflow.is_away = true;
    place(one(), key);
    EXPECT_EQ(1u, shop.orders.lookups.size());
    shop.workflow.is_away = false;
    place(one(), key);
    EXPECT_EQ(2u, shop.orders.lookups.size());
}

TEST_F(AcceptOrder, AFinalStatusWhoseOrderCannotBeReadIsNotAnswered) {
    place(one(), key);
    set_state(keyed_id(), {order_state::completed, 42, {}}, true);
    shop.orders.is_away = true;
    EXPECT_EQ(placement::unavailable, place(one(), key).what);
    EXPECT_EQ(placement::unavailable, place(one("AZ-900"), key).what);
    EXPECT_EQ(1u, shop.broker.sent.size());

    shop.orders.is_away = false;
    shop.orders.add_row(row());
    EXPECT_EQ(placement::accepted, place(one(), key).what);
    EXPECT_EQ(placement::key_reused, place(one("AZ-900"), key).what);
    EXPECT_EQ(1u, shop.broker.sent.size());
}

TEST_F(AcceptOrder, LookUpsThatComeTogetherAreAskedTogether) {
    shop.orders.slow = true;
    boost::asio::io_context context;
    int found = 0;
    for (int i = 0; i < 50; ++i)
        boost::asio::co_spawn(
            context,
            [&, i]() -> boost::asio::awaitable<void> {
                const auto id = contracts::keyed_correlation_id(alice, std::to_string(i));
                found += (co_await shop.lookup.find({}, id)).has_value();
            },
            [](std::exception_ptr e) { ASSERT_FALSE(e); });
    context.run();
    EXPECT_EQ(50, found);
    EXPECT_LE(shop.orders.lookups.size(), 3u);
}

TEST_F(AcceptOrder, LookUpsAreBounded) {
    shop.needs.limits.waiting_lookups = 3;
    order_accept::order_lookup lookup{shop.needs};
    shop.orders.slow = true;
    boost::asio::io_context context;
    int found = 0, refused = 0;
    for (int i = 0; i < 10; ++i)
        boost::asio::co_spawn(
            context,
            [&]() -> boost::asio::awaitable<void> {
                const auto r = co_await lookup.find({}, keyed_id());
                r ? ++found : ++refused;
            },
            [](std::exception_ptr e) { ASSERT_FALSE(e); });
    context.run();
    EXPECT_EQ(10, found + refused);
    EXPECT_GE(found, 3);
    EXPECT_GE(refused, 1);
}
