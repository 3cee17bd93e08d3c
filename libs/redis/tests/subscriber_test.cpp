// The subscriber against a real redis-server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "calls.hpp"
#include "redis_server.hpp"

namespace redis {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using testing::eventually;
using testing::fault_of;
using ::testing::HasSubstr;
using testing::outcome;
using testing::redis_server;
using testing::start;

// What a handler was given. The handler may outlive it.
class heard {
public:
    message_handler handler() {
        return [log = log_](std::string_view channel, std::string_view payload) {
            const std::lock_guard held{log->guard};
            log->all.push_back(std::string{channel} + "=" + std::string{payload});
        };
    }
    std::vector<std::string> all() const {
        const std::lock_guard held{log_->guard};
        return log_->all;
    }
    std::size_t count() const { return all().size(); }

private:
    struct log {
        std::mutex guard;
        std::vector<std::string> all;
    };
    std::shared_ptr<log> log_ = std::make_shared<log>();
};

class Subscriber : public ::testing::Test {
protected:
    void connect(const settings& s) {
        subscriber_events events;
        events.on_gap = [this](const gap& g) {
            const std::lock_guard held{guard_};
            gaps_.push_back(g);
        };
        auto made = make_subscriber(loops_.redis(), s, events);
        ASSERT_TRUE(made) << made.error().message;
        subscriber_ = std::move(*made);
        auto publisher = make_client(loops_.redis(), s);
        ASSERT_TRUE(publisher);
        publisher_ = std::move(*publisher);
        ASSERT_TRUE(loops_.run([&] { return publisher_->ready(); }));
    }
    base::result<> subscribe(const std::string& channel, heard& by) {
        return loops_.run([&] { return subscriber_->subscribe(channel, by.handler()); });
    }
    base::result<> unsubscribe(const std::string& channel) {
        return loops_.run([&] { return subscriber_->unsubscribe(channel); });
    }
    // How many the server gave it to; -1 when it was not published.
    std::int64_t publish(std::string_view channel, std::string_view payload) {
        const auto r = loops_.run([&] { return publisher_->command("PUBLISH", channel, payload); });
        return r ? r->integer() : -1;
    }
    // Both have let go of their connections. Before a server is started again they must have: a fork would keep a socket
    // open that is just being closed, and epoll would go on to report it.
    bool nobody_connected() {
        return eventually([&] { return !subscriber_->state().connected && !publisher_->state().connected; });
    }
    std::vector<gap> gaps() {
        const std::lock_guard held{guard_};
        return gaps_;
    }

    testing::two_loops loops_;
    std::mutex guard_;
    std::vector<gap> gaps_;
    std::unique_ptr<client> publisher_;
    std::unique_ptr<subscriber> subscriber_;
};

TEST_F(Subscriber, HearsWhatIsPublishedOnceItsCallIsDone) {
    redis_server server;
    connect(server.to());
    heard a;
    const std::string binary{"\0\x82\r\n\xff", 5};
    ASSERT_TRUE(subscribe("chan nel", a));
    EXPECT_EQ(1, publish("chan nel", binary));
    EXPECT_EQ(1, publish("chan nel", ""));
    EXPECT_EQ(0, publish("other", "x"));
    ASSERT_TRUE(eventually([&] { return a.count() == 2; }));
    EXPECT_THAT(a.all(), ElementsAre("chan nel=" + binary, "chan nel="));
    EXPECT_EQ(2U, subscriber_->stats().messages);
}

TEST_F(Subscriber, KeepsTheOrderOfAChannel) {
    redis_server server;
    connect(server.to());
    heard a;
    ASSERT_TRUE(subscribe("a", a));
    for (int i = 0; i < 2'000; ++i) publisher_->send(std::move(batch{}.add("PUBLISH", "a", i)), nullptr);
    ASSERT_TRUE(eventually([&] { return a.count() == 2'000; }));
    const auto all = a.all();
    for (std::size_t i = 0; i < all.size(); ++i) ASSERT_EQ("a=" + std::to_string(i), all[i]);
}

TEST_F(Subscriber, HearsNothingOnceItHasUnsubscribed) {
    redis_server server;
    connect(server.to());
    heard a, b;
    ASSERT_TRUE(subscribe("a", a));
    ASSERT_TRUE(subscribe("b", b));
    ASSERT_TRUE(unsubscribe("a"));
    EXPECT_EQ(0, publish("a", "x"));
    EXPECT_EQ(1, publish("b", "y"));
    ASSERT_TRUE(eventually([&] { return b.count() == 1; }));
    EXPECT_EQ(0U, a.count());
    EXPECT_TRUE(unsubscribe("never")) << "nothing to do";
    EXPECT_TRUE(subscribe("a", a)) << "and again";
    EXPECT_EQ(1, publish("a", "z"));
    EXPECT_TRUE(eventually([&] { return a.count() == 1; }));
}

TEST_F(Subscriber, RefusesASecondHandlerForAChannel) {
    redis_server server;
    connect(server.to());
    heard a, b;
    ASSERT_TRUE(subscribe("a", a));
    EXPECT_EQ("conflict", fault_of(subscribe("a", b)));
    EXPECT_EQ(1, publish("a", "x"));
    EXPECT_TRUE(eventually([&] { return a.count() == 1; }));
}

TEST_F(Subscriber, HoldsTenThousandChannelsThroughALoss) {
    redis_server server;
    connect(server.to());
    heard all;
    constexpr std::size_t count = 10'000;
    std::vector<std::future<base::result<>>> calls;
    for (std::size_t i = 0; i < count; ++i)
        calls.push_back(start(loops_.callers().context(),
                              [&, i] { return subscriber_->subscribe("c" + std::to_string(i), all.handler()); }));
    for (auto& c : calls) ASSERT_TRUE(outcome(std::move(c)));
    EXPECT_EQ(count, subscriber_->stats().channels);
    EXPECT_EQ(1, publish("c9999", "before"));

    server.kill();
    ASSERT_TRUE(nobody_connected());
    EXPECT_EQ(0U, subscriber_->stats().channels);
    server.restart();
    ASSERT_TRUE(eventually([&] { return gaps().size() == 1; }));
    const auto g = gaps()[0];
    EXPECT_EQ(count, g.channels);
    EXPECT_EQ(0U, g.refused);
    EXPECT_LE(g.lost_at, g.restored_at);
    EXPECT_EQ(count, subscriber_->stats().channels) << "all are back when the gap is told";
    EXPECT_EQ(1U, subscriber_->stats().gaps);
    ASSERT_TRUE(eventually([&] { return publish("c0", "after") == 1; }));
    EXPECT_EQ(1, publish("c9999", "after"));
    ASSERT_TRUE(eventually([&] { return all.count() == 3; }));
    EXPECT_THAT(all.all(), ElementsAre("c9999=before", "c0=after", "c9999=after"));
}

TEST_F(Subscriber, NoticesASilentServerByItsHeartbeat) {
    redis_server server;
    auto s = server.to();
    s.heartbeat_after = 150ms;
    s.heartbeat_timeout = 150ms;
    connect(s);
    heard a;
    ASSERT_TRUE(subscribe("a", a));
    server.stop();
    EXPECT_TRUE(eventually([&] { return !subscriber_->state().connected; }));
    EXPECT_THAT(subscriber_->state().last_error, HasSubstr("does not answer"));
    server.go_on();
    EXPECT_TRUE(eventually([&] { return gaps().size() >= 1; }));
    EXPECT_TRUE(eventually([&] { return publish("a", "x") > 0 && a.count() > 0; }));
}

TEST_F(Subscriber, StaysConnectedThroughManyHeartbeats) {
    redis_server server;
    auto s = server.to();
    s.heartbeat_after = 100ms;
    connect(s);
    const auto pings = [&] {
        const auto r = loops_.run([&] { return publisher_->command("INFO", "commandstats"); });
        const auto text = r ? std::string{r->text()} : std::string{};
        const auto at = text.find("cmdstat_ping:calls=");
        return at == std::string::npos ? 0 : std::stoi(text.substr(at + 19));
    };
    ASSERT_TRUE(eventually([&] { return pings() >= 8; })) << "with no channel";
    heard a;
    ASSERT_TRUE(subscribe("a", a));
    const auto before = pings();
    ASSERT_TRUE(eventually([&] { return pings() >= before + 5; })) << "with one, where answers look different";
    EXPECT_EQ(0U, subscriber_->state().reconnects);
    EXPECT_EQ(1, publish("a", "x"));
}

TEST_F(Subscriber, WaitsForAConnectionUntilItsDeadline) {
    redis_server server;
    auto s = server.to();
    connect(s);
    server.kill();
    ASSERT_TRUE(nobody_connected());
    heard a;
    auto call = start(loops_.callers().context(), [&] { return subscriber_->subscribe("a", a.handler()); });
    server.restart();
    EXPECT_TRUE(outcome(std::move(call)));
    EXPECT_TRUE(gaps().empty()) << "nothing was missed that was promised";

    server.kill();
    s.command_timeout = 200ms;
    auto other = make_subscriber(loops_.redis(), s);
    ASSERT_TRUE(other);
    EXPECT_EQ("unavailable", fault_of(loops_.run([&] { return (*other)->subscribe("b", a.handler()); })));
    EXPECT_EQ(0U, (*other)->stats().wanted);
}

TEST_F(Subscriber, LearnsWhichChannelsItMayNotHave) {
    redis_server server{{"--user", "hub", "on", ">pa55", "resetchannels", "&ok:*", "+@all", "~*"}};
    auto s = server.to();
    s.user = "hub";
    s.password = "pa55";
    connect(s);
    heard a;
    std::vector<std::future<base::result<>>> calls;
    for (const auto* name : {"ok:1", "secret", "ok:2"})
        calls.push_back(
            start(loops_.callers().context(), [&, name] { return subscriber_->subscribe(name, a.handler()); }));
    EXPECT_EQ("no fault", fault_of(outcome(std::move(calls[0]))));
    EXPECT_EQ("internal", fault_of(outcome(std::move(calls[1]))));
    EXPECT_EQ("no fault", fault_of(outcome(std::move(calls[2]))));
    EXPECT_EQ(2U, subscriber_->stats().wanted);
    EXPECT_EQ(1, publish("ok:2", "x"));
}

TEST_F(Subscriber, CallsNoHandlerAfterClose) {
    redis_server server;
    connect(server.to());
    auto count = std::make_unique<std::atomic<int>>(0);
    const auto handler = [at = count.get()](std::string_view, std::string_view) { ++*at; };
    ASSERT_TRUE(loops_.run([&] { return subscriber_->subscribe("a", handler); }));
    for (int i = 0; i < 5'000; ++i) publisher_->send(std::move(batch{}.add("PUBLISH", "a", i)), nullptr);
    ASSERT_TRUE(eventually([&] { return *count > 0; }));
    EXPECT_TRUE(loops_.run([&] { return subscriber_->close(); }));
    count.reset();  // a call that came now would be found by the sanitizers
    EXPECT_EQ("unavailable", fault_of(loops_.run([&] { return subscriber_->subscribe("b", [](auto, auto) {}); })));
    EXPECT_TRUE(loops_.run([&] { return subscriber_->close(); })) << "once more is fine";
}

TEST_F(Subscriber, HoldsNoMoreChannelsThanAllowed) {
    redis_server server;
    auto s = server.to();
    s.max_channels = 2;
    connect(s);
    heard a;
    EXPECT_TRUE(subscribe("a", a));
    EXPECT_TRUE(subscribe("b", a));
    EXPECT_EQ("unavailable", fault_of(subscribe("c", a)));
    EXPECT_TRUE(unsubscribe("a"));
    EXPECT_TRUE(subscribe("c", a));
}

}  // namespace
}  // namespace redis
