#include "order_accept/order_reads.hpp"

#include <gtest/gtest.h>

#include "contracts/json.hpp"
#include "support/fakes.hpp"

namespace {

using contracts::order_state;
using order_accept::answer;
using order_accept::reading;

const contracts::user_id alice{"CUST-0001"}, bob{"CUST-0002"};
const auto id = *contracts::read_correlation_id("0199a8f0-1c2d-7fd5-af35-cf26d1f3ca01");

struct OrderReads : testing::Test {
    fakes::shop shop;

    void add_row(bool deleted = false) {
        orders::stored_order r;
        r.value = {42,
                   id,
                   order_state::completed,
                   1'767'225'000'000'000,
                   {{contracts::product_id{"AZ-700"}, "N", "/i.svg", {5000}, 1}}};
        r.customer = alice;
        r.deleted = deleted;
        r.steps[contracts::step::persisted] = 1'767'225'000'500'000;
        shop.orders.add_row(std::move(r));
    }
    void add_failure(contracts::user_id owner) {
        shop.orders.known[id].failure = {
            std::move(owner), "rejected", 1'767'225'000'000'000, R"([{"ProductId":"AZ-700","Quantity":2}])", {}};
    }
    void add_pending() {
        contracts::order o;
        o.correlation = id;
        o.created_at = shop.clock.now();
        o.items = {{contracts::product_id{"AZ-700"}, "N", "/i.svg", {5000}, 1}};
        std::string body;
        contracts::append_json(body, o);
        (void)fakes::run(shop.workflow.inner->accept({}, {id, alice, {{}, body}, shop.clock.now(), {}}));
    }
    void set_state(workflow::status to, bool drop_pending = false) {
        (void)fakes::run(shop.workflow.inner->apply({}, {{id, alice, std::move(to), {}, drop_pending}}));
    }

    answer order(const contracts::user_id& user = alice) { return fakes::run(shop.reads.order({}, user, id)); }
    answer status(const contracts::user_id& user = alice) { return fakes::run(shop.reads.status({}, user, id)); }
    answer timeline(const contracts::user_id& user = alice) { return fakes::run(shop.reads.timeline({}, user, id)); }
    // What every read by correlationId answers this user.
    std::vector<reading> all(const contracts::user_id& user) {
        return {order(user).what, status(user).what, timeline(user).what};
    }
    static std::vector<reading> thrice(reading r) { return {r, r, r}; }
};

std::string member(const answer& a, const char* name) {
    const auto v = contracts::json::parse(a.body);
    const auto* m = v ? v->find(name) : nullptr;
    return std::string{!m ? "" : m->is(contracts::json::value::kind::null) ? "null" : m->text};
}

}  // namespace

TEST_F(OrderReads, TheRowAnswersItsOwnerAlsoWithoutTheWorkflowStore) {
    add_row();
    for (const bool away : {false, true}) {
        shop.workflow.is_away = away;
        EXPECT_EQ("42", member(order(), "id"));
        EXPECT_EQ("Completed", member(status(), "status"));
        EXPECT_EQ("42", member(status(), "orderId"));
        EXPECT_EQ(reading::found, timeline().what);
        EXPECT_EQ("42", member(fakes::run(shop.reads.order({}, alice, 42)), "id"));
        EXPECT_EQ(id.str(), member(fakes::run(shop.reads.timeline({}, alice, 42)), "correlationId"));
    }
}

TEST_F(OrderReads, NotThereAndNotYoursAreOneAnswer) {
    EXPECT_EQ(thrice(reading::missing), all(bob));
    add_pending();
    EXPECT_EQ(thrice(reading::missing), all(bob));
    add_failure(alice);
    EXPECT_EQ(thrice(reading::missing), all(bob));
    add_row();
    EXPECT_EQ(thrice(reading::missing), all(bob));
    EXPECT_EQ(reading::missing, fakes::run(shop.reads.order({}, bob, 42)).what);
    EXPECT_EQ(reading::missing, fakes::run(shop.reads.order({}, bob, 43)).what);
    EXPECT_EQ(reading::missing, fakes::run(shop.reads.timeline({}, bob, 42)).what);
    EXPECT_EQ(reading::missing, fakes::run(shop.reads.remove({}, bob, 42)).what);
}

TEST_F(OrderReads, AlsoWhileAStoreIsAway) {
    const auto both = [&] {
        shop.workflow.is_away = true;
        EXPECT_EQ(thrice(reading::away), all(bob));
        shop.workflow.is_away = false;
        shop.orders.is_away = true;
        EXPECT_EQ(thrice(reading::away), all(bob));
        shop.orders.is_away = false;
    };
    both();
    add_pending();
    both();
    add_failure(alice);
    both();
    add_row();
    both();
}

TEST_F(OrderReads, AMapThatPointsElsewhereDoesNotMoveARow) {
    add_row();
    (void)fakes::run(shop.workflow.inner->apply({}, {{id, bob, {order_state::completed, 42, {}}, {}, false}}));
    EXPECT_EQ(thrice(reading::missing), all(bob));
    EXPECT_EQ(thrice(reading::found), all(alice));
}

TEST_F(OrderReads, AWaitingOrderIsReadFromThePending) {
    add_pending();
    EXPECT_EQ("null", member(order(), "id"));
    EXPECT_EQ("Accepted", member(order(), "status"));
    EXPECT_EQ("Accepted", member(status(), "status"));
    set_state({order_state::processing, 0, {}});
    EXPECT_EQ("Processing", member(order(), "status"));
    EXPECT_EQ("Processing", member(status(), "status"));
    EXPECT_GT(shop.workflow.touched, 0);
}

TEST_F(OrderReads, OnlyCompletedIsBelievedWithoutSql) {
    add_pending();
    shop.orders.is_away = true;
    EXPECT_EQ(thrice(reading::away), all(alice));
    set_state({order_state::completed, 42, {}});
    EXPECT_EQ("42", member(status(), "orderId"));
    EXPECT_EQ("42", member(order(), "id"));
    set_state({}, true);
    EXPECT_EQ(reading::away, order().what);  // its lines are in SQL
    EXPECT_EQ(reading::found, status().what);
}

TEST_F(OrderReads, AFailureAnswersItsOwner) {
    add_failure(alice);
    EXPECT_EQ("Failed", member(status(), "status"));
    EXPECT_EQ("rejected", member(status(), "reason"));
    EXPECT_EQ("Failed", member(order(), "status"));
    EXPECT_EQ("258.00", member(order(), "total"));  // no price was recorded: the catalogue's
    shop.workflow.is_away = true;
    EXPECT_EQ("Failed", member(status(), "status"));
}

TEST_F(OrderReads, AFailureWithoutOwnerBelongsToWhomTheMapSays) {
    add_failure({});
    EXPECT_EQ(thrice(reading::missing), all(alice));
    add_pending();
    EXPECT_EQ("Failed", member(status(), "status"));
    EXPECT_EQ("Failed", member(order(), "status"));
    EXPECT_EQ(thrice(reading::missing), all(bob));
}

TEST_F(OrderReads, AnOrderIsAboveAFailure) {
    add_failure(alice);
    add_pending();
    set_state({order_state::completed, 42, {}});
    EXPECT_EQ("Completed", member(status(), "status"));
    add_row();
    EXPECT_EQ("Completed", member(order(), "status"));
}

TEST_F(OrderReads, ADeletedRowEndsEverySearch) {
    add_pending();
    set_state({order_state::completed, 42, {}});
    add_row(true);
    EXPECT_EQ(thrice(reading::missing), all(alice));
    EXPECT_EQ(reading::missing, fakes::run(shop.reads.order({}, alice, 42)).what);
}

TEST_F(OrderReads, DeletingWorksOnceAndDropsTheKeys) {
    add_pending();
    add_row();
    EXPECT_EQ(reading::found, fakes::run(shop.reads.remove({}, alice, 42)).what);
    EXPECT_EQ(reading::missing, fakes::run(shop.reads.remove({}, alice, 42)).what);
    EXPECT_FALSE(fakes::run(shop.workflow.inner->find({}, id))->owner);
    EXPECT_EQ(thrice(reading::missing), all(alice));
}

TEST_F(OrderReads, TimelinesJoinWhatBothStoresKnow) {
    add_pending();
    add_row();
    const auto t = timeline();
    EXPECT_NE(std::string::npos, t.body.find(R"("name":"accepted")"));
    EXPECT_NE(std::string::npos, t.body.find(R"("name":"persisted")"));
    EXPECT_EQ(t.body, fakes::run(shop.reads.timeline({}, alice, 42)).body);
}

TEST_F(OrderReads, SqlAwayIsSaidForPagesAndNumbers) {
    shop.orders.is_away = true;
    EXPECT_EQ(reading::away, fakes::run(shop.reads.page({}, alice, 0, 10)).what);
    EXPECT_EQ(reading::away, fakes::run(shop.reads.order({}, alice, 42)).what);
    EXPECT_EQ(reading::away, fakes::run(shop.reads.remove({}, alice, 42)).what);
}
