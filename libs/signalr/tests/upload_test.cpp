// Streams from a client to methods of the hub.
#include <gtest/gtest.h>

#include "support/gate.hpp"
#include "support/hub_on_wire.hpp"

using namespace signalr;
using namespace signalr::testing;

namespace {

namespace asio = boost::asio;
using strings = std::vector<std::string>;

std::string upload_call(std::string_view id, std::string_view target, std::string_view streams,
                        std::string_view arguments = "[]", int type = 1) {
    return "{\"type\":" + std::to_string(type) + R"(,"invocationId":")" + std::string{id} + R"(","target":")" +
           std::string{target} + R"(","arguments":)" + std::string{arguments} +
           ",\"streamIds\":" + std::string{streams} + "}\x1e";
}
std::string item(std::string_view stream, std::string_view value) {
    return R"({"type":2,"invocationId":")" + std::string{stream} + R"(","item":)" + std::string{value} + "}\x1e";
}
std::string end_of(std::string_view stream, std::string_view error = {}) {
    std::string text = R"({"type":3,"invocationId":")" + std::string{stream} + "\"";
    if (!error.empty()) text += ",\"error\":" + json_string(error);
    return text + "}\x1e";
}

struct scene : hub_on_wire {
    explicit scene(hub_options options = {}) : hub_on_wire{options} {
        hub->on("Concat", [](upload<std::string> parts) -> asio::awaitable<std::string> {
            std::string all;
            while (const auto part = co_await parts.next()) all += *part;
            co_return all;
        });
        hub->on("Two", [](int start, upload<int> a, upload<int> b) -> asio::awaitable<int> {
            int sum = start;
            while (const auto x = co_await a.next()) sum += *x;
            while (const auto x = co_await b.next()) sum += 2 * *x;
            co_return sum;
        });
        hub->on("First", [](upload<int> all) -> asio::awaitable<int> { co_return (co_await all.next()).value_or(-1); });
        hub->on("Slow", [this](upload<int> all) -> asio::awaitable<int> {
            co_await g.pass();
            int n = 0;
            while (co_await all.next()) ++n;
            co_return n;
        });
        hub->on("Twice", [](upload<int> all) -> generator<int> {
            while (const auto x = co_await all.next()) co_yield 2 * *x;
        });
        hub->on("Echo", [](std::string_view text) { return text; });
    }
    gate g;
};

}  // namespace

TEST(Upload, ReachesTheMethodItemByItem) {
    scene s;
    auto c = s.connect();
    c->send(upload_call("0", "Concat", "[\"1\"]"));
    c->send(item("1", "\"Hello \""));
    c->send(item("1", "\"world!\""));
    EXPECT_EQ(c->take(), strings{});
    c->send(end_of("1"));

    EXPECT_EQ(c->take(), strings{result_text("0", "\"Hello world!\"")});
}

TEST(Upload, MayBeSeveralBesideArguments) {
    scene s;
    auto c = s.connect();
    c->send(upload_call("2", "Two", R"(["3","4"])", "[10]") + item("3", "1") + item("4", "2") + item("3", "5") +
            end_of("4") + end_of("3"));

    EXPECT_EQ(c->take(), strings{result_text("2", "20")});
}

TEST(Upload, FeedsAStream) {
    scene s;
    auto c = s.connect();
    c->send(upload_call("5", "Twice", "[\"6\"]", "[]", 4));
    c->send(item("6", "4"));
    EXPECT_EQ(c->take(), strings{R"({"type":2,"invocationId":"5","item":8})"
                                 "\x1e"});
    c->send(item("6", "5") + end_of("6"));

    EXPECT_EQ(c->take(), (strings{R"({"type":2,"invocationId":"5","item":10})"
                                  "\x1e",
                                  R"({"type":3,"invocationId":"5"})"
                                  "\x1e"}));
}

// UploadStreamWithTooManyStreamsFails, UploadStreamWithTooFewStreamsFails
TEST(Upload, NeedsAsManyStreamsAsTheMethodHas) {
    scene s;
    auto c = s.connect();
    c->send(upload_call("1", "Concat", "[]") + upload_call("2", "Concat", R"(["3","4"])") +
            upload_call("5", "Echo", "[\"6\"]", "[\"x\"]"));
    const auto why = [](std::string_view id, std::string_view name, std::string_view counts) {
        return error_text(id, "An unexpected error occurred invoking '" + std::string{name} +
                                  "' on the server. HubException: Client sent " + std::string{counts} + ".");
    };

    EXPECT_EQ(c->take(), (strings{why("1", "Concat", "0 stream(s), Hub method expects 1"),
                                  why("2", "Concat", "2 stream(s), Hub method expects 1"),
                                  why("5", "Echo", "1 stream(s), Hub method expects 0")}));
}

TEST(Upload, EndsWithTheClientsError) {
    scene s;
    auto c = s.connect();
    c->send(upload_call("1", "Concat", "[\"2\"]") + item("2", "\"x\"") + end_of("2", "Something bad"));

    EXPECT_EQ(c->take(), strings{error_text("1",
                                            "An unexpected error occurred invoking 'Concat' on the server. "
                                            "HubException: Something bad")});
}

// UploadStreamItemInvalidType, UploadStreamItemInvalidId, UploadStreamCompleteInvalidId
TEST(Upload, EndsWhenAnItemIsOfAnotherType) {
    scene s;
    auto c = s.connect();
    c->send(upload_call("1", "Two", R"(["2","3"])", "[0]") + item("nope", "1") + end_of("nope") +
            item("2", "\"text\"") + item("2", "1") + end_of("2"));

    EXPECT_EQ(c->take(), strings{error_text("1",
                                            "An unexpected error occurred invoking 'Two' on the server. HubException: "
                                            "Failed to bind Stream message.")});
}

// UploadStreamClosesStreamsOnServerWhenMethodCompletes
TEST(Upload, IsDroppedOnceTheMethodHasEnded) {
    scene s;
    auto c = s.connect();
    c->send(upload_call("1", "First", "[\"2\"]"));
    c->send(item("2", "1"));
    EXPECT_EQ(c->take(), strings{result_text("1", "1")});
    for (int i = 0; i < 100; ++i) c->send(item("2", "2"));
    c->send(end_of("2") + call_text("3", "Echo", "[\"x\"]"));

    EXPECT_EQ(c->take(), strings{result_text("3", "\"x\"")});
}

TEST(Upload, IsTakenOverByANewerCallWithItsId) {
    scene s;
    auto c = s.connect();
    c->send(upload_call("1", "Concat", "[\"2\"]") + upload_call("3", "Concat", "[\"2\"]") + item("2", "\"z\"") +
            end_of("2"));

    EXPECT_EQ(c->take(), strings{result_text("3", "\"z\"")});
}

// StreamUploadBufferCapacityBlocksOtherInvocations
TEST(Upload, HoldsUpTheClientWhenItIsFull) {
    scene s;
    auto c = s.connect();
    c->send(upload_call("1", "Slow", "[\"2\"]"));
    std::string items;
    for (int i = 0; i < 10; ++i) items += item("2", "1");
    c->send(items + call_text("3", "Echo", "[\"ten may wait\"]"));
    EXPECT_EQ(c->take(), strings{result_text("3", "\"ten may wait\"")});
    c->send(item("2", "1") + item("2", "1") + call_text("4", "Echo", "[\"behind\"]") + end_of("2"));
    EXPECT_EQ(c->take(), strings{});
    EXPECT_TRUE(c->wire.paused);
    s.g.open();

    EXPECT_EQ(c->take(), (strings{result_text("4", "\"behind\""), result_text("1", "12")}));
    EXPECT_FALSE(c->wire.paused);
}

TEST(Upload, FreesTheClientWhenAFullMethodEnds) {
    scene s;
    s.hub->on("Unread", [&](upload<int>) -> asio::awaitable<void> { co_await s.g.pass(); });
    auto c = s.connect();
    std::string items;
    for (int i = 0; i < 20; ++i) items += item("2", "1");
    c->send(upload_call("1", "Unread", "[\"2\"]") + items + call_text("3", "Echo", "[\"x\"]"));
    EXPECT_EQ(c->take(), strings{});
    s.g.open();

    EXPECT_EQ(c->take(), (strings{result_text("1", "null"), result_text("3", "\"x\"")}));
}

// UploadStreamDoesNotCountTowardsMaxInvocationLimit
TEST(Upload, TakesNoSlot) {
    scene s;
    auto c = s.connect();
    c->send(upload_call("1", "Concat", "[\"2\"]") + upload_call("3", "Concat", "[\"4\"]") +
            call_text("5", "Echo", "[\"x\"]"));

    EXPECT_EQ(c->take(), strings{result_text("5", "\"x\"")});
}

TEST(Upload, IsCancelledWithTheConnection) {
    scene s;
    bool cancelled = false;
    s.hub->on("Wait", [&](upload<int> all) -> asio::awaitable<void> {
        try {
            co_await all.next();
        } catch (const boost::system::system_error&) {
            cancelled = true;
            throw;
        }
    });
    auto c = s.connect();
    c->send(upload_call("1", "Wait", "[\"2\"]"));
    c->go();

    EXPECT_TRUE(cancelled);
    EXPECT_EQ(s.hub->stats().connections, 0);
}
