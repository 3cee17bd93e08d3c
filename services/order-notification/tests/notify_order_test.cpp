#include "order_notification/notify_order.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "contracts/events.hpp"
#include "support/fakes.hpp"

using namespace order_notification;
using messaging::verdict;
using order_notification::test::run;
using testing::HasSubstr;

namespace {

class NotifyOrder : public testing::Test {
protected:
    test::world w;
    test::noting_clients clients;
    dependencies needs{*w.workflow, &w.sql, w.time, {}, w.metrics, {.owner_pauses = {std::chrono::milliseconds{1}}}};

    std::vector<messaging::outcome> deliver(const messaging::batch_handler& handle, std::vector<std::string> bodies,
                                            bool last = false) {
        std::vector<messaging::delivery> messages;
        for (auto& b : bodies) messages.push_back({.content = {.body = std::move(b)}, .last_attempt = last});
        return run(handle({}, {.messages = messages}));
    }
    verdict processed(contracts::order_id order = 7, bool last = false) {
        return deliver(make_notify_processed(needs, clients),
                       {contracts::to_json(contracts::order_processed{w.id, order})}, last)
            .at(0)
            .what;
    }
    verdict failed() {
        return deliver(make_notify_failed(needs, clients),
                       {contracts::to_json(contracts::order_failed{w.id, "unknown product X"})})
            .at(0)
            .what;
    }
};

}  // namespace

TEST_F(NotifyOrder, TellsTheOwnerAndAcks) {
    w.accept();

    EXPECT_EQ(verdict::ack, processed());

    ASSERT_EQ(1u, clients.calls.size());
    EXPECT_EQ("CUST-0001", clients.calls[0].user);
    EXPECT_EQ("Notification", clients.calls[0].target);
    EXPECT_THAT(clients.calls[0].arguments, HasSubstr(w.id.str()));
    EXPECT_THAT(clients.calls[0].arguments, HasSubstr("\"status\":\"Completed\",\"orderId\":7"));
    EXPECT_THAT(clients.calls[0].arguments, HasSubstr("notified"));
}

TEST_F(NotifyOrder, KeepsTheNumberOfAMessageThatComesAgain) {
    w.accept();
    processed();
    w.time.advance(std::chrono::seconds{3});
    processed();

    ASSERT_EQ(2u, clients.calls.size());
    EXPECT_EQ(clients.calls[0].arguments, clients.calls[1].arguments);
}

TEST_F(NotifyOrder, SaysWhyAnOrderFailed) {
    w.accept();

    EXPECT_EQ(verdict::ack, failed());

    ASSERT_EQ(1u, clients.calls.size());
    EXPECT_THAT(clients.calls[0].arguments, HasSubstr("\"status\":\"Failed\""));
    EXPECT_THAT(clients.calls[0].arguments, HasSubstr("unknown product X"));
}

TEST_F(NotifyOrder, DoesNotTellAFailureAfterACompletion) {
    w.accept();
    processed();

    EXPECT_EQ(verdict::ack, failed());

    EXPECT_EQ(1u, clients.calls.size());
}

TEST_F(NotifyOrder, DoesNotTellAFailureWhenSqlHasTheOrder) {
    w.accept();
    w.sql.known[w.id] = w.row(7, w.owner);

    EXPECT_EQ(verdict::ack, failed());

    EXPECT_TRUE(clients.calls.empty());
}

TEST_F(NotifyOrder, AsksSqlForAnOwnerThatTheWorkflowStoreForgot) {
    w.sql.known[w.id] = w.row(7, contracts::user_id{"CUST-0002"});

    EXPECT_EQ(verdict::ack, processed());

    ASSERT_EQ(1u, clients.calls.size());
    EXPECT_EQ("CUST-0002", clients.calls[0].user);
}

TEST_F(NotifyOrder, RetriesThenDeadLettersWhatNobodyOwns) {
    EXPECT_EQ(verdict::retry, processed());
    EXPECT_EQ(verdict::dead_letter, processed(7, true));
    EXPECT_TRUE(clients.calls.empty());
}

TEST_F(NotifyOrder, HoldsWhileSqlAloneCouldKnowTheOwner) {
    w.sql.away = true;
    EXPECT_EQ(verdict::hold, processed(7, true));
}

TEST_F(NotifyOrder, TellsNobodyOfAnOrderThatWasDeletedSince) {
    w.sql.known[w.id] = w.row(7, w.owner, true);
    EXPECT_EQ(verdict::ack, processed());
    EXPECT_TRUE(clients.calls.empty());
}

TEST_F(NotifyOrder, DeadLettersWhatItCannotRead) {
    w.accept();
    const auto outcomes = deliver(make_notify_processed(needs, clients),
                                  {"{not json", contracts::to_json(contracts::order_processed{w.id, 7})});

    EXPECT_EQ(verdict::dead_letter, outcomes[0].what);
    EXPECT_FALSE(outcomes[0].reason.empty());
    EXPECT_EQ(verdict::ack, outcomes[1].what);
    EXPECT_EQ(1u, clients.calls.size());
}
