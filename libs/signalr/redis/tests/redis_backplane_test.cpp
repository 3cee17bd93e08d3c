// Two servers of one hub on a real Redis, with clients on real sockets.
#include <gtest/gtest.h>

#include "support/live_server.hpp"
#include "support/redis_keeper.hpp"
#include "support/redis_monitor.hpp"

using namespace signalr;
using namespace signalr::testing;
using namespace std::chrono_literals;

namespace {

const std::string hi = R"({"type":1,"target":"Hi","arguments":[]})";
const std::string channels = "contoso-signalrOrderNotification.Worker.Hubs.OrderStatusHub:";

std::string result(const std::string& id) { return R"({"type":3,"invocationId":")" + id + R"(","result":42})"; }

class RedisBackplane : public ::testing::Test {
protected:
    RedisBackplane() { outside.start(); }
    ~RedisBackplane() override { outside.stop(); }
    std::unique_ptr<live_client> dial(live_server& at, const std::string& user,
                                      live_client::answerer answers = nullptr) {
        auto client = std::make_unique<live_client>(outside.at(0), at.port(), user, std::move(answers));
        at.id_of(user);  // its connect hook is through, and so are its channels
        return client;
    }

    redis_keeper redis;
    net::loops outside{1};
};

class TwoServers : public RedisBackplane {
protected:
    TwoServers() {
        if (!a.joined() || !b.joined()) throw std::runtime_error{"not joined"};
    }
    live_server a{redis.to(), "pod-a_1"}, b{redis.to(), "pod-b_1"};
};

}  // namespace

TEST_F(TwoServers, ReachUsersGroupsAndAllButSome) {
    auto anna = dial(a, "anna"), again = dial(b, "anna"), berta = dial(b, "berta");
    a.served->clients().user("anna").send("Hi");
    EXPECT_TRUE(anna->hears(hi));
    EXPECT_TRUE(again->hears(hi));

    EXPECT_EQ(live_server::finish(a.served->groups().add(b.id_of("berta"), "orders")), "");
    a.served->clients().group("orders").send("Group");
    EXPECT_TRUE(berta->hears(R"({"type":1,"target":"Group","arguments":[]})"));
    EXPECT_EQ(live_server::finish(a.served->groups().remove(b.id_of("berta"), "orders")), "");

    a.served->clients().group("orders").send("Group");
    b.served->clients().all_except({a.id_of("anna")}).send("All", 1);
    EXPECT_TRUE(again->hears(R"({"type":1,"target":"All","arguments":[1]})"));
    EXPECT_TRUE(berta->hears(R"({"type":1,"target":"All","arguments":[1]})"));
    b.served->clients().all().send("Last");
    EXPECT_TRUE(anna->hears(R"({"type":1,"target":"Last","arguments":[]})"));
    EXPECT_TRUE(berta->hears(R"({"type":1,"target":"Last","arguments":[]})"));
    EXPECT_EQ(anna->all(), (std::vector<std::string>{hi, R"({"type":1,"target":"Last","arguments":[]})"}));
    EXPECT_EQ(berta->all().size(), 3U);  // Group once, All, Last
}

TEST_F(TwoServers, AskClientsOfEachOther) {
    auto anna = dial(a, "anna", result), silent = dial(b, "silent"), berta = dial(b, "berta", result);
    EXPECT_EQ(a.ask(b.id_of("berta")), "42");
    EXPECT_EQ(b.ask(a.id_of("anna")), "42");
    EXPECT_EQ(a.ask(a.id_of("anna")), "42");
    EXPECT_EQ(a.ask("nobody"), "IOException: Connection 'nobody' does not exist.");

    auto asked = std::async(std::launch::async, [&] { return a.ask(b.id_of("silent")); });
    EXPECT_TRUE(silent->wait([](const auto& all) { return !all.empty(); }));
    silent->leave();
    EXPECT_EQ(asked.get(), "Connection disconnected.");
}

TEST_F(TwoServers, EndConnectionsOfEachOther) {
    auto anna = dial(a, "anna"), again = dial(b, "anna"), berta = dial(b, "berta");
    a.served->abort_user("anna");
    EXPECT_TRUE(anna->hears(R"({"type":7})"));
    EXPECT_TRUE(again->hears(R"({"type":7})"));
    a.served->abort_connection(b.id_of("berta"));
    EXPECT_TRUE(berta->hears(R"({"type":7})"));
}

TEST_F(TwoServers, PutOnRedisWhatTheOfficialServerWould) {
    redis_monitor monitor{redis.port()};
    {
        auto anna = dial(a, "anna"), again = dial(a, "anna");
        a.served->clients().user("anna").send("Hi");
        ASSERT_TRUE(again->hears(hi));
        anna->leave(), again->leave();
        ASSERT_TRUE(eventually([&] { return monitor.all_arguments("UNSUBSCRIBE").size() >= 3; }));
    }
    const auto subscribed = monitor.all_arguments("SUBSCRIBE"), left = monitor.all_arguments("UNSUBSCRIBE");
    ASSERT_EQ(subscribed.size(), 3U);
    EXPECT_TRUE(subscribed[0].starts_with(channels + "connection:"));
    EXPECT_EQ(subscribed[1], channels + "user:anna");
    EXPECT_TRUE(subscribed[2].starts_with(channels + "connection:"));
    EXPECT_EQ(std::ranges::count(left, channels + "user:anna"), 1);

    const auto published = monitor.commands("PUBLISH");
    ASSERT_EQ(published.size(), 1U);
    EXPECT_EQ(published[0][0], channels + "user:anna");
    EXPECT_EQ(published[0][1], "\x92\x90\x81\xa4json\xc4\x28" + hi + "\x1e");
}

TEST_F(TwoServers, LeaveRedisWhenTheyShutDown) {
    auto anna = dial(a, "anna");
    redis_monitor monitor{redis.port()};
    a.shut_down();

    EXPECT_TRUE(eventually([&] { return monitor.all_arguments("UNSUBSCRIBE").size() == 7; }));  // its own 5, anna's 2
    EXPECT_FALSE(a.link->state().channels);
}

TEST_F(TwoServers, KeepTheirClientsWhileRedisIsGoneAndFindEachOtherAgain) {
    auto anna = dial(a, "anna"), berta = dial(b, "berta");
    std::atomic<bool> stop{false};
    std::thread traffic{[&] {
        for (int i = 0; !stop; ++i) {
            a.served->clients().all().send("Tick", i);
            std::this_thread::sleep_for(1ms);
        }
    }};
    const auto ticks = [](live_client& c) { return c.all().size(); };
    ASSERT_TRUE(eventually([&] { return ticks(*anna) > 10 && ticks(*berta) > 10; }));

    redis.kill();
    EXPECT_TRUE(eventually([&] { return a.degraded() && b.degraded(); }));
    const auto alone = ticks(*anna);
    EXPECT_TRUE(eventually([&] { return ticks(*anna) > alone + 20; }));  // those of the server itself still hear
    EXPECT_GT(a.served->stats().kept_local, 0U);
    auto late = dial(b, "late");  // and new ones may come
    EXPECT_EQ(live_server::finish(b.served->groups().add(b.id_of("late"), "orders")), "");

    redis.restart();
    EXPECT_TRUE(eventually([&] { return !a.degraded() && !b.degraded(); }));
    const auto there = ticks(*berta);
    EXPECT_TRUE(eventually([&] { return ticks(*berta) > there + 20; }));
    EXPECT_TRUE(eventually([&] { return ticks(*late) > 20; }));
    stop = true;
    traffic.join();
    a.served->clients().group("orders").send("Hi");
    EXPECT_TRUE(late->hears(hi));

    for (auto* server : {&a, &b}) {
        EXPECT_GE(server->served->stats().backplane->gaps, 1U);
        EXPECT_GE(server->gaps_told, 1);
    }
    EXPECT_FALSE(anna->ended() || berta->ended() || late->ended());
}

TEST_F(TwoServers, HearAgainAfterTheirSubscriptionsWereCut) {
    auto anna = dial(a, "anna"), berta = dial(b, "berta");
    EXPECT_EQ(live_server::finish(b.served->groups().add(b.id_of("berta"), "orders")), "");
    redis_monitor cut{redis.port(), "CLIENT KILL TYPE pubsub\r\n"};

    EXPECT_TRUE(eventually([&] { return a.gaps_told > 0 && b.gaps_told > 0; }));
    EXPECT_FALSE(a.degraded() || b.degraded());
    a.served->clients().group("orders").send("Hi");
    b.served->clients().user("anna").send("Hi");
    EXPECT_TRUE(berta->hears(hi));
    EXPECT_TRUE(anna->hears(hi));
}

TEST_F(TwoServers, DoNotWaitForARedisThatDoesNotAnswer) {
    auto anna = dial(a, "anna");
    redis.stop();
    for (int i = 0; i < 100; ++i) a.served->clients().user("anna").send("Hi");  // would never return
    a.served->clients().client(a.id_of("anna")).send("Here");
    EXPECT_TRUE(anna->hears(R"({"type":1,"target":"Here","arguments":[]})"));
    redis.go_on();
    EXPECT_TRUE(anna->wait([](const auto& all) { return all.size() == 101; }));
}

TEST_F(RedisBackplane, SubscribesInTheOrderOfTheOfficialServer) {
    redis_monitor monitor{redis.port()};
    live_server a{redis.to(), "pod-a_1"};
    ASSERT_TRUE(a.joined());

    EXPECT_TRUE(eventually([&] { return monitor.all_arguments("SUBSCRIBE").size() == 5; }));
    EXPECT_EQ(
        monitor.all_arguments("SUBSCRIBE"),
        (std::vector<std::string>{channels + "all", channels + "internal:groups", channels + "internal:ack:pod-a_1",
                                  channels + "internal:return:pod-a_1", channels + "contoso:abort"}));
}

TEST_F(RedisBackplane, JoinsFourServers) {
    std::vector<std::unique_ptr<live_server>> servers;
    std::vector<std::unique_ptr<live_client>> clients;
    const std::vector<std::string> names{"pod-a_1", "pod-b_1", "pod-c_1", "pod-d_1"};
    for (const auto& name : names) {
        servers.push_back(std::make_unique<live_server>(redis.to(), name));
        ASSERT_TRUE(servers.back()->joined());
        clients.push_back(dial(*servers.back(), "of-" + name, result));
    }
    for (std::size_t i = 0; i < 4; ++i)
        EXPECT_EQ(live_server::finish(servers[i]->served->groups().add(
                      servers[(i + 1) % 4]->id_of("of-" + names[(i + 1) % 4]), "ring")),
                  "");
    for (std::size_t i = 0; i < 4; ++i) {
        servers[i]->served->clients().all().send("All", i);
        servers[i]->served->clients().group("ring").send("Ring", i);
        servers[i]->served->clients().user("of-" + names[(i + 2) % 4]).send("User", i);
        EXPECT_EQ(servers[i]->ask(servers[(i + 3) % 4]->id_of("of-" + names[(i + 3) % 4])), "42");
    }
    for (auto& client : clients) {  // four of each, one to the user, one question
        EXPECT_TRUE(client->wait([](const auto& all) { return all.size() >= 10; }));
        EXPECT_EQ(client->all().size(), 10U);
    }
}

TEST_F(RedisBackplane, TakesClientsBeforeRedisIsThere) {
    const auto settings = redis.to();
    redis.kill();
    live_server a{settings, "pod-a_1"};
    auto anna = dial(a, "anna");
    a.served->clients().user("anna").send("Hi");
    EXPECT_TRUE(anna->hears(hi));
    EXPECT_TRUE(a.degraded());

    redis.restart();
    EXPECT_TRUE(eventually([&] { return !a.degraded() && a.link->state().channels == 7; }));
    live_server b{settings, "pod-b_1"};
    ASSERT_TRUE(b.joined());
    EXPECT_TRUE(eventually([&] { return !b.degraded(); }));
    b.served->clients().user("anna").send("Again");
    EXPECT_TRUE(anna->hears(R"({"type":1,"target":"Again","arguments":[]})"));
}

TEST(RedisBackplaneOptions, WantTheNameOfTheHub) {
    net::loops loops{1};
    redis_backplane_options options;
    options.settings.endpoints = {{"127.0.0.1", 1}};
    EXPECT_FALSE(make_redis_backplane(loops.at(0), options));
    options.hub_name = "Chat";
    loops.start();
    const auto made = make_redis_backplane(loops.at(0), options);
    ASSERT_TRUE(made);
    EXPECT_EQ((*made)->server_name().size() - (*made)->server_name().rfind('_'), 33U);
}
