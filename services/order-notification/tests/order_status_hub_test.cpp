#include "order_notification/order_status_hub.hpp"

#include <gtest/gtest.h>

#include "support/fakes.hpp"

using namespace order_notification;
using order_notification::test::run;

namespace {

class OrderStatusHub : public testing::Test {
protected:
    test::world w;
    test::fake_hub hub;
    std::string argument = "[\"" + w.id.str() + "\"]";

    void SetUp() override { add_methods(hub, {*w.workflow, &w.sql, w.time, {}, w.metrics}); }
    std::string status_for(const std::string& user) { return hub.call(user, "GetCurrentStatus", argument); }
};

}  // namespace

TEST_F(OrderStatusHub, AnswersPingWithNothing) { EXPECT_EQ("null", hub.call("CUST-0001", "Ping", "[]")); }

TEST_F(OrderStatusHub, TellsTheOwnerTheStatusOfAWaitingOrder) {
    w.accept();
    EXPECT_EQ(R"({"status":"Accepted","orderId":null})", status_for("CUST-0001"));
}

TEST_F(OrderStatusHub, BelievesSqlOverAWaitingStatus) {
    w.accept();
    w.sql.known[w.id] = w.row(9, w.owner);
    EXPECT_EQ(R"({"status":"Completed","orderId":9})", status_for("CUST-0001"));
}

TEST_F(OrderStatusHub, AnswersNullForAForeignOrderAsForNone) {
    const auto none = status_for("CUST-0002");
    w.accept();
    EXPECT_EQ(none, status_for("CUST-0002"));
    w.sql.known[w.id] = w.row(9, w.owner);
    EXPECT_EQ(none, status_for("CUST-0002"));
    EXPECT_EQ("null", none);
}

TEST_F(OrderStatusHub, ADeletedRowEndsTheSearch) {
    w.accept();
    w.sql.known[w.id] = w.row(9, w.owner, true);
    EXPECT_EQ("null", status_for("CUST-0001"));
}

TEST_F(OrderStatusHub, SaysUnavailableRatherThanSomethingOld) {
    w.accept();
    w.sql.away = true;
    EXPECT_EQ("Unavailable", hub.refusal("CUST-0001", "GetCurrentStatus", argument));
}

TEST_F(OrderStatusHub, TellsWhyAnOrderFailed) {
    w.sql.known[w.id].failure = orders::stored_failure{.customer = w.owner, .reason = "unknown product X"};
    EXPECT_EQ(R"({"status":"Failed","orderId":null,"reason":"unknown product X"})", status_for("CUST-0001"));
    EXPECT_EQ("null", status_for("CUST-0002"));
}

TEST_F(OrderStatusHub, RefusesWhatIsNoCorrelationId) {
    for (const auto* bad :
         {"[\"x\"]", "[null]", "[7]", "[{}]", "[\"\"]", "[\"00000000-0000-0000-0000-000000000000\"]"}) {
        EXPECT_EQ("Invalid correlationId", hub.refusal("CUST-0001", "RegisterOrder", bad)) << bad;
        EXPECT_EQ("Invalid correlationId", hub.refusal("CUST-0001", "GetCurrentStatus", bad)) << bad;
    }
}

TEST_F(OrderStatusHub, RegisterOrderNeverMovesTheMap) {
    w.accept();

    EXPECT_EQ("null", hub.call("CUST-0002", "RegisterOrder", argument));

    EXPECT_EQ(w.owner, run(w.workflow->find({}, w.id)).value().owner);
}

TEST_F(OrderStatusHub, ResumeOfAnEmptyFeedIsIncomplete) {
    EXPECT_EQ(R"({"complete":false,"notifications":[],"latest":0})", hub.call("CUST-0001", "Resume", "[5]"));
}

TEST_F(OrderStatusHub, ReadsASequenceThatCameAsADouble) {
    EXPECT_EQ(R"({"complete":false,"notifications":[],"latest":0})", hub.call("CUST-0001", "Resume", "[5.0]"));
}

TEST_F(OrderStatusHub, AFailureWithoutACustomerIsTheOwnersByTheMap) {
    w.accept();
    w.sql.known[w.id].failure = orders::stored_failure{.reason = "unreadable"};
    EXPECT_EQ(R"({"status":"Failed","orderId":null,"reason":"unreadable"})", status_for("CUST-0001"));
    EXPECT_EQ("null", status_for("CUST-0002"));
}

TEST_F(OrderStatusHub, ResumeGivesWhatCameAfter) {
    contracts::notification first, second;
    first.id = w.id;
    second.id = base::seeded_ids{6}.make_v7(w.time);
    first.user = second.user = w.owner;
    first.order = 1;
    second.order = 2;
    const auto told = run(w.workflow->append({}, {first, second})).value();

    const auto answer = hub.call("CUST-0001", "Resume", "[" + std::to_string(told[0].sequence) + "]");

    EXPECT_TRUE(answer.starts_with(R"({"complete":true,"notifications":[{"correlationId":")" + second.id.str()))
        << answer;
    EXPECT_TRUE(answer.ends_with("\"latest\":" + std::to_string(told[1].sequence) + "}")) << answer;
    EXPECT_EQ(R"({"complete":false,"notifications":[],"latest":0})", hub.call("CUST-0002", "Resume", "[0]"));
}

TEST_F(OrderStatusHub, RefusesWhatIsNoSequence) {
    for (const auto* bad : {"[-1]", "[\"5\"]", "[null]", "[1.5]"})
        EXPECT_EQ("Invalid afterSequence", hub.refusal("CUST-0001", "Resume", bad)) << bad;
}
