#include "net/websocket/session.hpp"

#include <gtest/gtest.h>

#include "fake_connection.hpp"

using namespace net::websocket;
using net::testing::fake_connection;
using net::testing::fake_loop;
using std::chrono::milliseconds;

namespace {

const mask_key mask{1, 2, 3, 4};

std::string from_client(opcode op, std::string_view payload, bool fin = true) {
    std::string out;
    append_frame(out, op, payload, fin, &mask);
    return out;
}

std::string close_from_client(std::uint16_t code, std::string_view reason = {}) {
    std::string out;
    append_close(out, code, reason, &mask);
    return out;
}

std::string plain(opcode op, std::string_view payload) {
    std::string out;
    append_frame(out, op, payload);
    return out;
}

std::string plain_close(std::uint16_t code) {
    std::string out;
    append_close(out, code, {});
    return out;
}

struct seen {
    session* s = nullptr;
    std::string log;
    std::function<void(std::string_view)> on_data;
    int deadlines = 0;
};

class recorder final : public session_handler {
public:
    explicit recorder(seen& log) : log_{log} {}
    void on_open(session& s) override { log_.s = &s; }
    void on_data(std::string_view payload, opcode, bool) override {
        log_.log += std::string{payload} + "|";
        if (log_.on_data) log_.on_data(payload);
    }
    void on_deadline() override { ++log_.deadlines; }
    void on_peer_close(std::uint16_t code, std::string_view reason) override {
        log_.log += "close " + std::to_string(code) + " " + std::string{reason} + "|";
    }
    void on_gone(bool clean) override { log_.log += clean ? "gone clean" : "gone"; }

private:
    seen& log_;
};

net::http::request upgrade_request() {
    net::http::request r;
    r.headers = {{"Connection", "keep-alive, Upgrade"},
                 {"Upgrade", "websocket"},
                 {"Sec-WebSocket-Version", "13"},
                 {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}};
    return r;
}

class WebsocketSession : public ::testing::Test {
protected:
    std::shared_ptr<fake_connection> open(seen& log) {
        return fake_connection::make(loop, accept(upgrade_request(), std::make_unique<recorder>(log)).upgrade);
    }

    fake_loop loop;
    seen rider;
    std::shared_ptr<fake_connection> wire = open(rider);
};

}  // namespace

TEST(WebsocketUpgrade, AnswersWithTheAcceptValueAndNoExtensions) {
    auto r = upgrade_request();
    r.headers.push_back({"Sec-WebSocket-Protocol", "chat"});
    r.headers.push_back({"Sec-WebSocket-Extensions", "permessage-deflate"});
    seen rider;

    ASSERT_TRUE(is_upgrade(r));
    const auto answer = accept(r, std::make_unique<recorder>(rider));

    EXPECT_EQ(answer.status, 101U);
    const std::vector<std::pair<std::string, std::string>> want{
        {"Connection", "Upgrade"}, {"Upgrade", "websocket"}, {"Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="}};
    EXPECT_EQ(answer.headers, want);
}

TEST(WebsocketUpgrade, IsRefusedWhenAnythingIsWrong) {
    const std::vector<std::function<void(net::http::request&)>> spoils{
        [](auto& r) { r.verb = net::http::method::post; },
        [](auto& r) { r.minor_version = 0; },
        [](auto& r) { r.headers[0].value = "keep-alive"; },
        [](auto& r) { r.headers[1].value = "h2c"; },
        [](auto& r) { r.headers[2].value = "12"; },
        [](auto& r) { r.headers[3].value = "abc"; },
        [](auto& r) { r.headers.push_back({"Sec-WebSocket-Version", "12"}); },
        [](auto& r) { r.headers.push_back({"sec-websocket-key", "abc"}); },
        [](auto& r) { r.headers.clear(); }};
    for (std::size_t i = 0; i < spoils.size(); ++i) {
        auto r = upgrade_request();
        spoils[i](r);
        EXPECT_FALSE(is_upgrade(r)) << i;
    }
}

TEST_F(WebsocketSession, HandsUpTextAndBinaryAlike) {
    wire->feed(from_client(opcode::text, "a") + from_client(opcode::binary, "b"));
    rider.s->send_text("x");
    rider.s->send_binary("y");
    rider.s->send_framed(frame_shared(opcode::text, "z"));

    EXPECT_EQ(rider.log, "a|b|");
    EXPECT_EQ(wire->take_sent(), plain(opcode::text, "x") + plain(opcode::binary, "y") + plain(opcode::text, "z"));
}

TEST_F(WebsocketSession, AnswersPingsWithTheirPayload) {
    wire->feed(from_client(opcode::ping, "one") + from_client(opcode::ping, "two"));

    EXPECT_EQ(wire->take_sent(), plain(opcode::pong, "one") + plain(opcode::pong, "two"));
}

TEST_F(WebsocketSession, AnswersAFloodOfPingsWithAFewPongsAndTheLast) {
    std::string flood;
    for (int i = 0; i < 1000; ++i) flood += from_client(opcode::ping, std::to_string(i));
    wire->feed(flood);

    const auto sent = wire->take_sent();
    EXPECT_LT(sent.size(), 200U);
    EXPECT_TRUE(sent.ends_with(plain(opcode::pong, "999")));
}

TEST_F(WebsocketSession, AnswersEveryCloseCodeWith1000) {
    for (const int code : {1000, 1001, 3000, 4999, 1005}) {
        seen other;
        const auto c = open(other);
        c->feed(close_from_client(static_cast<std::uint16_t>(code), "bye") + from_client(opcode::text, "too late"));

        EXPECT_EQ(c->take_sent(), plain_close(1000)) << code;
        EXPECT_TRUE(c->closed());
        EXPECT_EQ(other.log, "close " + std::to_string(code) + (code == 1005 ? " " : " bye") + "|gone clean");
    }
}

TEST_F(WebsocketSession, AnswersAnInvalidCloseWith1002AndCuts) {
    std::string frame;
    append_frame(frame, opcode::close, "x", true, &mask);
    wire->feed(frame);

    EXPECT_EQ(wire->take_sent(), plain_close(1002));
    EXPECT_TRUE(wire->closed());
    EXPECT_EQ(rider.log, "gone");
}

TEST_F(WebsocketSession, CutsAfterAViolation) {
    wire->feed(from_client(opcode::text, "ok") + from_client(opcode::text, "\xff") + from_client(opcode::text, "no"));

    EXPECT_EQ(wire->take_sent(), plain_close(1007));
    EXPECT_TRUE(wire->closed());
    EXPECT_EQ(rider.log, "ok|gone");
}

TEST_F(WebsocketSession, WaitsForThePeersCloseAfterItsOwn) {
    rider.s->close(1000);
    rider.s->close(1001);
    rider.s->send_text("too late");
    EXPECT_EQ(wire->take_sent(), plain_close(1000));
    EXPECT_FALSE(wire->closed());

    wire->feed(from_client(opcode::text, "ignored") + close_from_client(1000));

    EXPECT_TRUE(wire->closed());
    EXPECT_EQ(wire->take_sent(), "");
    EXPECT_EQ(rider.log, "gone clean");
}

TEST_F(WebsocketSession, CutsAPeerThatDoesNotAnswerItsClose) {
    rider.s->close(1000);
    EXPECT_EQ(wire->deadline(), loop.now() + milliseconds{5000});

    wire->advance(milliseconds{5100});

    EXPECT_TRUE(wire->aborted());
    EXPECT_EQ(rider.log, "gone");
    EXPECT_EQ(rider.deadlines, 0);
}

TEST_F(WebsocketSession, GivesTheDeadlineToItsRiderWhileOpen) {
    rider.s->wire().set_deadline(loop.now() + milliseconds{500});
    wire->advance(milliseconds{600});

    EXPECT_EQ(rider.deadlines, 1);
}

TEST_F(WebsocketSession, HandsUpNothingWhilePaused) {
    rider.on_data = [this](std::string_view) { rider.s->pause(); };
    wire->feed(from_client(opcode::text, "a") + from_client(opcode::text, "b"));
    EXPECT_EQ(rider.log, "a|");
    EXPECT_TRUE(wire->paused());

    rider.s->resume();
    loop.run();

    EXPECT_EQ(rider.log, "a|b|");
}

TEST_F(WebsocketSession, ReadsThePeersCloseEvenWhenItsRiderPaused) {
    rider.on_data = [this](std::string_view) { rider.s->pause(); };
    wire->feed(from_client(opcode::text, "a") + from_client(opcode::text, "b") + close_from_client(1000));
    rider.s->close(1000);
    loop.run();

    EXPECT_TRUE(wire->closed());
    EXPECT_EQ(rider.log, "a|gone clean");
}

TEST_F(WebsocketSession, IsNotCleanWhenThePeerJustGoes) {
    wire->feed_eof();

    EXPECT_EQ(rider.log, "gone");
}

TEST_F(WebsocketSession, TakesMessagesCutAnywhere) {
    const auto wire_bytes = from_client(opcode::text, "fra", false) + from_client(opcode::ping, "p") +
                            from_client(opcode::continuation, "gment") + from_client(opcode::binary, "x");
    for (std::size_t cut = 0; cut <= wire_bytes.size(); ++cut) {
        rider.log.clear();
        wire->feed(std::string_view{wire_bytes}.substr(0, cut));
        wire->feed(std::string_view{wire_bytes}.substr(cut));
        EXPECT_EQ(rider.log, "fra|gment|x|") << cut;
        EXPECT_EQ(wire->take_sent(), plain(opcode::pong, "p"));
    }
}
