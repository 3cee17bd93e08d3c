#include "order_process/process_order.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/trace.hpp"
#include "support/fakes.hpp"

namespace {

using contracts::order_state;
using contracts::step;
using messaging::verdict;
using orders::insert_result;
using testing::ElementsAre;

const contracts::correlation_id first = *contracts::read_correlation_id("0199a8f0-1c2d-7fd5-af35-cf26d1f3ca01");
const contracts::correlation_id second = *contracts::read_correlation_id("0199a8f0-1c2d-7fd5-af35-cf26d1f3ca02");
const contracts::user_id customer{"CUST-0001"};
constexpr base::unix_micros accepted_at = 1'767'225'500'123'000;

messaging::delivery order(const contracts::correlation_id& id, int attempt = 1, bool last = false) {
    messaging::delivery d;
    d.content.body = contracts::to_json(contracts::order_accepted{
        id, customer, {{contracts::product_id{"AZ-700"}, 2, contracts::money{12900}}}, accepted_at});
    d.attempt = attempt;
    d.last_attempt = last;
    return d;
}

messaging::delivery raw(std::string body) {
    messaging::delivery d;
    d.content.body = std::move(body);
    return d;
}

// The customer's id is empty: the id can be read, the order can't.
std::string poison(const contracts::correlation_id& id) {
    return R"({"CorrelationId":")" + id.str() + R"(","Order":{"CustomerId":"CUST-0001","Items":[]}})";
}

struct ProcessOrder : testing::Test {
    fakes::journal calls;
    fakes::order_store orders{calls};
    fakes::workflow_store workflow{calls};
    fakes::publisher publisher{calls};
    base::manual_clock clock;
    base::seeded_ids ids{1};
    base::metrics metrics;

    std::vector<messaging::outcome> process(std::vector<messaging::delivery> messages, base::unit* unit = nullptr) {
        const auto handle = order_process::make_process_order({orders, workflow, publisher, clock, ids, {}, metrics});
        return fakes::run(handle({}, messaging::batch{messages, unit}));
    }
    orders::inserted_order result(insert_result what, std::string detail = {}) {
        return {what, 7, false, std::move(detail)};
    }
};

}  // namespace

TEST_F(ProcessOrder, WithoutAUnitInsertsThenTellsThenPublishesThenAcks) {
    const auto out = process({order(first), order(second)});

    EXPECT_THAT(calls, ElementsAre("status Processing", "insert 2", "status Completed", "publish order.processed 2"));
    ASSERT_EQ(2u, out.size());
    EXPECT_EQ(verdict::ack, out[0].what);
    EXPECT_EQ(verdict::ack, out[1].what);
}

TEST_F(ProcessOrder, WithAUnitTheStatusFollowsTheCommit) {
    fakes::unit unit{calls};
    const auto handle = order_process::make_process_order({orders, workflow, publisher, clock, ids, {}, metrics});
    const auto messages = std::vector{order(first)};

    fakes::run([&]() -> boost::asio::awaitable<int> {
        co_await handle({}, messaging::batch{messages, &unit});
        unit.commit();
        co_return 0;
    }());

    EXPECT_THAT(
        calls, ElementsAre("status Processing", "insert 1", "publish order.processed 1", "commit", "status Completed"));
    EXPECT_EQ(&unit, orders.last_unit);
    EXPECT_EQ(&unit, publisher.last_unit);
}

TEST_F(ProcessOrder, NothingIsToldOfAUnitThatIsRolledBack) {
    {
        fakes::unit unit{calls};
        process({order(first)}, &unit);
    }
    EXPECT_EQ(order_state::processing, workflow.last(first)->to.state);
}

TEST_F(ProcessOrder, StoresPriceAndTimeOfTheMessage) {
    auto d = order(first, 2);
    d.content.set(messaging::header::timeline, "accepted=1767225500123456;queued=1767225500124000");
    d.content.set(messaging::header::traceparent, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    process({d});

    ASSERT_EQ(1u, orders.inserted.size());
    const auto& row = orders.inserted[0];
    EXPECT_EQ(12900, row.items[0].unit_price->cents);
    EXPECT_EQ(accepted_at, row.accepted_at);
    EXPECT_EQ(contracts::fingerprint_of(row.items), row.print);
    EXPECT_EQ(1'767'225'500'123'456, row.steps[step::accepted]);
    EXPECT_EQ(clock.now(), row.steps[step::processing]);
    EXPECT_EQ(clock.now(), row.steps[step::persisted]);
    EXPECT_EQ(2, row.steps.attempts);
    EXPECT_EQ("4bf92f3577b34da6a3ce929d0e0e4736", row.steps.trace_id);
}

TEST_F(ProcessOrder, TakesMessagesWithoutPriceTimeAndHeaders) {
    const auto out = process({raw(R"({"correlationId":")" + first.str() +
                                  R"(","order":{"customerId":"C","items":[{"productId":"P","quantity":1}]}})")});

    EXPECT_EQ(verdict::ack, out[0].what);
    EXPECT_FALSE(orders.inserted[0].items[0].unit_price);
    EXPECT_EQ(clock.now(), orders.inserted[0].accepted_at);
}

TEST_F(ProcessOrder, TheMapIsSetWithTheResultAndNotBefore) {
    process({order(first)});

    ASSERT_EQ(2u, workflow.changes.size());
    EXPECT_TRUE(workflow.changes[0].user.empty());
    EXPECT_EQ(customer, workflow.changes[1].user);
    EXPECT_TRUE(workflow.changes[1].drop_pending);
    EXPECT_EQ(1, workflow.changes[1].to.order);
}

TEST_F(ProcessOrder, WhatItPublishesCarriesTraceAndTimelineOn) {
    auto d = order(first);
    d.content.set(messaging::header::traceparent, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    d.content.set(messaging::header::tracestate, "a=b");
    process({d});

    const auto& m = publisher.queues["order.processed"].at(0);
    EXPECT_EQ(1, contracts::read_order_processed(m.body)->order);
    EXPECT_EQ(first.str(), m.correlation_id);
    EXPECT_EQ(7, base::uuid::parse(m.message_id)->version());
    EXPECT_EQ("a=b", m.text(messaging::header::tracestate));
    EXPECT_EQ("correlation_id=" + first.str(), m.text(messaging::header::baggage));
    EXPECT_EQ(first.str(), m.text(messaging::header::correlation_id));
    EXPECT_EQ(d.content.text(messaging::header::traceparent), m.text(messaging::header::traceparent));
    const auto steps = contracts::read_timeline_header(m.text(messaging::header::timeline));
    EXPECT_NE(0, steps[step::processing]);
    EXPECT_NE(0, steps[step::persisted]);
    EXPECT_EQ(0, m.number(messaging::header::retry_count, 0));
}

TEST_F(ProcessOrder, AnOrderDoneBeforeIsToldAgain) {
    orders.results[first] = result(insert_result::already_there);
    const auto out = process({order(first)});

    EXPECT_EQ(verdict::ack, out[0].what);
    EXPECT_EQ(7, contracts::read_order_processed(publisher.queues["order.processed"].at(0).body)->order);
    EXPECT_EQ(order_state::completed, workflow.last(first)->to.state);
}

TEST_F(ProcessOrder, AnOrderDeletedSinceIsAckedAndNothingElse) {
    orders.results[first] = result(insert_result::already_there);
    orders.results[first].deleted = true;
    const auto out = process({order(first)});

    EXPECT_EQ(verdict::ack, out[0].what);
    EXPECT_THAT(calls, ElementsAre("status Processing", "insert 1"));
}

TEST_F(ProcessOrder, AReusedKeyIsADeadLetterAndNothingElse) {
    orders.results[first] = result(insert_result::key_reused);
    const auto out = process({order(first)});

    EXPECT_EQ(verdict::dead_letter, out[0].what);
    EXPECT_EQ("key reused", out[0].reason);
    EXPECT_THAT(calls, ElementsAre("status Processing", "insert 1"));
}

TEST_F(ProcessOrder, ABusinessReasonIsRecordedToldAndDeadLettered) {
    orders.results[first] = result(insert_result::unknown_product, "XY-000");
    orders.results[second] = result(insert_result::rejected, "value too large");
    const auto out = process({order(first), order(second)});

    EXPECT_THAT(calls,
                ElementsAre("status Processing", "insert 2", "record 2", "status Failed", "publish order.failed 2"));
    EXPECT_EQ(verdict::dead_letter, out[0].what);
    EXPECT_EQ("unknown product", out[0].reason);
    EXPECT_EQ("unknown product XY-000",
              contracts::read_order_failed(publisher.queues["order.failed"].at(0).body)->reason);
    EXPECT_EQ("rejected", out[1].reason);
    EXPECT_EQ("value too large", out[1].exception);
    EXPECT_EQ("rejected", contracts::read_order_failed(publisher.queues["order.failed"].at(1).body)->reason);
    EXPECT_EQ(customer, orders.failures[0].customer);
    EXPECT_EQ(accepted_at, orders.failures[0].accepted_at);
    EXPECT_TRUE(contracts::read_items_json(orders.failures[0].items_json));
    EXPECT_EQ(clock.now(), orders.failures[0].steps[step::failed]);
    EXPECT_EQ("unknown product XY-000", workflow.last(first)->to.reason);
}

TEST_F(ProcessOrder, AFailureThatDoesNotStandIsNotTold) {
    orders.results[first] = result(insert_result::rejected);
    orders.failures_stand = false;
    const auto out = process({order(first)});

    EXPECT_EQ(verdict::dead_letter, out[0].what);
    EXPECT_THAT(calls, ElementsAre("status Processing", "insert 1", "record 1"));
}

TEST_F(ProcessOrder, OneBadOrderDoesNotSpoilItsNeighbours) {
    const auto out = process({raw("{nope"), order(first), raw(poison(second))});

    EXPECT_EQ(verdict::dead_letter, out[0].what);
    EXPECT_EQ("not readable as JSON", out[0].reason);
    EXPECT_EQ(verdict::ack, out[1].what);
    EXPECT_EQ(verdict::dead_letter, out[2].what);
    EXPECT_EQ("the order has no items", out[2].reason);
    EXPECT_THAT(calls, ElementsAre("status Processing", "insert 1", "record 1", "status Completed",
                                   "publish order.processed 1", "publish order.failed 1"));
    EXPECT_EQ(second, orders.failures.at(0).id);
    EXPECT_EQ(customer, orders.failures.at(0).customer);
}

TEST_F(ProcessOrder, AnUnreadableBodyIsKnownByItsHeaders) {
    auto d = raw("{nope");
    d.content.set(messaging::header::correlation_id, first.str());
    process({d});
    EXPECT_EQ(first, orders.failures.at(0).id);
    EXPECT_FALSE(orders.failures.at(0).customer);
}

TEST_F(ProcessOrder, HoldsEverythingWhileTheStoreIsAway) {
    for (const auto kind : {base::fault_kind::unavailable, base::fault_kind::timeout, base::fault_kind::unconfirmed}) {
        orders.insert_fault = base::fault{kind, "away"};
        calls.clear();
        const auto out = process({order(first, 5, true), raw("{nope")});
        EXPECT_EQ(verdict::hold, out[0].what);
        EXPECT_EQ(verdict::hold, out[1].what);
        EXPECT_THAT(calls, ElementsAre("status Processing", "insert 1"));
    }
}

TEST_F(ProcessOrder, HoldsEverythingWhileFailuresCannotBeRecorded) {
    orders.record_fault = base::fault{base::fault_kind::unavailable, "away"};
    const auto out = process({raw(poison(first)), order(second)});
    EXPECT_EQ(verdict::hold, out[0].what);
    EXPECT_EQ(verdict::hold, out[1].what);
    EXPECT_TRUE(publisher.queues.empty());
}

TEST_F(ProcessOrder, HoldsEverythingWhileTheBrokerDoesNotConfirm) {
    for (const auto kind : {base::fault_kind::unavailable, base::fault_kind::timeout, base::fault_kind::unconfirmed}) {
        publisher.fault = base::fault{kind, "away"};
        EXPECT_EQ(verdict::hold, process({order(first)})[0].what);
    }
}

TEST_F(ProcessOrder, AnotherKindOfFailureIsRetriedAndAtLastDeadLettered) {
    orders.insert_fault = base::fault{base::fault_kind::internal, "constraint"};
    const auto out = process({order(first, 4, false), order(second, 5, true)});

    EXPECT_EQ(verdict::retry, out[0].what);
    EXPECT_EQ("constraint", out[0].exception);
    EXPECT_EQ(verdict::dead_letter, out[1].what);
    EXPECT_EQ("processing failed", out[1].reason);
    EXPECT_THAT(calls,
                ElementsAre("status Processing", "insert 2", "record 1", "status Failed", "publish order.failed 1"));
}

TEST_F(ProcessOrder, NothingIsDeadLetteredWhoseFailureCouldNotBeRecorded) {
    orders.record_fault = base::fault{base::fault_kind::internal, "constraint"};
    EXPECT_EQ(verdict::retry, process({raw(poison(first))})[0].what);
}

TEST_F(ProcessOrder, WorksOnWithoutTheWorkflowStore) {
    workflow.away = true;
    orders.results[second] = result(insert_result::rejected);
    const auto out = process({order(first), order(second)});
    EXPECT_EQ(verdict::ack, out[0].what);
    EXPECT_EQ(verdict::dead_letter, out[1].what);
    EXPECT_EQ(1u, publisher.queues["order.processed"].size());
    EXPECT_EQ(1u, publisher.queues["order.failed"].size());
}

TEST_F(ProcessOrder, ALongReasonIsCutAtACodePoint) {
    std::string names;
    for (int i = 0; i < 60; ++i) names += "Prüfung, ";
    orders.results[first] = result(insert_result::unknown_product, names);
    process({order(first)});
    const auto told = contracts::read_order_failed(publisher.queues["order.failed"].at(0).body);
    ASSERT_TRUE(told);
    EXPECT_LE(told->reason.size(), 204u);
    EXPECT_TRUE(contracts::count_code_points(told->reason));
}
