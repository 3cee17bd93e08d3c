// Questions to one client, and what may become of them.
#include <gtest/gtest.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <thread>

#include "client_questions.hpp"
#include "support/known_hub.hpp"

using namespace signalr;
using namespace signalr::testing;

namespace {

std::string question(std::string_view id) {
    return R"({"type":1,"invocationId":")" + std::string{id} + R"(","target":"Ask","arguments":[1]})" + "\x1e";
}
std::string void_text(std::string_view id) { return R"({"type":3,"invocationId":")" + std::string{id} + "\"}\x1e"; }

}  // namespace

TEST(ClientResult, IsTheClientsAnswer) {
    known_hub h;
    auto a = h.connect("anna");
    const auto got = h.ask(h.id(*a));
    EXPECT_EQ(a->take(), strings{question("s1")});
    EXPECT_FALSE(got->done());
    EXPECT_EQ(h.hub->stats().open_questions, 1);

    a->send(result_text("s1", " 42"));
    EXPECT_EQ(got->value, 42);
    EXPECT_EQ(h.hub->stats().open_questions, 0);

    h.ask(h.id(*a));
    EXPECT_EQ(a->take(), strings{question("s2")});
}

TEST(ClientResult, FailsAsTheClientFailed) {
    known_hub h;
    auto a = h.connect();
    const auto error = h.ask(h.id(*a)), empty = h.ask(h.id(*a)), nothing = h.ask(h.id(*a));
    const auto text = h.ask(h.id(*a)), null = h.ask(h.id(*a));
    a->send(error_text("s1", "no"));
    a->send(error_text("s2", ""));
    a->send(void_text("s3"));
    a->send(result_text("s4", R"("text")"));
    a->send(result_text("s5", "null"));

    EXPECT_EQ(error->error, "HubException: no");
    EXPECT_EQ(empty->error, "HubException: ");
    EXPECT_EQ(nothing->error,
              "HubException: Exception of type 'Microsoft.AspNetCore.SignalR.HubException' was thrown.");
    EXPECT_EQ(text->error, "HubException: Error trying to deserialize result to Int32.");
    EXPECT_EQ(null->error, "HubException: Error trying to deserialize result to Int32.");
}

TEST(ClientResult, FailsAtOnceForAConnectionThatNobodyHas) {
    known_hub h;
    EXPECT_EQ(h.ask("nobody")->error, "IOException: Connection 'nobody' does not exist.");
    EXPECT_EQ(h.hub->stats().open_questions, 0);
}

TEST(ClientResult, FailsWhenTheClientGoes) {
    known_hub h;
    auto a = h.connect(), b = h.connect();
    const auto one = h.ask(h.id(*a)), two = h.ask(h.id(*a)), other = h.ask(h.id(*b));
    a->go();

    EXPECT_EQ(one->error, "HubException: Connection '" + h.id(*a) + "' disconnected.");
    EXPECT_EQ(two->error, one->error);
    EXPECT_FALSE(other->done());
}

TEST(ClientResult, EndsWhenItsTimeIsOver) {
    known_hub h;
    auto a = h.connect();
    const auto got = h.ask(h.id(*a), "Ask", std::chrono::milliseconds{1});
    for (int i = 0; i < 5'000 && !got->done(); ++i) {
        h.loop.context().restart();
        h.loop.context().run_for(std::chrono::milliseconds{1});
    }
    EXPECT_EQ(got->error, "HubException: Invocation canceled by the server.");
    EXPECT_EQ(h.hub->stats().open_questions, 0);

    a->send(result_text("s1", "1"));  // late
    EXPECT_FALSE(a->close_code);
}

TEST(ClientResult, EndsWithTheCallerWhoWaits) {
    known_hub h;
    auto a = h.connect();
    asio::cancellation_signal stop;
    std::exception_ptr thrown;
    asio::co_spawn(
        h.loop.context(),
        [&]() -> asio::awaitable<void> { (void)co_await h.hub->clients().client(h.id(*a)).ask<int>("Ask"); },
        asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr e) { thrown = e; }));
    h.loop.run();
    stop.emit(asio::cancellation_type::terminal);
    h.loop.run();

    EXPECT_TRUE(thrown);
    EXPECT_EQ(h.hub->stats().open_questions, 0);
}

TEST(ClientResult, MustComeFromTheConnectionThatWasAsked) {
    known_hub h;
    auto asked = h.connect(), other = h.connect();
    const auto got = h.ask(h.id(*asked));
    other->send(result_text("s1", "1"));

    EXPECT_EQ(other->take(),
              strings{"{\"type\":7,\"error\":\"Connection closed with an error.\",\"allowReconnect\":true}\x1e"});
    EXPECT_FALSE(got->done());
    asked->send(result_text("s1", "2"));
    EXPECT_EQ(got->value, 2);
}

TEST(ClientResult, PassesOverAnswersToWhatNobodyAsked) {
    known_hub h;
    auto a = h.connect();
    a->send(result_text("s999999", "1"));
    a->send(result_text("", "1"));

    EXPECT_EQ(a->take(), strings{});
    EXPECT_FALSE(a->close_code);
}

TEST(ClientResult, IsRefusedWhenTooManyAreOpen) {
    hub_options options;
    options.max_open_questions = 1;
    known_hub h{options};
    auto a = h.connect();
    const auto first = h.ask(h.id(*a)), second = h.ask(h.id(*a));

    EXPECT_EQ(second->error, "HubException: Too many questions to clients are open.");
    a->send(result_text("s1", "1"));
    EXPECT_EQ(first->value, 1);
}

TEST(ClientResult, IsWrittenInTheClientsProtocol) {
    hub_options options;
    options.protocols.messagepack = true;
    known_hub h{options};
    auto a = h.connect();
    h.hub->clients().client(h.id(*a)).send("Hi", 1);
    EXPECT_EQ(h.hub->stats().serializations, 1U);
    EXPECT_EQ(a->take(), strings{sent("Hi", "[1]")});
}

TEST(ClientQuestions, GiveUpThoseThatNobodyTakesBack) {
    client_questions open{10};
    std::vector<std::string> ended;
    const auto ask = [&](const std::string& id, std::int64_t now, std::int64_t until) {
        const client_questions::steady_time zero{};
        return open.put(
            id, "c", [&, id](const client_questions::outcome& o) { ended.push_back(id + ": " + o.text); },
            zero + std::chrono::seconds{now}, zero + std::chrono::seconds{until});
    };
    EXPECT_TRUE(ask("a", 0, 10));
    EXPECT_TRUE(ask("b", 1, 11));
    EXPECT_FALSE(ask("b", 1, 11));
    EXPECT_TRUE(open.settle("a", {}));
    EXPECT_TRUE(ask("c", 10, 20));
    EXPECT_TRUE(ask("d", 11, 21));

    EXPECT_EQ(ended, (std::vector<std::string>{"a: ", "b: Invocation canceled by the server."}));
    EXPECT_EQ(open.open(), 2U);
    open.connection_gone("c");
    EXPECT_EQ(open.open(), 0U);
}
