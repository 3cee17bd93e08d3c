// Streams from the hub to a client.
#include <gtest/gtest.h>

#include "support/gate.hpp"
#include "support/hub_on_wire.hpp"

using namespace signalr;
using namespace signalr::testing;

namespace {

namespace asio = boost::asio;
using strings = std::vector<std::string>;

std::string stream_text(std::string_view id, std::string_view target, std::string_view arguments = "[]") {
    return R"({"type":4,"invocationId":")" + std::string{id} + R"(","target":")" + std::string{target} +
           R"(","arguments":)" + std::string{arguments} + "}\x1e";
}
std::string item_text(std::string_view id, std::string_view item) {
    return R"({"type":2,"invocationId":")" + std::string{id} + R"(","item":)" + std::string{item} + "}\x1e";
}
std::string done_text(std::string_view id) { return R"({"type":3,"invocationId":")" + std::string{id} + "\"}\x1e"; }
std::string cancel_text(std::string_view id) { return R"({"type":5,"invocationId":")" + std::string{id} + "\"}\x1e"; }

// What became of generators.
struct fate {
    int resumed = 0, thrown = 0, destroyed = 0;
};
struct witness {
    fate& of;
    ~witness() { ++of.destroyed; }
};

struct scene : hub_on_wire {
    explicit scene(hub_options options = {}) : hub_on_wire{options} {
        hub->on("Count", [](int to) -> generator<int> {
            for (int i = 0; i < to; ++i) co_yield i;
        });
        hub->on("Gated", [this](const std::string& prefix) -> generator<std::string> {
            const witness w{seen};
            try {
                for (int i = 0;; ++i) {
                    co_await g.pass();
                    ++seen.resumed;
                    co_yield prefix + std::to_string(i);
                }
            } catch (const boost::system::system_error&) {
                ++seen.thrown;
                throw;
            }
        });
        hub->on("Endless", [this]() -> generator<int> {
            const witness w{seen};
            for (int i = 0;; ++i) {
                ++seen.resumed;
                co_yield i;
            }
        });
        hub->on("Echo", [](std::string_view text) { return text; });
    }
    gate g;
    fate seen;
};

}  // namespace

TEST(Stream, SendsItemsThenACompletionWithoutResult) {
    scene s;
    auto c = s.connect();
    c->send(stream_text("7", "count", "[3]") + stream_text("8", "Count", "[0]"));

    EXPECT_EQ(c->take(),
              (strings{item_text("7", "0"), item_text("7", "1"), item_text("7", "2"), done_text("7"), done_text("8")}));
}

TEST(Stream, SendsEachItemWhenItComes) {
    scene s;
    auto c = s.connect();
    c->send(stream_text("1", "Gated", "[\"a long enough prefix to live on the heap \"]"));
    EXPECT_EQ(c->take(), strings{});
    s.g.open();
    EXPECT_EQ(c->take(), strings{item_text("1", "\"a long enough prefix to live on the heap 0\"")});
    s.g.open();
    EXPECT_EQ(c->take(), strings{item_text("1", "\"a long enough prefix to live on the heap 1\"")});
}

// NonErrorCompletionSentWhenStreamCanceledFromClient
TEST(Stream, CompletesWithoutErrorWhenTheClientCancels) {
    scene s;
    auto c = s.connect();
    c->send(stream_text("1", "Gated", "[\"\"]"));
    s.g.open();
    c->take();
    c->send(cancel_text("1"));

    EXPECT_EQ(c->take(), strings{done_text("1")});
    EXPECT_EQ(s.seen.thrown, 1);
    EXPECT_EQ(s.seen.destroyed, 1);
    EXPECT_EQ(s.g.waiting(), 0U);
    c->send(cancel_text("1") + cancel_text("nope") + call_text("2", "Echo", "[\"alive\"]"));
    EXPECT_EQ(c->take(), strings{result_text("2", "\"alive\"")});
}

TEST(Stream, MaySayALastWordWhenItIsCancelled) {
    scene s;
    s.hub->on("Chatty", [&](caller_context& by) -> generator<int> {
        const std::string id{by.connection_id()};
        bool cancelled = false;
        try {
            co_await s.g.pass();
        } catch (const boost::system::system_error&) {
            cancelled = true;
        }
        if (cancelled) s.hub->clients().client(id).send_json("StreamCanceled", "[]");
        co_yield 1;  // not any more
        ++s.seen.resumed;
    });
    auto c = s.connect();
    c->send(stream_text("1", "Chatty"));
    c->send(cancel_text("1"));

    EXPECT_EQ(c->take(), (strings{"{\"type\":1,\"target\":\"StreamCanceled\",\"arguments\":[]}\x1e", done_text("1")}));
    EXPECT_EQ(s.seen.resumed, 0);
}

TEST(Stream, DoesNotBeginWorkAfterItWasCancelled) {
    scene s;
    s.hub->on("Stubborn", [&]() -> generator<int> {
        const witness w{s.seen};
        try {
            co_await s.g.pass();
        } catch (...) {
        }
        co_await s.g.pass();
        ++s.seen.resumed;
        co_yield 1;
    });
    auto c = s.connect();
    c->send(stream_text("1", "Stubborn"));
    c->send(cancel_text("1"));

    EXPECT_EQ(c->take(), strings{done_text("1")});
    EXPECT_EQ(s.g.waiting(), 0U);
    EXPECT_EQ(s.seen.destroyed, 1);
    EXPECT_EQ(s.seen.resumed, 0);
}

TEST(Stream, IsCancelledBetweenItems) {
    scene s;
    s.hub->on("Pair", [&]() -> generator<int> {
        try {
            co_await s.g.pass();
            co_yield 1;
            ++s.seen.resumed;
            co_yield 2;
        } catch (const boost::system::system_error&) {
            ++s.seen.thrown;
        }
    });
    auto c = s.connect();
    c->send(stream_text("1", "Pair"));
    c->wire.crowded = true;
    s.g.open();
    c->settle();
    c->wire.crowded = false;
    c->send(cancel_text("1"));  // before drained() has let the stream go on

    EXPECT_EQ(c->take(), strings{done_text("1")});
    EXPECT_EQ(s.seen.thrown, 1);
    EXPECT_EQ(s.seen.resumed, 0);
}

// StreamMethodWithDuplicateIdFails
TEST(Stream, RefusesAnIdThatIsInUse) {
    scene s;
    auto c = s.connect();
    c->send(stream_text("123", "Gated", "[\"\"]") + stream_text("123", "Count", "[1]") +
            call_text("123", "Echo", "[\"an ordinary call may share it\"]"));

    EXPECT_EQ(c->take(), (strings{error_text("123", "Invocation ID '123' is already in use."),
                                  result_text("123", "\"an ordinary call may share it\"")}));
}

// StreamInvocationsDoNotBlockOtherInvocations
TEST(Stream, TakesNoSlot) {
    scene s;
    auto c = s.connect();
    c->send(stream_text("1", "Gated", "[\"\"]") + stream_text("2", "Gated", "[\"\"]") +
            call_text("3", "Echo", "[\"x\"]"));
    EXPECT_EQ(c->take(), strings{result_text("3", "\"x\"")});
    EXPECT_EQ(s.g.waiting(), 2U);
}

TEST(Stream, WaitsForRoomInTheTransport) {
    scene s;
    auto c = s.connect();
    c->send(stream_text("1", "Gated", "[\"\"]"));
    c->wire.crowded = true;
    s.g.open();
    EXPECT_EQ(c->take(), strings{});
    EXPECT_EQ(s.seen.resumed, 0);  // what it awaited is there, but nobody has room for an item
    c->wire.crowded = false;
    c->wire.drained();

    EXPECT_EQ(c->take(), strings{item_text("1", "\"0\"")});
    EXPECT_EQ(s.g.waiting(), 1U);
}

TEST(Stream, LetsOthersHaveATurn) {
    scene s;
    auto c = s.connect(), other = s.connect();
    // A generator that never waits must not hold the loop: it goes on only while the client takes what it gives.
    std::string frame;
    net::websocket::mask_key mask{1, 2, 3, 4};
    net::websocket::append_frame(frame, net::websocket::opcode::text, stream_text("1", "Endless"), true, &mask);
    c->wire.receive(frame);
    const int first = s.seen.resumed;
    EXPECT_GT(first, 1);
    EXPECT_LT(first, 1000);
    c->wire.crowded = true;
    s.loop.run();

    other->send(call_text("1", "Echo", "[\"x\"]"));
    EXPECT_EQ(other->take(), strings{result_text("1", "\"x\"")});
    c->wire.end(net::end_reason::broken);
    s.loop.run();
    EXPECT_EQ(s.seen.destroyed, 1);
}

TEST(Stream, EndsWithTheConnection) {
    scene s;
    auto c = s.connect();
    c->send(stream_text("1", "Gated", "[\"\"]"));
    ASSERT_EQ(s.g.waiting(), 1U);
    c->go();

    EXPECT_EQ(s.g.waiting(), 0U);
    EXPECT_EQ(s.seen.destroyed, 1);
    EXPECT_EQ(s.hub->stats().connections, 0);
}

TEST(Stream, TellsErrorsBeforeAndAfterItsFirstItemApart) {
    scene s;
    s.hub->on("FailAfter", [](int items) -> generator<int> {
        for (int i = 0; i < items; ++i) co_yield i;
        throw hub_exception{"enough"};
    });
    s.hub->on("Secretly", []() -> generator<int> {
        throw std::runtime_error{"secret"};
        co_yield 1;
    });
    s.hub->on("NotEvenOpened", []() -> generator<int> { throw hub_exception{"closed"}; });
    s.hub->on("None", [] { return generator<int>{}; });
    auto c = s.connect();
    c->send(stream_text("1", "FailAfter", "[1]") + stream_text("2", "Secretly") + stream_text("3", "NotEvenOpened") +
            stream_text("4", "None"));

    EXPECT_EQ(
        c->take(),
        (strings{item_text("1", "0"),
                 error_text("1", "An error occurred on the server while streaming results. HubException: enough"),
                 error_text("2", "An error occurred on the server while streaming results."),
                 error_text(
                     "3", "An unexpected error occurred invoking 'NotEvenOpened' on the server. HubException: closed"),
                 error_text("4",
                            "The value returned by the streaming method 'None' is not a ChannelReader<> or "
                            "IAsyncEnumerable<>.")}));
}

TEST(Stream, MustBeCalledAsOne) {
    scene s;
    auto c = s.connect();
    c->send(call_text("1", "count", "[1]") + stream_text("2", "ECHO", "[\"x\"]") + stream_text("3", "nope") +
            stream_text("4", "Count", "[\"x\"]") + stream_text("5", "Count"));

    EXPECT_EQ(
        c->take(),
        (strings{
            error_text("1",
                       "The client attempted to invoke the streaming 'Count' method with a non-streaming invocation."),
            error_text("2",
                       "The client attempted to invoke the non-streaming 'Echo' method with a streaming invocation."),
            error_text("3",
                       "Failed to invoke 'nope' due to an error on the server. HubException: Method does not exist."),
            error_text("4", "Failed to invoke 'Count' due to an error on the server."),
            error_text("5", "Failed to invoke 'Count' due to an error on the server.")}));
}

TEST(Stream, MayBeManyButNotTooMany) {
    hub_options options;
    options.maximum_streams = 2;
    scene s{options};
    auto c = s.connect();
    c->send(stream_text("1", "Gated", "[\"\"]") + stream_text("2", "Gated", "[\"\"]") +
            stream_text("3", "Gated", "[\"\"]"));

    EXPECT_EQ(c->take(), strings{error_text("3",
                                            "An unexpected error occurred invoking 'Gated' on the server. "
                                            "HubException: Too many streams.")});
}
