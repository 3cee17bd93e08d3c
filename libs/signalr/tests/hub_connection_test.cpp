// One client and its hub, byte by byte: the wire vectors of the specification that need no second transport.
#include <gtest/gtest.h>

#include "base/manual_clock.hpp"
#include "support/gate.hpp"
#include "support/hub_on_wire.hpp"

using namespace signalr;
using namespace signalr::testing;
using net::websocket::opcode;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

namespace asio = boost::asio;
using strings = std::vector<std::string>;

const std::string ok = "{}\x1e";
const std::string hello = "{\"protocol\":\"json\",\"version\":1}\x1e";
const std::string ping = "{\"type\":6}\x1e";
const std::string close_plain = "{\"type\":7}\x1e";
const std::string close_again = "{\"type\":7,\"allowReconnect\":true}\x1e";
const std::string close_broken =
    "{\"type\":7,\"error\":\"Connection closed with an error.\",\"allowReconnect\":true}\x1e";

void add_methods(hub& h, gate& g) {
    h.on("Echo", 1,
         [](caller_context&, const auto& args) -> asio::awaitable<std::string> { co_return to_text(args[0]); });
    h.on("Wait", 1, [&g](caller_context&, const auto& args) -> asio::awaitable<std::string> {
        const std::string answer = to_text(args[0]);
        co_await g.pass();
        co_return answer;
    });
    h.on("Abort", 0, [](caller_context& c, const auto&) -> asio::awaitable<std::string> {
        c.abort();
        co_return "null";
    });
}

struct scene : hub_on_wire {
    explicit scene(hub_options options = {}) : hub_on_wire{options} { add_methods(*hub, g); }
    gate g;
};

std::string of_size(std::size_t size) {
    const std::string head = R"({"type":1,"invocationId":"1","target":"Echo","arguments":[")";
    const std::string tail = "\"]}\x1e";
    return head + std::string(size - head.size() - tail.size(), 'x') + tail;
}

}  // namespace

TEST(HubConnection, AnswersTheHandshakeInAFrameOfItsOwn) {
    scene s;
    auto c = s.open();
    c->send(hello + call_text("1", "Echo", "[\"x\"]") + call_text("2", "Echo", "[\"y\"]"));

    EXPECT_EQ(c->take(), (strings{ok, result_text("1", "\"x\""), result_text("2", "\"y\"")}));
    EXPECT_EQ(c->frames, 3);
    EXPECT_TRUE(c->text_frames);
}

TEST(HubConnection, TakesMessagesCutAnywhereAndInBinaryFrames) {
    const std::string stream = hello + call_text("1", "Echo", "[\"é\"]") + ping + call_text("2", "Echo", "[2]");
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
        scene s;
        auto c = s.open();
        c->send(stream.substr(0, cut), opcode::binary);
        c->send(stream.substr(cut), opcode::binary);

        EXPECT_EQ(c->take(), (strings{ok, result_text("1", "\"é\""), result_text("2", "2")})) << cut;
        EXPECT_TRUE(c->text_frames);
    }
}

TEST(HubConnection, EndsAHandshakeThatDoesNotCome) {
    scene s;
    auto c = s.open();
    s.loop.advance(seconds{14});
    EXPECT_EQ(c->take(), strings{});
    s.loop.advance(seconds{2});

    EXPECT_EQ(c->take(), strings{"{\"error\":\"Handshake was canceled.\"}\x1e"});
    EXPECT_EQ(c->close_code, 1000);
}

TEST(HubConnection, EndsAHandshakeThatIsTooLong) {
    scene s;
    auto c = s.open();
    c->send(std::string(32768, 'x'));
    EXPECT_EQ(c->take(), strings{});
    c->send("x");

    EXPECT_EQ(c->take(), strings{"{\"error\":\"Handshake was canceled.\"}\x1e"});
    EXPECT_EQ(c->close_code, 1000);
}

TEST(HubConnection, CountsTheSizeOfEachMessageAlone) {
    scene s;
    auto c = s.connect();
    c->send(of_size(32768) + of_size(32768) + ping);
    EXPECT_EQ(c->take().size(), 2U);
    c->send(of_size(32769));

    EXPECT_EQ(c->take(), strings{close_broken});
    EXPECT_EQ(c->close_code, 1000);
}

TEST(HubConnection, RefusesAMessageThatGrowsTooLongAcrossFrames) {
    scene s;
    auto c = s.connect();
    for (int i = 0; i < 33; ++i) c->send(std::string(1000, ' '));

    EXPECT_EQ(c->take(), strings{close_broken});
}

TEST(HubConnection, AnswersAHundredCallsOfOneFrameInOrder) {
    scene s;
    auto c = s.connect();
    std::string all;
    strings want;
    for (int i = 0; i < 100; ++i) {
        const std::string text = "\"" + std::string(1000, 'a') + "\"";
        all += call_text(std::to_string(i), "Echo", "[" + text + "]");
        want.push_back(result_text(std::to_string(i), text));
    }
    c->send(all);

    EXPECT_EQ(c->take(), want);
}

TEST(HubConnection, ReadsNothingWhileItsSlotIsBusy) {
    scene s;
    auto c = s.connect();
    c->send(call_text("1", "Wait", "[1]") + call_text("2", "Echo", "[2]"));
    c->send(close_plain);
    EXPECT_EQ(c->take(), strings{});
    EXPECT_TRUE(c->wire.paused);

    s.g.open();

    EXPECT_EQ(c->take(), (strings{result_text("1", "1"), result_text("2", "2"), close_plain}));
    EXPECT_EQ(c->close_code, 1000);
}

TEST(HubConnection, RunsAsManyCallsAtOnceAsItMay) {
    hub_options options;
    options.maximum_parallel_invocations = 2;
    scene s{options};
    auto c = s.connect();
    c->send(call_text("1", "Wait", "[1]") + call_text("2", "Wait", "[2]") + call_text("3", "Echo", "[3]"));
    EXPECT_EQ(s.g.waiting(), 2U);
    s.g.open_last();
    EXPECT_EQ(c->take(), (strings{result_text("2", "2"), result_text("3", "3")}));
    s.g.open();

    EXPECT_EQ(c->take(), strings{result_text("1", "1")});
}

TEST(HubConnection, NeverAnswersACallWithoutAnId) {
    scene s;
    auto c = s.connect();
    c->send(
        "{\"type\":1,\"target\":\"Echo\",\"arguments\":[1]}\x1e{\"type\":1,\"target\":\"nope\",\"arguments\":[]}\x1e"
        "{\"type\":1,\"invocationId\":\"\",\"target\":\"Echo\",\"arguments\":[]}\x1e");

    EXPECT_EQ(c->take(), strings{});
    EXPECT_FALSE(c->close_code);
}

TEST(HubConnection, IgnoresWhatNobodyAskedFor) {
    scene s;
    auto c = s.connect();
    c->send(
        "{\"type\":99,\"x\":{}}\x1e{\"type\":5,\"invocationId\":\"77\"}\x1e{\"type\":3,\"invocationId\":\"77\"}\x1e"
        "{\"type\":2,\"invocationId\":\"77\",\"item\":1}\x1e{\"type\":8,\"sequenceId\":5}\x1e{\"type\":9,"
        "\"sequenceId\":5}\x1e" +
        call_text("1", "Echo", "[1]"));

    EXPECT_EQ(c->take(), strings{result_text("1", "1")});
}

TEST(HubConnection, TellsCloseOnceAndHearsNothingAfterIt) {
    scene s;
    auto c = s.connect();
    c->send(close_plain + call_text("1", "Echo", "[1]"));
    c->send_close(1000);

    EXPECT_EQ(c->take(), strings{close_plain});
    EXPECT_EQ(c->close_code, 1000);
    EXPECT_TRUE(c->wire.closed);
}

TEST(HubConnection, LetsAMethodEndIt) {
    scene s;
    auto c = s.connect();
    c->send(call_text("1", "Abort"));

    EXPECT_EQ(c->take(), strings{close_plain});
    EXPECT_EQ(c->close_code, 1000);
}

TEST(HubConnection, CancelsItsCallsWhenItEnds) {
    scene s;
    auto c = s.connect();
    c->send(call_text("1", "Wait", "[1]"));
    ASSERT_EQ(s.g.waiting(), 1U);
    c->go();

    EXPECT_EQ(s.g.waiting(), 0U);
    EXPECT_EQ(s.hub->stats().connections, 0);
}

TEST(HubConnection, HidesWhatAMethodThrowsButHubExceptions) {
    scene s;
    s.hub->on("Throw", 1, [](caller_context&, const auto& args) -> asio::awaitable<std::string> {
        if (args[0] == "hub") throw hub_exception{"for you"};
        if (args[0] == "bind") throw binding_error{};
        throw std::runtime_error{"secret"};
        co_return "";
    });
    auto c = s.connect();
    c->send(call_text("1", "throw", "[\"hub\"]") + call_text("2", "THROW", "[\"bind\"]") +
            call_text("3", "Throw", "[\"x\"]"));

    EXPECT_EQ(
        c->take(),
        (strings{error_text("1", "An unexpected error occurred invoking 'Throw' on the server. HubException: for you"),
                 error_text("2", "Failed to invoke 'Throw' due to an error on the server."),
                 error_text("3", "An unexpected error occurred invoking 'Throw' on the server.")}));
}

TEST(HubConnection, ClosesWhenAResultWouldBreakTheFraming) {
    scene s;
    s.hub->on("Bad", 0, [](caller_context&, const auto&) -> asio::awaitable<std::string> { co_return "\"\x1e\""; });
    auto c = s.connect();
    c->send(call_text("1", "Bad"));

    EXPECT_EQ(c->take(), strings{close_broken});
}

TEST(HubConnection, PingsEveryFifteenSecondsWhateverElseIsSent) {
    hub_options options;
    options.first_message_deadline = milliseconds{0};
    scene s{options};
    auto c = s.connect();
    for (int i = 0; i < 47; ++i) {
        s.loop.advance(seconds{1});
        s.hub->clients().all().send_json("Tick", "[]");
    }

    EXPECT_EQ(std::ranges::count(c->take(), ping), 3);
    EXPECT_FALSE(c->close_code);
}

TEST(HubConnection, SkipsThePingWhileOthersWaitToLeave) {
    scene s;
    auto c = s.connect();
    c->wire.stuck = 10;
    s.loop.advance(seconds{17});
    EXPECT_EQ(c->take(), strings{});
    c->wire.stuck = 0;
    s.loop.advance(seconds{1});

    EXPECT_EQ(c->take(), strings{ping});
}

TEST(HubConnection, TimesOutAClientThatPingedAndFellSilent) {
    scene s;
    auto c = s.connect();
    c->send(ping);
    s.loop.advance(seconds{29});
    c->send(call_text("1", "Echo", "[1]"));
    s.loop.advance(seconds{29});
    c->take();
    EXPECT_FALSE(c->close_code);
    s.loop.advance(seconds{2});

    EXPECT_EQ(c->take(), (strings{close_broken}));
    EXPECT_EQ(c->close_code, 1000);
}

TEST(HubConnection, StopsTheClientsClockWhileItDoesNotListen) {
    scene s;
    auto c = s.connect();
    c->send(ping + call_text("1", "Wait", "[1]") + ping);
    s.loop.advance(seconds{100});
    EXPECT_FALSE(c->close_code);
    s.g.open();
    c->settle();
    s.loop.advance(seconds{31});
    c->settle();

    EXPECT_EQ(c->messages.back(), close_broken);
}

TEST(HubConnection, TimesOutAClientThatNeverSaidAnything) {
    scene s;
    auto c = s.connect();
    s.loop.advance(seconds{59});
    c->settle();
    EXPECT_FALSE(c->close_code);
    s.loop.advance(seconds{2});
    c->settle();

    EXPECT_EQ(c->messages.back(), close_broken);
}

TEST(HubConnection, KeepsAClientThatCallsButNeverPings) {
    scene s;
    auto c = s.connect();
    c->send(call_text("1", "Echo", "[1]"));
    s.loop.advance(seconds{600});
    c->settle();

    EXPECT_FALSE(c->close_code);
}

TEST(HubConnection, ClosesWhenTheTokenExpires) {
    base::manual_clock time;
    hub_options options;
    options.time = &time;
    hub_on_wire h{options, [&](const net::http::request&) -> std::variant<principal, net::http::response> {
                      return principal{
                          "u",
                          std::chrono::system_clock::time_point{std::chrono::microseconds{time.now()}} + seconds{20}};
                  }};
    auto c = h.connect();
    const auto pass = [&](int n) {
        for (int i = 0; i < n; ++i) time.advance(seconds{1}), h.loop.advance(seconds{1});
        c->settle();
    };
    pass(19);
    EXPECT_FALSE(c->close_code);
    pass(2);

    EXPECT_EQ(c->messages.back(), close_again);
    EXPECT_EQ(c->close_code, 1000);
}

TEST(HubConnection, TurnsAnonymousCallersAwayWhenUsersAreRequired) {
    hub_options options;
    options.require_user = true;
    scene s{options};
    auto c = s.open();
    c->send(hello + call_text("1", "Echo", "[1]"));
    EXPECT_EQ(c->take(), (strings{ok, close_plain}));
    EXPECT_EQ(c->close_code, 1000);

    auto known = s.open("anna");
    known->send(hello + call_text("1", "Echo", "[1]"));
    EXPECT_EQ(known->take(), (strings{ok, result_text("1", "1")}));
}

TEST(HubConnection, WaitsForRoomBeforeItAnswersMore) {
    scene s;
    auto c = s.connect();
    c->wire.crowded = true;
    c->send(call_text("1", "Echo", "[1]") + call_text("2", "Echo", "[2]"));
    EXPECT_EQ(c->take(), strings{});
    c->wire.crowded = false;
    c->wire.drained();

    EXPECT_EQ(c->take(), (strings{result_text("1", "1"), result_text("2", "2")}));
}

TEST(HubConnection, RunsItsHooksOnceEach) {
    scene s;
    std::string log;
    s.hub->on_connected([&](caller_context& c) -> asio::awaitable<void> {
        log += "in ";
        s.hub->clients().client(c.connection_id()).send_json("Hello", "[]");
        co_return;
    });
    s.hub->on_disconnected([&](caller_context&) -> asio::awaitable<void> {
        log += "out ";
        co_return;
    });
    auto c = s.open();
    c->send(hello);
    EXPECT_EQ(c->take(), (strings{ok, "{\"type\":1,\"target\":\"Hello\",\"arguments\":[]}\x1e"}));
    EXPECT_EQ(log, "in ");
    c->send(close_plain);
    c->go();

    EXPECT_EQ(log, "in out ");
}

TEST(HubConnection, HoldsCallsBackUntilTheConnectHookIsThrough) {
    scene s;
    s.hub->on_connected([&](caller_context&) -> asio::awaitable<void> { co_await s.g.pass(); });
    auto c = s.open();
    c->send(hello + call_text("1", "Echo", "[1]"));
    EXPECT_EQ(c->take(), strings{ok});
    s.g.open();

    EXPECT_EQ(c->take(), strings{result_text("1", "1")});
}

TEST(HubConnection, EndsWhenTheConnectHookFails) {
    scene s;
    bool left = false;
    std::string text;
    s.hub->on_connected([&](caller_context&) -> asio::awaitable<void> {
        if (text.empty()) throw std::runtime_error{"secret"};
        throw hub_exception{text};
        co_return;
    });
    s.hub->on_disconnected([&](caller_context&) -> asio::awaitable<void> {
        left = true;
        co_return;
    });
    auto c = s.open();
    c->send(hello);
    EXPECT_EQ(c->take(), (strings{ok, "{\"type\":7,\"error\":\"Connection closed with an error.\"}\x1e"}));
    text = "hub";
    auto d = s.open();
    d->send(hello);
    EXPECT_EQ(d->take(),
              (strings{ok, "{\"type\":7,\"error\":\"Connection closed with an error. HubException: hub\"}\x1e"}));
    EXPECT_FALSE(left);
}
