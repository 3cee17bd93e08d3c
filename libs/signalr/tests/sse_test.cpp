// Server-Sent Events: how a stream begins, what an event looks like, and how it ends.
#include <gtest/gtest.h>

#include "sse_transport.hpp"
#include "support/hub_over_http.hpp"
#include "support/reference_hub.hpp"

using namespace signalr;
using namespace signalr::testing;
using std::chrono::seconds;

namespace {

std::string event(std::string_view payload) {
    std::string out;
    append_event(out, payload);
    return out;
}

struct streaming_hub : hub_over_http {
    explicit streaming_hub(hub_options options = {}) : hub_over_http{options} {
        add_reference_methods(*hub, time);
        hub->on_disconnected([this](caller_context&) -> boost::asio::awaitable<void> {
            ++went;
            co_return;
        });
    }
    gate time;
    int went = 0;
};

}  // namespace

TEST(SseFormat, CutsLinesWhereTheOfficialFormatterDoes) {
    EXPECT_EQ(event("Hello"), "data: Hello\r\n\r\n");
    EXPECT_EQ(event(""), "data: \r\n\r\n");
    EXPECT_EQ(event("A\r\nB"), "data: A\r\ndata: B\r\n\r\n");
    EXPECT_EQ(event("A\n"), "data: A\r\ndata: \r\n\r\n");
    EXPECT_EQ(event("\r"), "data: \r\r\n\r\n");
    EXPECT_EQ(event("A\rB"), "data: A\rB\r\n\r\n");
}

TEST(ServerSentEvents, OpenAtOnceAndAskProxiesNotToWait) {
    streaming_hub h;
    const auto stream = h.events(h.fresh());

    EXPECT_EQ(stream.status(), 200U);
    EXPECT_EQ(stream.body(), ":\r\n");
    EXPECT_EQ(stream.answer().get("X-Accel-Buffering"), "no");
    EXPECT_FALSE(stream.answer().whole);
}

TEST(ServerSentEvents, CarryAllMessagesOfATurnInOneEvent) {
    streaming_hub h;
    const auto target = h.fresh();
    const auto stream = h.events(target);
    h.post(target, std::string{hub_over_http::hello} + call_text("1", "Echo", "[\"a\"]") + call_text("2", "Ping"));

    EXPECT_EQ(stream.body(), ":\r\n" + event("{}\x1e" + result_text("1", "\"a\"") + result_text("2", "null")));
}

TEST(ServerSentEvents, CarryVeryLargeMessages) {
    streaming_hub h{{.maximum_receive_message_size = 1 << 20}};
    const auto target = h.fresh();
    const auto stream = h.events(target);
    h.post(target, hub_over_http::hello);
    const std::string large = "\"" + std::string(60'000, 'x') + "\"";
    h.post(target, call_text("1", "Echo", "[" + large + "]"));

    EXPECT_TRUE(stream.body().ends_with(event(result_text("1", large))));
}

TEST(ServerSentEvents, EndTheBodyInOrderWhenTheHubSaysClose) {
    streaming_hub h;
    const auto target = h.fresh();
    const auto stream = h.events(target);
    h.post(target, hub_over_http::hello);
    EXPECT_EQ(h.post(target, call_text("", "Abort")).status(), 200U);

    EXPECT_TRUE(stream.answer().whole);
    EXPECT_TRUE(stream.body().ends_with(event("{\"type\":7}\x1e")));
    EXPECT_FALSE(stream.wire->over());  // the HTTP connection may go on
    EXPECT_EQ(h.post(target, "x").status(), 404U);
    EXPECT_EQ(h.went, 1);
}

TEST(ServerSentEvents, EndWithTheirClient) {
    streaming_hub h;
    const auto target = h.fresh();
    const auto stream = h.events(target);
    h.post(target, hub_over_http::hello);
    stream.go_away();

    EXPECT_EQ(h.went, 1);
    EXPECT_EQ(h.post(target, "x").status(), 404U);
    EXPECT_EQ(h.events(target).status(), 404U);
    EXPECT_EQ(h.stats->in_flight.load(), 0);
}

TEST(ServerSentEvents, ArePinged) {
    streaming_hub h{{.first_message_deadline = seconds{0}}};
    const auto target = h.fresh();
    const auto stream = h.events(target);
    h.post(target, hub_over_http::hello);
    h.advance(seconds{17});

    EXPECT_TRUE(stream.body().ends_with(event("{\"type\":6}\x1e")));
}

TEST(ServerSentEvents, LetPostsWaitWhileTheClientDoesNotRead) {
    streaming_hub h{{.application_max_buffer_size = 1000}};
    const auto target = h.fresh();
    const auto stream = h.events(target, {.outbox_high = 4000});
    h.post(target, hub_over_http::hello);
    stream.wire->hold_output();
    const auto call = call_text("1", "Echo", "[\"" + std::string(3000, 'x') + "\"]");
    h.post(target, call), h.post(target, call);
    h.post(target, call);
    const auto waits = h.post(target, call);
    EXPECT_FALSE(waits.answered());

    stream.wire->take_output();
    h.loop.run();
    EXPECT_EQ(waits.status(), 200U);
}

TEST(ServerSentEvents, GiveTheTokenBackWhenTheAnswerWasDropped) {
    streaming_hub h;
    const auto target = h.fresh();
    net::http::request r;
    r.verb = net::http::method::get;
    r.path = "/hub";
    r.query = std::string_view{target}.substr(5);
    r.headers = {{"Accept", "text/event-stream"}};
    auto carrier = h.send("GET", "/elsewhere");
    r.via = carrier.wire.get();
    {
        const auto dropped = h.hub->handle(r);
        EXPECT_EQ(dropped.status, 200U);
    }

    EXPECT_EQ(h.events(target).status(), 404U);
    EXPECT_EQ(h.post(target, "x").status(), 404U);
}
