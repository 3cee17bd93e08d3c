// Long polling: what a poll waits for, who takes its place, and when the connection is given up.
#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/manual_clock.hpp"
#include "support/hub_over_http.hpp"

using namespace signalr;
using namespace signalr::testing;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr std::string_view close_and_come_back = "{\"type\":7,\"allowReconnect\":true}\x1e";

struct watched_hub : hub_over_http {
    explicit watched_hub(hub_options options = {}, authenticator who = user_from_header)
        : hub_over_http{options, "/hub", std::move(who)} {
        hub->on_connected([this](caller_context&) -> boost::asio::awaitable<void> {
            ++came;
            co_return;
        });
        hub->on_disconnected([this](caller_context&) -> boost::asio::awaitable<void> {
            ++went;
            co_return;
        });
        hub->on("Echo", 1, [](caller_context&, const auto& args) -> boost::asio::awaitable<std::string> {
            co_return json_string(std::string_view{args[0].as_string()});
        });
        hub->on("Wait", 0, [this](caller_context&, const auto&) -> boost::asio::awaitable<std::string> {
            gate.expires_at(boost::asio::steady_timer::time_point::max());
            boost::system::error_code ignored;
            co_await gate.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
            co_return "null";
        });
        hub->on("Close", 0, [](caller_context& c, const auto&) -> boost::asio::awaitable<std::string> {
            c.abort();
            co_return "null";
        });
    }
    void open_gate() {
        gate.cancel();
        loop.run();
    }
    boost::asio::steady_timer gate{loop.context()};
    int came = 0, went = 0;
};

hub_options quick() { return {.disconnect_timeout = seconds{5}, .poll_timeout = seconds{30}}; }

}  // namespace

TEST(LongPolling, WaitsForAMessageAndTakesAllOfThem) {
    watched_hub h;
    const auto target = h.polling();
    const auto poll = h.poll(target);
    EXPECT_FALSE(poll.answered());

    h.post(target, call_text("1", "Echo", "[\"a\"]") + call_text("2", "Echo", "[\"b\"]"));

    EXPECT_EQ(poll.answer().get("Content-Type"), "application/octet-stream");
    EXPECT_EQ(poll.body(), result_text("1", "\"a\"") + result_text("2", "\"b\""));
}

TEST(LongPolling, EndsEmptyAfterItsTimeAndTheConnectionLives) {
    watched_hub h{quick()};
    const auto target = h.polling();
    const auto poll = h.poll(target);
    h.advance(seconds{29});
    EXPECT_FALSE(poll.answered());

    h.advance(seconds{2});
    EXPECT_EQ(poll.status(), 200U);
    EXPECT_EQ(poll.body(), "");
    EXPECT_EQ(poll.answer().get("Content-Type"), "text/plain");
    h.advance(seconds{3});
    EXPECT_FALSE(h.poll(target).answered());
    EXPECT_EQ(h.went, 0);
}

TEST(LongPolling, GivesUpAClientThatDoesNotPollAgain) {
    watched_hub h{quick()};
    const auto target = h.polling();
    h.advance(seconds{3});
    EXPECT_EQ(h.post(target, "{\"type\":6}\x1e").status(), 200U);  // not a poll
    EXPECT_EQ(h.went, 0);

    h.advance(seconds{4});
    EXPECT_EQ(h.went, 1);
    EXPECT_EQ(h.poll(target).status(), 404U);
    EXPECT_EQ(h.post(target, "x").status(), 404U);
    EXPECT_EQ(h.hub->stats().connections, 0);
}

TEST(LongPolling, NoticesThatThePollsClientWentAway) {
    watched_hub h{quick()};
    const auto target = h.polling();
    const auto poll = h.poll(target);
    h.advance(seconds{20});
    poll.go_away();
    h.advance(seconds{4});
    EXPECT_EQ(h.went, 0);

    h.hub->clients().all().send_json("kept", "[]");
    const auto next = h.poll(target);
    EXPECT_EQ(next.body(), "{\"type\":1,\"target\":\"kept\",\"arguments\":[]}\x1e");
    const auto last = h.poll(target);
    last.go_away();
    h.advance(seconds{7});
    EXPECT_EQ(h.went, 1);
}

TEST(LongPolling, LetsANewerPollTakeOver) {
    watched_hub h;
    const auto target = h.polling();
    const auto first = h.poll(target), second = h.poll(target);
    EXPECT_EQ(first.status(), 204U);
    EXPECT_FALSE(second.answered());

    first.go_away();  // means nothing any more
    h.post(target, call_text("1", "Echo", "[\"a\"]"));
    EXPECT_EQ(second.body(), result_text("1", "\"a\""));
}

TEST(LongPolling, SaysTheLastWordsBeforeItEnds) {
    watched_hub h;
    const auto target = h.polling();
    h.post(target, call_text("", "Close"));
    EXPECT_EQ(h.went, 1);

    EXPECT_EQ(h.poll(target).body(), "{\"type\":7}\x1e");
    EXPECT_EQ(h.poll(target).status(), 204U);
    EXPECT_EQ(h.poll(target).status(), 404U);
}

TEST(LongPolling, IsForgottenWhenNobodyFetchesTheLastWords) {
    watched_hub h{quick()};
    const auto target = h.polling();
    h.post(target, call_text("", "Close"));
    h.advance(seconds{7});

    EXPECT_EQ(h.poll(target).status(), 404U);
}

TEST(LongPolling, EndsByDeleteAlsoBetweenPollsAndWhateverAMethodDoes) {
    watched_hub h;
    const auto polled = h.polling(), between = h.polling();
    const auto poll = h.poll(polled);
    h.post(between, call_text("1", "Wait"));

    const auto first = h.send("DELETE", polled), second = h.send("DELETE", between);
    EXPECT_EQ(first.status(), 202U);
    EXPECT_EQ(second.status(), 202U);
    EXPECT_EQ(poll.body(), close_and_come_back);
    EXPECT_EQ(h.poll(polled).status(), 404U);
    EXPECT_EQ(h.poll(between).status(), 404U);
    EXPECT_EQ(h.send("DELETE", polled).status(), 404U);
    EXPECT_EQ(h.went, 2);
    h.open_gate();
}

TEST(LongPolling, EndsByDeleteBeforeTheHandshake) {
    watched_hub h;
    const auto target = h.fresh();
    h.poll(target);
    const auto poll = h.poll(target);

    EXPECT_EQ(h.send("DELETE", target).status(), 202U);
    EXPECT_EQ(poll.status(), 204U);
    EXPECT_EQ(h.came, 0);
}

TEST(LongPolling, HasNoPingsAndNoClientTimeout) {
    watched_hub h{{.client_timeout = seconds{10}, .first_message_deadline = seconds{20}}};
    const auto target = h.polling();
    h.advance(seconds{5});
    h.post(target, "{\"type\":6}\x1e");
    const auto poll = h.poll(target);

    h.advance(seconds{80});
    EXPECT_FALSE(poll.answered());
    EXPECT_EQ(h.went, 0);
}

TEST(LongPolling, ServesOnlyTheUserWhoOpenedIt) {
    watched_hub h;
    const auto target = h.fresh();
    h.poll(target, {"X-User: anna"});
    EXPECT_EQ(h.post(target, hub_over_http::hello, {"X-User: bert"}).status(), 403U);
    EXPECT_EQ(h.post(target, hub_over_http::hello, {"X-User: anna"}).status(), 200U);

    EXPECT_EQ(h.poll(target, {"X-User: bert"}).status(), 403U);
    EXPECT_EQ(h.poll(target).status(), 403U);
    EXPECT_EQ(h.send("DELETE", target, {}, {"X-User: bert"}).status(), 403U);
    EXPECT_EQ(h.poll(target, {"X-User: anna"}).body(), "{}\x1e");
}

TEST(LongPolling, AdoptsTheExpiryOfANewerToken) {
    base::manual_clock time;
    const auto at = [&](int s) {
        return std::chrono::system_clock::time_point{std::chrono::microseconds{time.now()} + seconds{s}};
    };
    auto expires = at(10);
    watched_hub h{{.disconnect_timeout = seconds{100}, .time = &time},
                  [&](const net::http::request&) -> std::variant<principal, net::http::response> {
                      return principal{"anna", expires};
                  }};
    const auto target = h.polling();
    expires = at(40);
    h.poll(target);

    for (int i = 0; i < 30; ++i) time.advance(seconds{1}), h.advance(seconds{1});
    EXPECT_EQ(h.went, 0);
    const auto poll = h.poll(target);
    for (int i = 0; i < 14; ++i) time.advance(seconds{1}), h.advance(seconds{1});
    EXPECT_EQ(h.went, 1);
    EXPECT_EQ(poll.body(), close_and_come_back);
}

TEST(LongPolling, TakesMessagesFromSeveralPostsAndPieces) {
    watched_hub h;
    const auto target = h.polling();
    const auto text = call_text("1", "Echo", "[\"abc\"]");
    for (const char c : text) EXPECT_EQ(h.post(target, std::string(1, c)).status(), 200U);

    EXPECT_EQ(h.poll(target).body(), result_text("1", "\"abc\""));
}

TEST(LongPolling, LetsPostsWaitWhileTheHubDoesNotTakeThem) {
    watched_hub h{{.application_max_buffer_size = 1000, .max_waiting_posts = 2}};
    const auto target = h.polling();
    h.post(target, call_text("w", "Wait"));
    const std::string big = call_text("1", "Echo", "[\"" + std::string(2000, 'x') + "\"]");
    EXPECT_EQ(h.post(target, big).status(), 200U);  // what the hub's side has taken before it asked to wait

    const auto full = h.post(target, big), behind = h.post(target, call_text("2", "Echo", "[\"y\"]"));
    EXPECT_FALSE(full.answered());
    EXPECT_FALSE(behind.answered());
    EXPECT_EQ(h.post(target, "z").status(), 503U);

    h.open_gate();
    EXPECT_EQ(full.status(), 200U);
    EXPECT_EQ(behind.status(), 200U);
    const auto said = h.poll(target).body();
    EXPECT_TRUE(said.starts_with(result_text("w", "null")));
    EXPECT_TRUE(said.ends_with(result_text("2", "\"y\"")));
}

TEST(LongPolling, AnswersPostsThatWaitWhenItEnds) {
    watched_hub h{{.application_max_buffer_size = 1000}};
    const auto target = h.polling();
    h.post(target, call_text("w", "Wait"));
    h.post(target, "{");
    const auto full = h.post(target, std::string(2000, ' ')), behind = h.post(target, " ");
    EXPECT_FALSE(full.answered());

    h.send("DELETE", target);
    EXPECT_TRUE(full.answered());
    EXPECT_EQ(behind.status(), 404U);
    h.open_gate();
}

TEST(LongPolling, ClosesAClientThatDoesNotFetchWhatIsSentToIt) {
    watched_hub h{{.broadcast_backlog = 10'000}};
    const auto target = h.polling();
    const std::string text = "[\"" + std::string(3000, 'x') + "\"]";
    for (int i = 0; i < 5; ++i) h.hub->clients().all().send_json("news", text);

    EXPECT_EQ(h.hub->stats().slow_closed, 1U);
    EXPECT_TRUE(h.poll(target).body().ends_with(close_and_come_back));
    EXPECT_EQ(h.poll(target).status(), 204U);
}

TEST(LongPolling, StopsReadingWhileTheClientDoesNotFetch) {
    watched_hub h{{.transport_max_buffer_size = 5000, .application_max_buffer_size = 1000}};
    const auto target = h.polling();
    const auto call = call_text("1", "Echo", "[\"" + std::string(3000, 'x') + "\"]");
    h.post(target, call);
    h.post(target, call);
    h.post(target, call);
    const auto waits = h.post(target, call);
    EXPECT_FALSE(waits.answered());

    EXPECT_EQ(h.poll(target).body().size(), 2 * result_text("1", "\"" + std::string(3000, 'x') + "\"").size());
    EXPECT_EQ(waits.status(), 200U);
    EXPECT_EQ(h.poll(target).body().size(), 2 * result_text("1", "\"" + std::string(3000, 'x') + "\"").size());
}

TEST(LongPolling, GivesUpAnAnswerThatDoesNotLeave) {
    watched_hub h{{.transport_send_timeout = seconds{2}}};
    const auto target = h.polling();
    const auto poll = h.poll(target);
    poll.wire->hold_output();
    h.post(target, call_text("1", "Echo", "[\"a\"]"));
    h.advance(seconds{4});

    EXPECT_EQ(h.went, 1);
    EXPECT_EQ(h.poll(target).status(), 404U);
}

TEST(LongPolling, SaysGoodbyeAtShutdown) {
    watched_hub h;
    const auto polled = h.polling(), between = h.polling();
    const auto poll = h.poll(polled);
    bool done = false;
    boost::asio::co_spawn(
        h.loop.context(), [&]() -> boost::asio::awaitable<void> { co_await h.hub->shut_down(); },
        [&](std::exception_ptr) { done = true; });
    h.loop.run();

    EXPECT_EQ(poll.body(), close_and_come_back);
    EXPECT_EQ(h.poll(polled).status(), 404U);
    EXPECT_EQ(h.poll(between).body(), close_and_come_back);
    EXPECT_EQ(h.send("POST", "/hub/negotiate").status(), 503U);
    for (int i = 0; i < 1000 && !done; ++i) h.loop.context().restart(), h.loop.context().run_for(milliseconds{5});
    EXPECT_TRUE(done);
}

TEST(LongPolling, NeedsARoomyTableNoLongerThanItLives) {
    watched_hub h{{.disconnect_timeout = seconds{5}, .max_negotiated = 2}};
    const auto target = h.polling();
    h.fresh(), h.fresh();
    EXPECT_EQ(h.send("POST", "/hub/negotiate").status(), 503U);
    EXPECT_FALSE(h.poll(target).answered());

    h.advance(seconds{7});
    EXPECT_EQ(h.send("POST", "/hub/negotiate").status(), 200U);
}

TEST(LongPolling, KeepsWhatIsPostedBeforeTheFirstPoll) {
    watched_hub h{{.application_max_buffer_size = 200}};
    const auto target = h.fresh();
    EXPECT_EQ(h.post(target, hub_over_http::hello).status(), 200U);
    EXPECT_EQ(h.post(target, call_text("1", "Echo", "[\"a\"]")).status(), 200U);
    EXPECT_EQ(h.post(target, std::string(200, ' ')).status(), 503U);

    h.poll(target);
    EXPECT_EQ(h.poll(target).body(), "{}\x1e" + result_text("1", "\"a\""));
}

TEST(LongPolling, LeavesNothingBehindWhenTheHubIsDropped) {
    watched_hub h;
    const auto poll = h.poll(h.polling());
    h.polling();
    h.hub.reset();
    h.loop.run();

    EXPECT_EQ(poll.status(), 204U);
    EXPECT_EQ(h.went, 2);
}
