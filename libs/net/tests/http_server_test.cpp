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

class HttpServer : public ::testing::Test, protected server_fixture {};

TEST_F(HttpServer, AnswersAndKeepsTheConnection) {
    auto c = connect();

    c->feed(get_a);
    c->feed(get_a);

    EXPECT_EQ(2U, count(c->sent(), "HTTP/1.1 200 OK\r\n"));
    EXPECT_EQ(2U, count(c->sent(), "Content-Length: 7\r\n"));
    EXPECT_EQ(2U, count(c->sent(), "\r\nDate: "));
    EXPECT_THAT(c->sent(), Not(HasSubstr("Connection:")));
    EXPECT_THAT(c->sent(), EndsWith("\r\n\r\nGET /a "));
    EXPECT_FALSE(c->over());
    EXPECT_EQ(2U, stats->requests.load());
    EXPECT_EQ(0, stats->in_flight.load());
}

TEST_F(HttpServer, ReadsARequestCutAtEveryPosition) {
    const std::string text = "POST /b?x=1 HTTP/1.1\r\nHost: h\r\nX-One:  two \r\nContent-Length: 5\r\n\r\nhello";
    for (std::size_t cut = 1; cut < text.size(); ++cut) {
        handler->seen.clear();
        auto c = connect();

        c->feed(text.substr(0, cut));
        EXPECT_TRUE(handler->seen.empty()) << cut;
        c->feed(text.substr(cut));

        ASSERT_EQ(1U, handler->seen.size()) << cut;
        const auto& r = handler->seen[0];
        EXPECT_EQ("POST", r.verb);
        EXPECT_EQ("/b", r.path);
        EXPECT_EQ("x=1", r.query);
        EXPECT_EQ("hello", r.body);
        EXPECT_EQ((std::pair<std::string, std::string>{"X-One", "two"}), r.headers[1]);
    }
}

TEST_F(HttpServer, ReadsAChunkedBodyCutAtEveryPosition) {
    const std::string text =
        "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
        "Chunked\r\n\r\n3;a=b\r\nabc\r\n0A\r\n0123456789\r\n0\r\nTrail: er\r\n\r\n";
    for (std::size_t cut = 1; cut < text.size(); ++cut) {
        handler->seen.clear();
        auto c = connect();

        c->feed(text.substr(0, cut));
        c->feed(text.substr(cut) + get_a);

        ASSERT_EQ(2U, handler->seen.size()) << cut;
        EXPECT_EQ("abc0123456789", handler->seen[0].body);
        EXPECT_EQ("/a", handler->seen[1].path);
    }
}

TEST_F(HttpServer, ReadsByteByByte) {
    auto c = connect();
    const std::string text = get_a + "POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi" + get_a;

    for (const char byte : text) c->feed({&byte, 1});

    ASSERT_EQ(3U, handler->seen.size());
    EXPECT_EQ("hi", handler->seen[1].body);
}

TEST_F(HttpServer, AnswersPipelinedRequestsInOrder) {
    auto c = connect();
    std::string many;
    for (int i = 0; i < 50; ++i) many += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n";

    c->feed(many);

    ASSERT_EQ(50U, handler->seen.size());
    std::size_t at = 0;
    for (int i = 0; i < 50; ++i) {
        at = c->sent().find("GET /" + std::to_string(i) + " ", at);
        ASSERT_NE(std::string::npos, at) << i;
    }
}

TEST_F(HttpServer, ForgivesOneEmptyLineBeforeARequest) {
    auto c = connect();

    c->feed("\r");
    c->feed("\n" + get_a + "\r\n" + get_a);
    EXPECT_EQ(2U, handler->seen.size());

    c->feed("\r\n\r\n");
    EXPECT_THAT(c->sent(), HasSubstr("HTTP/1.1 400 "));
}

TEST_F(HttpServer, HoldsFurtherInputWhileAHandlerIsUnderWay) {
    gate g{loop};
    handler->later = [&](http::request r) -> boost::asio::awaitable<http::response> {
        co_await g.wait();
        co_return http::make_response(200, "text/plain", "slow " + std::string{r.target});
    };
    auto c = connect();

    c->feed(get_a + "GET /b HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(1U, handler->seen.size());
    EXPECT_TRUE(c->paused());
    EXPECT_EQ(1, stats->in_flight.load());
    EXPECT_EQ("", c->sent());

    g.open(loop);
    EXPECT_THAT(c->sent(), HasSubstr("slow /a"));
    ASSERT_EQ(2U, handler->seen.size());
    g.open(loop);
    EXPECT_THAT(c->sent(), EndsWith("slow /b"));
    EXPECT_FALSE(c->paused());
    EXPECT_EQ(0, stats->in_flight.load());
}

TEST_F(HttpServer, AnswersAHandlerThatNeverSuspendsInTheSameTurn) {
    handler->later = [](http::request r) -> boost::asio::awaitable<http::response> {
        co_return http::make_response(201, "text/plain", std::string{r.body});
    };
    auto c = connect();

    c->feed("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc" + get_a);

    EXPECT_THAT(c->sent(), StartsWith("HTTP/1.1 201 Created\r\n"));
    EXPECT_EQ(2U, count(c->sent(), "HTTP/1.1 201"));
}

TEST_F(HttpServer, TurnsAnExceptionIntoABare500AndCloses) {
    handler->later = [](http::request) -> boost::asio::awaitable<http::response> {
        throw std::runtime_error{"secret"};
        co_return http::response{};
    };
    auto c = connect();

    c->feed(get_a);

    EXPECT_THAT(c->sent(), StartsWith("HTTP/1.1 500 Internal Server Error\r\n"));
    EXPECT_THAT(c->sent(), Not(HasSubstr("secret")));
    EXPECT_TRUE(c->closed());
}

TEST_F(HttpServer, DropsTheAnswerWhenThePeerIsGone) {
    gate g{loop};
    handler->later = [&](http::request) -> boost::asio::awaitable<http::response> {
        co_await g.wait();
        co_return http::response{};
    };
    auto c = connect();
    c->feed(get_a);

    c->break_off();
    EXPECT_EQ(0, stats->in_flight.load());
    g.open(loop);

    EXPECT_EQ("", c->sent());
}

TEST_F(HttpServer, AnswersAPeerThatEndedItsSideThenCloses) {
    gate g{loop};
    handler->later = [&](http::request r) -> boost::asio::awaitable<http::response> {
        co_await g.wait();
        co_return http::make_response(200, "text/plain", std::string{r.target});
    };
    auto c = connect();

    c->feed(get_a);
    c->feed_eof();
    EXPECT_FALSE(c->over());
    g.open(loop);

    EXPECT_THAT(c->sent(), EndsWith("/a"));
    EXPECT_TRUE(c->closed());
}

TEST_F(HttpServer, KnowsHeadAndBodilessStatuses) {
    handler->at_once = [](http::request& r) -> std::optional<http::response> {
        if (r.path == "/204") return http::make_response(204, "", "dropped");
        if (r.path == "/304") return http::make_response(304, "", "dropped");
        auto answer = http::make_response(200, "text/plain", "twelve bytes");
        if (r.path == "/known") answer.head_length = 4711;
        return answer;
    };
    auto c = connect();

    c->feed("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(c->sent(), HasSubstr("Content-Length: 12\r\n"));
    EXPECT_THAT(c->take_sent(), EndsWith("\r\n\r\n"));
    c->feed("HEAD /known HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(c->take_sent(), HasSubstr("Content-Length: 4711\r\n"));
    for (const auto* path : {"/204", "/304"}) {
        c->feed("GET " + std::string{path} + " HTTP/1.1\r\nHost: x\r\n\r\n");
        EXPECT_THAT(c->sent(), Not(HasSubstr("Content-Length")));
        EXPECT_THAT(c->take_sent(), EndsWith("\r\n\r\n"));
    }
}

TEST_F(HttpServer, KeepsTheOldVersionsManners) {
    auto c = connect();

    c->feed("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_THAT(c->take_sent(), HasSubstr("Connection: keep-alive\r\n"));
    EXPECT_FALSE(c->over());
    c->feed("GET /a HTTP/1.0\r\n\r\n");
    EXPECT_THAT(c->sent(), HasSubstr("Connection: close\r\n"));
    EXPECT_TRUE(c->closed());
}

TEST_F(HttpServer, ClosesWhenAskedTo) {
    auto c = connect();

    c->feed("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" + get_a);

    EXPECT_EQ(1U, handler->seen.size());
    EXPECT_THAT(c->sent(), HasSubstr("Connection: close\r\n"));
    EXPECT_TRUE(c->closed());
}

TEST_F(HttpServer, LetsNoValueBreakTheHead) {
    handler->at_once = [](http::request&) {
        http::response r;
        r.set("X-A", "one\r\nSet-Cookie: evil=1").set("Content-Length", "99").set("transfer-encoding", "chunked");
        return r;
    };
    auto c = connect();

    c->feed(get_a);

    EXPECT_THAT(c->sent(), HasSubstr("X-A: one  Set-Cookie: evil=1\r\n"));
    EXPECT_EQ(1U, count(c->sent(), "Content-Length: "));
    EXPECT_THAT(c->sent(), Not(HasSubstr("ransfer-")));
}

TEST_F(HttpServer, AnswersExpectBeforeTheBodyIsSent) {
    auto c = connect();
    const std::string head = "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-Continue\r\n\r\n";

    c->feed(head);
    EXPECT_EQ("HTTP/1.1 100 Continue\r\n\r\n", c->take_sent());
    c->feed("abc");
    EXPECT_THAT(c->take_sent(), StartsWith("HTTP/1.1 200 OK\r\n"));
    c->feed(head + "abc");
    EXPECT_THAT(c->take_sent(), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(HttpServer, GivesTheFinalStatusInsteadOf100WhenTheBodyIsRefused) {
    auto c = connect();

    c->feed("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 65537\r\nExpect: 100-continue\r\n\r\n");

    EXPECT_THAT(c->sent(), StartsWith("HTTP/1.1 413 "));
    EXPECT_TRUE(c->closed());
}

}  // namespace
}  // namespace net
