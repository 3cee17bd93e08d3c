// Deadlines, drains, and peers that are slow.
#include "server_fixture.hpp"

namespace net {
namespace {

using namespace std::chrono_literals;
using testing::count;
using testing::gate;
using testing::get_a;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::server_fixture;
using ::testing::StartsWith;

class HttpServerTime : public ::testing::Test, protected server_fixture {};

TEST_F(HttpServerTime, EndsAnIdleConnectionSilently) {
    auto c = connect();
    c->feed(get_a);
    c->take_sent();

    c->advance(74s);
    EXPECT_FALSE(c->over());
    c->advance(2s);

    EXPECT_TRUE(c->closed());
    EXPECT_EQ("", c->sent());
}

TEST_F(HttpServerTime, RefusesAHeadThatTakesTooLongFromItsFirstByte) {
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

TEST_F(HttpServerTime, RefusesABodyBelowTheRateFloor) {
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

TEST_F(HttpServerTime, TakesASlowBodyAboveTheRateFloor) {
    auto c = connect();
    c->feed("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 30000\r\n\r\n");

    for (int i = 0; i < 30; ++i) {
        c->feed(std::string(1000, 'x'));
        c->advance(1s);
    }

    EXPECT_THAT(c->sent(), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTime, Answers503ForAHandlerThatDoesNotComeBack) {
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

TEST_F(HttpServerTime, SaysCloseWhileDrainingAndEndsIdleConnections) {
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

TEST_F(HttpServerTime, StopsAnsweringAPeerThatDoesNotRead) {
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

TEST_F(HttpServerTime, SendsLargeBodiesWholeHoweverTheyAreKept) {
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
