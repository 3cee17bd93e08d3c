// What a client says and when it gives up, on bytes alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scripted.hpp"

namespace redis {
namespace {

using testing::ask;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

struct scripted_client : testing::scripted<client_core> {
    using outcomes = std::shared_ptr<std::vector<base::result<replies>>>;
    using scripted::scripted;

    outcomes send(batch b, base::steady_time due = base::steady_time::max(), bool patient = false) {
        auto into = std::make_shared<std::vector<base::result<replies>>>();
        call c;
        c.commands = std::move(b);
        c.due = due;
        c.patient = patient;
        if (auto taken = core->admit(c); !taken) {
            into->push_back(std::unexpected(taken.error()));
            return into;
        }
        c.who = call_with<replies>([into](base::result<replies> r) { into->push_back(std::move(r)); });
        core->submit(std::move(c));
        home.run();
        return into;
    }
    outcomes send(std::string_view words) {
        std::vector<std::string_view> args;
        while (!words.empty()) {
            const auto end = std::min(words.find(' '), words.size());
            args.push_back(words.substr(0, end));
            words.remove_prefix(std::min(end + 1, words.size()));
        }
        return send(std::move(batch{}.add(arguments{args})));
    }
};

std::string kind(const scripted_client::outcomes& o) {
    if (o->empty()) return "waiting";
    return (*o)[0] ? "answered" : base::to_string((*o)[0].error().kind);
}

settings quick() {
    settings s;
    s.command_timeout = 1s;
    s.heartbeat_after = 5s;
    s.heartbeat_timeout = 500ms;
    s.connect_timeout = 1s;
    s.backoff_first = 100ms;
    s.backoff_cap = 400ms;
    return s;
}

TEST(ClientOnBytes, GreetsInOneWriteAndOnlyThenSpeaks) {
    auto s = quick();
    s.user = "shop";
    s.password = "pw";
    s.name = "me";
    s.database = 4;
    s.offline_wait = 1s;
    scripted_client c{s};
    EXPECT_EQ(ask("AUTH shop pw") + ask("CLIENT SETNAME me") + ask("SELECT 4") + ask("PING"), c.sent());
    const auto early = c.send("GET k");
    EXPECT_EQ("", c.sent());
    c.answer("+OK\r\n+OK\r\n+OK\r\n");
    EXPECT_EQ("", c.sent());
    c.answer("+PONG\r\n");
    EXPECT_EQ(ask("GET k"), c.sent());
    c.answer("$1\r\nv\r\n");
    EXPECT_EQ("answered", kind(early));
}

TEST(ClientOnBytes, FailsAtOnceWhileItIsNotGreeted) {
    scripted_client c{quick()};
    EXPECT_EQ("unavailable", kind(c.send("GET k")));
    c.greet();
    EXPECT_EQ("waiting", kind(c.send("GET k")));
}

TEST(ClientOnBytes, NeverRepeatsWhatAServerSaysOfAPassword) {
    auto s = quick();
    s.password = "hunter2";
    scripted_client c{s};
    c.answer("-ERR unknown command `AUTH`, with args beginning with: `hunter2`, \r\n");
    EXPECT_TRUE(c.wire->aborted());
    EXPECT_EQ("AUTH was refused: ERR", c.core->state().last_error);
}

TEST(ClientOnBytes, DoesNotServeWhileTheServerLoads) {
    scripted_client c{quick()};
    c.answer("-LOADING Redis is loading the dataset in memory\r\n");
    EXPECT_FALSE(c.core->state().connected);
    EXPECT_THAT(c.core->state().last_error, HasSubstr("LOADING"));
    c.advance(300ms);
    EXPECT_EQ(2U, c.tried.size());
    c.greet();
    EXPECT_TRUE(c.core->state().connected);
}

TEST(ClientOnBytes, GivesUpAGreetingThatIsNotAnswered) {
    scripted_client c{quick()};
    const auto silent = c.wire;
    c.advance(1s);
    EXPECT_TRUE(silent->aborted());
    EXPECT_FALSE(c.core->state().connected);
}

TEST(ClientOnBytes, TellsOfATimeoutAndStillGivesTheNextAnswerToTheNextCaller) {
    auto s = quick();
    s.heartbeat_timeout = 10s;
    scripted_client c{s};
    c.greet();
    const auto late = c.send("GET a");
    c.advance(500ms);
    const auto next = c.send("GET b");
    c.advance(400ms);
    EXPECT_EQ("waiting", kind(late));
    c.wire->feed("$1\r\n");  // heard of: the connection is not given up
    c.advance(200ms);
    EXPECT_EQ("timeout", kind(late));
    EXPECT_EQ("waiting", kind(next));
    c.answer("a\r\n$1\r\nb\r\n");
    ASSERT_EQ("answered", kind(next));
    EXPECT_EQ("b", (*(*next)[0])[0].text());
    EXPECT_EQ(1U, late->size());
    EXPECT_EQ(0U, c.core->stats().waiting);
}

TEST(ClientOnBytes, KeepsACallersEarlierDeadline) {
    scripted_client c{quick()};
    c.greet();
    const auto usual = c.send("GET a");
    const auto urgent = c.send(std::move(batch{}.add("GET", "b")), c.home.now() + 200ms);
    c.advance(300ms);
    EXPECT_EQ("waiting", kind(usual));
    EXPECT_EQ("timeout", kind(urgent));
}

TEST(ClientOnBytes, GivesUpAServerThatAnswersNothing) {
    scripted_client c{quick()};
    c.greet();
    const auto lost = c.send("SET k v");
    const auto silent = c.wire;
    c.advance(1s);
    EXPECT_TRUE(silent->aborted());
    EXPECT_THAT(kind(lost), ::testing::AnyOf("timeout", "unconfirmed"));
    EXPECT_EQ("unavailable", kind(c.send("SET k v")));
}

TEST(ClientOnBytes, AsksAnIdleServerWhetherItIsThere) {
    scripted_client c{quick()};
    c.greet();
    c.advance(4'900ms);
    EXPECT_EQ("", c.sent());
    c.advance(200ms);
    EXPECT_EQ(ask("PING"), c.sent());
    c.answer("+PONG\r\n");
    c.advance(4'900ms);
    EXPECT_EQ("", c.sent());
    c.advance(200ms);
    EXPECT_EQ(ask("PING"), c.sent());
    const auto behind = c.send("SET k v");
    const auto silent = c.wire;
    c.advance(500ms);
    EXPECT_TRUE(silent->aborted()) << "it does not answer";
    EXPECT_EQ("unconfirmed", kind(behind));
}

TEST(ClientOnBytes, NeverSendsAgainWhatWasLost) {
    scripted_client c{quick()};
    c.greet();
    const auto lost = c.send("INCR n");
    c.sent();
    c.wire->break_off();
    c.home.run();
    EXPECT_EQ("unconfirmed", kind(lost));
    c.advance(500ms);
    EXPECT_EQ(ask("PING"), c.sent());
    c.answer("+PONG\r\n");
    EXPECT_EQ("", c.sent());
}

TEST(ClientOnBytes, CutsOffAServerThatBreaksTheProtocol) {
    for (const auto* bytes : {"!", "+an answer to nothing\r\n"}) {
        scripted_client c{quick()};
        c.greet();
        c.answer(bytes);
        EXPECT_TRUE(c.wire->aborted()) << bytes;
        EXPECT_FALSE(c.core->state().connected);
    }
}

TEST(ClientOnBytes, TriesEveryEndpointAndBacksOff) {
    auto s = quick();
    s.endpoints = {{"a", 1}, {"b", 2}};
    scripted_client c{s};
    c.refusing = true;
    c.wire->break_off();
    c.home.run();
    c.advance(200ms);
    ASSERT_GE(c.tried.size(), 2U);
    EXPECT_EQ("b", c.tried[1]);
    c.advance(60s);
    // At most 400 ms between two, 200 ms on average.
    EXPECT_GE(c.tried.size(), 150U);
    EXPECT_LE(c.tried.size(), 602U);
    EXPECT_EQ("unavailable", kind(c.send("GET k")));
}

TEST(ClientOnBytes, WaitsForAConnectionOnlySoLong) {
    auto s = quick();
    s.offline_wait = 300ms;
    scripted_client c{s};
    const auto waiting = c.send("GET k");
    EXPECT_EQ("waiting", kind(waiting));
    c.advance(300ms);
    EXPECT_EQ("unavailable", kind(waiting));
    const auto ready = c.send(std::move(batch{}.add("PING")), base::steady_time::max(), true);
    c.advance(400ms);
    EXPECT_EQ("waiting", kind(ready)) << "who asks to wait, waits until its deadline";
}

TEST(ClientOnBytes, GivesRoomBackWhateverBecomesOfACall) {
    auto s = quick();
    s.max_commands = 2;
    scripted_client c{s};
    c.greet();
    const auto a = c.send("GET a"), b = c.send("GET b"), refused = c.send("GET c");
    EXPECT_EQ("unavailable", kind(refused));
    c.answer("$-1\r\n");
    EXPECT_EQ("answered", kind(a));
    EXPECT_EQ("waiting", kind(c.send("GET d")));
    c.wire->break_off();
    c.home.run();
    EXPECT_EQ("unconfirmed", kind(b));
    EXPECT_EQ(0U, c.core->stats().waiting);
    EXPECT_EQ(1U, c.core->stats().refused);
}

TEST(ClientOnBytes, SaysThatPartOfABatchWasDoneWhenItsSecondRoundIsLost) {
    scripted_client c{quick()};
    c.greet();
    const script one{"return 1"};
    const auto mixed = c.send(std::move(batch{}.add("INCR", "n").add_script(one, {}, {})));
    c.sent();
    c.answer(":1\r\n-NOSCRIPT No matching script.\r\n");
    EXPECT_EQ(ask("EVAL return_1 0").size(), c.sent().size());
    c.wire->break_off();
    c.home.run();
    EXPECT_EQ("unconfirmed", kind(mixed));
    EXPECT_EQ(0U, c.core->stats().waiting);
}

TEST(ClientOnBytes, SurvivesACallbackThatEndsTheClient) {
    scripted_client c{quick()};
    c.greet();
    call one;
    one.commands.add("PING");
    ASSERT_TRUE(c.core->admit(one));
    bool called = false;
    one.who = call_with<replies>([&](base::result<replies>) {
        called = true;
        c.core->abandon();
    });
    c.core->submit(std::move(one));
    const auto behind = c.send("GET k");
    c.answer("+PONG\r\n$-1\r\n");
    EXPECT_TRUE(called);
    EXPECT_EQ("unconfirmed", kind(behind));
}

}  // namespace
}  // namespace redis
