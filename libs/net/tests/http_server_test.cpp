#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "fake_connection.hpp"
#include "test_handler.hpp"

namespace net {
namespace {

using namespace std::chrono_literals;
using ::testing::EndsWith;
using testing::fake_connection;
using testing::fake_loop;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using testing::test_handler;

const std::string get_a = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

struct server_fixture {
    fake_loop loop;
    std::shared_ptr<test_handler> handler = std::make_shared<test_handler>();
    std::shared_ptr<http::server_stats> stats = std::make_shared<http::server_stats>();
    http::server_limits limits;

    std::shared_ptr<fake_connection> connect(connection_limits wire = {}) {
        return fake_connection::make(loop, http::make_server_protocol(handler, limits, stats, loop), wire);
    }
};

class HttpServer : public ::testing::Test, protected server_fixture {};

std::size_t count(std::string_view text, std::string_view what) {
    std::size_t n = 0;
    for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1)) ++n;
    return n;
}

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

// A handler that waits until the test lets it go on.
struct gate {
    explicit gate(fake_loop& on) : timer{on.context(), std::chrono::steady_clock::time_point::max()} {}
    boost::asio::steady_timer timer;
    boost::asio::awaitable<void> wait() {
        boost::system::error_code ignored;
        co_await timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
    }
    void open(fake_loop& on) {
        timer.cancel();
        on.run();
    }
};

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

// --- late answers ----------------------------------------------------------------------------------------------------

class LateAnswer : public HttpServer {
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

// --- streams ---------------------------------------------------------------------------------------------------------

TEST_F(HttpServer, StreamsInChunksAndGoesOn) {
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

TEST_F(HttpServer, AbortsAStreamThatIsDroppedHalfWay) {
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

TEST_F(HttpServer, TellsAStreamThatItsPeerIsGone) {
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

TEST_F(HttpServer, EndsAStreamForHttp10ByClosing) {
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

// --- upgrade ---------------------------------------------------------------------------------------------------------

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

TEST_F(HttpServer, HandsTheRestToWhatItIsUpgradedTo) {
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

TEST_F(HttpServer, UpgradesAfterAHandlerThatWaited) {
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

// --- time ------------------------------------------------------------------------------------------------------------

TEST_F(HttpServer, EndsAnIdleConnectionSilently) {
    auto c = connect();
    c->feed(get_a);
    c->take_sent();

    c->advance(74s);
    EXPECT_FALSE(c->over());
    c->advance(2s);

    EXPECT_TRUE(c->closed());
    EXPECT_EQ("", c->sent());
}

TEST_F(HttpServer, RefusesAHeadThatTakesTooLongFromItsFirstByte) {
    auto c = connect();
    c->advance(50s);

    for (int i = 0; i < 9; ++i) {
        c->feed(std::string_view{"GET / HTT"}.substr(static_cast<std::size_t>(i), 1));
        c->advance(1s);
    }
    EXPECT_FALSE(c->over());
    c->advance(1100ms);

    EXPECT_THAT(c->sent(), StartsWith("HTTP/1.1 408 "));
    EXPECT_TRUE(c->closed());
}

TEST_F(HttpServer, RefusesABodyBelowTheRateFloor) {
    auto c = connect();
    c->feed("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n");

    for (int i = 0; i < 5; ++i) {
        c->feed("x");
        c->advance(1s);
    }
    EXPECT_FALSE(c->over());
    c->advance(2s);

    EXPECT_THAT(c->sent(), StartsWith("HTTP/1.1 408 "));
}

TEST_F(HttpServer, TakesASlowBodyAboveTheRateFloor) {
    auto c = connect();
    c->feed("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 30000\r\n\r\n");

    for (int i = 0; i < 30; ++i) {
        c->feed(std::string(1000, 'x'));
        c->advance(1s);
    }

    EXPECT_THAT(c->sent(), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServer, Answers503ForAHandlerThatDoesNotComeBack) {
    gate g{loop};
    handler->later = [&](http::request) -> boost::asio::awaitable<http::response> {
        co_await g.wait();
        co_return http::make_response(200, "", "too late");
    };
    auto c = connect();

    c->feed(get_a);
    c->advance(61s);
    EXPECT_THAT(c->sent(), StartsWith("HTTP/1.1 503 "));
    EXPECT_TRUE(c->closed());
    g.open(loop);

    EXPECT_THAT(c->sent(), Not(HasSubstr("too late")));
}

TEST_F(HttpServer, SaysCloseWhileDrainingAndEndsIdleConnections) {
    auto idle = connect();
    auto busy = connect();
    stats->draining = true;

    busy->feed(get_a);
    EXPECT_THAT(busy->sent(), HasSubstr("Connection: close\r\n"));
    EXPECT_TRUE(busy->closed());
    idle->advance(2100ms);

    EXPECT_TRUE(idle->closed());
    EXPECT_EQ("", idle->sent());
}

TEST_F(HttpServer, StopsAnsweringAPeerThatDoesNotRead) {
    handler->at_once = [](http::request&) { return http::make_response(200, "", std::string(10'000, 'x')); };
    connection_limits wire;
    wire.outbox_high = 50'000;
    auto c = connect(wire);
    std::string many;
    for (int i = 0; i < 100; ++i) many += get_a;

    c->hold_output();
    c->feed(many);
    const auto answered = handler->seen.size();
    EXPECT_LT(answered, 10U);
    c->take_output();

    EXPECT_EQ(100U, handler->seen.size());
    EXPECT_EQ(100U, count(c->sent(), "HTTP/1.1 200"));
}

TEST_F(HttpServer, SendsLargeBodiesWholeHoweverTheyAreKept) {
    const std::string large(300'000, 'y');
    handler->at_once = [&](http::request& r) -> std::optional<http::response> {
        auto answer = http::make_response(200, "", r.path == "/a" ? large : "");
        if (r.path != "/a") answer.shared_body = std::make_shared<const std::string>(large);
        return answer;
    };
    auto c = connect();

    c->feed(get_a + "GET /b HTTP/1.1\r\nHost: x\r\n\r\n");

    EXPECT_EQ(2U, count(c->sent(), "Content-Length: 300000\r\n"));
    EXPECT_GT(c->sent().size(), 600'000U);
}

}  // namespace
}  // namespace net
