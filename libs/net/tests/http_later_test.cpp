// Answers that take their time: given later, streamed, or followed by another protocol.
#include "server_fixture.hpp"

namespace net {
namespace {

using testing::count;
using ::testing::EndsWith;
using testing::gate;
using testing::get_a;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::server_fixture;
using ::testing::StartsWith;

class LateAnswer : public ::testing::Test, protected server_fixture {
protected:
    LateAnswer() {
        handler->at_once = [this](http::request&) {
            http::response r;
            r.set("X-Layer", "above");
            r.later = [this](std::unique_ptr<http::late_answer> a) {
                a->on_gone([this] { ++went; });
                late = std::move(a);
            };
            return std::optional{std::move(r)};
        };
    }
    ~LateAnswer() override { late.reset(); }

    std::unique_ptr<http::late_answer> late;
    int went = 0;
};

TEST_F(LateAnswer, ComesWithTheHeadersOfTheLayersAboveAndLetsTheNextRequestIn) {
    auto c = connect();
    c->feed(get_a + get_a);
    EXPECT_EQ("", c->sent());
    EXPECT_EQ(1, stats->in_flight.load());
    auto first = std::move(late);

    loop.turn([&] { first->give(http::make_response(202, "text/plain", "so late")); });

    EXPECT_THAT(c->sent(), StartsWith("HTTP/1.1 202 Accepted\r\nContent-Type: text/plain\r\nX-Layer: above\r\n"));
    EXPECT_THAT(c->sent(), EndsWith("so late"));
    EXPECT_EQ(2U, handler->seen.size());
    EXPECT_TRUE(late);
    EXPECT_EQ(0, went);
}

TEST_F(LateAnswer, MayBeGivenBeforeTheHandlerReturns) {
    handler->at_once = [](http::request&) {
        http::response r;
        r.later = [](std::unique_ptr<http::late_answer> a) { a->give(http::make_response(200, "text/plain", "now")); };
        return std::optional{std::move(r)};
    };
    auto c = connect();

    c->feed(get_a + get_a);

    EXPECT_EQ(2U, count(c->sent(), "\r\n\r\nnow"));
}

TEST_F(LateAnswer, IsNotBoundByTheHandlersTime) {
    auto c = connect();
    c->feed(get_a);
    c->advance(limits.handler_timeout * 3);

    EXPECT_FALSE(c->over());
    loop.turn([&] { late->give(http::make_response(204, {}, {})); });
    EXPECT_THAT(c->sent(), StartsWith("HTTP/1.1 204"));
}

TEST_F(LateAnswer, HearsThatThePeerWentAway) {
    auto ended = connect(), broken = connect();
    ended->feed(get_a);
    auto first = std::move(late);
    broken->feed(get_a);

    ended->feed_eof();
    EXPECT_EQ(1, went);
    EXPECT_TRUE(first->gone());
    broken->break_off();
    EXPECT_EQ(2, went);
    loop.turn([&] { first->give(http::make_response(200, "text/plain", "too late")); });
    EXPECT_EQ("", ended->sent());
    EXPECT_EQ(0, stats->in_flight.load());
}

TEST_F(LateAnswer, DroppedIsABare500) {
    auto c = connect();
    c->feed(get_a);

    loop.turn([&] { late.reset(); });

    EXPECT_THAT(c->sent(), StartsWith("HTTP/1.1 500"));
    EXPECT_EQ(0, went);
}

TEST_F(LateAnswer, OutlivesItsConnection) {
    auto c = connect();
    c->feed(get_a);
    c->break_off();
    c.reset();

    loop.turn([&] { late->give(http::make_response(200, "text/plain", "to nobody")); });
    EXPECT_EQ(1, went);
}

class HttpStream : public ::testing::Test, protected server_fixture {};

TEST_F(HttpStream, StreamsInChunksAndGoesOn) {
    std::unique_ptr<http::body_writer> writer;
    int sent = 0;
    handler->at_once = [&](http::request& r) -> std::optional<http::response> {
        if (r.path != "/a") return http::make_response(200, "", "next");
        http::response answer;
        answer.sent = [&] { ++sent; };
        answer.stream = [&](std::unique_ptr<http::body_writer> w) { writer = std::move(w); };
        return answer;
    };
    auto c = connect();

    c->feed(get_a + "GET /b HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_TRUE(writer);
    writer->write("hello");
    writer->write("");
    EXPECT_THAT(c->sent(), HasSubstr("Transfer-Encoding: chunked\r\n"));
    EXPECT_THAT(c->sent(), EndsWith("\r\n\r\n5\r\nhello\r\n"));
    EXPECT_EQ(0, sent);
    writer->finish();
    loop.run();

    EXPECT_EQ(1, sent);
    EXPECT_THAT(c->sent(), HasSubstr("0\r\n\r\nHTTP/1.1 200 OK"));
    EXPECT_THAT(c->sent(), EndsWith("next"));
    writer.reset();
    EXPECT_FALSE(c->over());
}

TEST_F(HttpStream, AbortsAStreamThatIsDroppedHalfWay) {
    std::unique_ptr<http::body_writer> writer;
    handler->at_once = [&](http::request&) {
        http::response answer;
        answer.stream = [&](std::unique_ptr<http::body_writer> w) { writer = std::move(w); };
        return answer;
    };
    auto c = connect();

    c->feed(get_a);
    writer->write("part");
    writer.reset();

    EXPECT_TRUE(c->aborted());
}

TEST_F(HttpStream, TellsAStreamThatItsPeerIsGone) {
    std::unique_ptr<http::body_writer> writer;
    bool gone = false;
    handler->at_once = [&](http::request&) {
        http::response answer;
        answer.stream = [&](std::unique_ptr<http::body_writer> w) {
            writer = std::move(w);
            writer->on_gone([&] { gone = true; });
        };
        return answer;
    };
    auto c = connect();
    c->feed(get_a);
    EXPECT_EQ(1, stats->in_flight.load());

    c->feed_eof();

    EXPECT_TRUE(gone);
    EXPECT_TRUE(writer->gone());
    EXPECT_EQ(0, stats->in_flight.load());
    writer->write("into the void");
    writer->finish();
}

TEST_F(HttpStream, EndsAStreamForHttp10ByClosing) {
    handler->at_once = [&](http::request&) {
        http::response answer;
        answer.stream = [](std::unique_ptr<http::body_writer> w) {
            w->write("all");
            w->finish();
        };
        return answer;
    };
    auto c = connect();

    c->feed("GET / HTTP/1.0\r\n\r\n");

    EXPECT_THAT(c->sent(), EndsWith("\r\n\r\nall"));
    EXPECT_THAT(c->sent(), Not(HasSubstr("chunked")));
    EXPECT_TRUE(c->closed());
}

class HttpUpgrade : public ::testing::Test, protected server_fixture {};

class echo final : public protocol {
public:
    void attached(connection& c) override { wire_ = &c; }
    std::size_t absorb(std::string_view bytes) override {
        wire_->send("<" + std::string{bytes} + ">");
        return bytes.size();
    }
    void on_end(end_reason) override {}

private:
    connection* wire_ = nullptr;
};

http::response upgrade_to_echo() {
    http::response r;
    r.status = 101;
    r.set("Upgrade", "echo").set("Connection", "Upgrade");
    r.upgrade = std::make_unique<echo>();
    return r;
}

TEST_F(HttpUpgrade, HandsTheRestToWhatItIsUpgradedTo) {
    handler->at_once = [](http::request&) { return upgrade_to_echo(); };
    auto c = connect();

    c->feed(get_a + "rest");
    EXPECT_THAT(c->sent(),
                StartsWith("HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n"));
    EXPECT_THAT(c->take_sent(), EndsWith("\r\n\r\n<rest>"));
    c->feed("more");
    EXPECT_EQ("<more>", c->sent());
    EXPECT_EQ(0, stats->in_flight.load());
}

TEST_F(HttpUpgrade, UpgradesAfterAHandlerThatWaited) {
    gate g{loop};
    handler->later = [&](http::request) -> boost::asio::awaitable<http::response> {
        co_await g.wait();
        co_return upgrade_to_echo();
    };
    auto c = connect();

    c->feed(get_a + "early");
    g.open(loop);

    EXPECT_THAT(c->sent(), EndsWith("\r\n\r\n<early>"));
}

}  // namespace
}  // namespace net
