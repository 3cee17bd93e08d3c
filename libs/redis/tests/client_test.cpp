// The client against a real redis-server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "calls.hpp"
#include "redis_server.hpp"

namespace redis {
namespace {

using namespace std::chrono_literals;
using testing::eventually;
using testing::fault_of;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::outcome;
using testing::redis_server;
using testing::start;
using testing::told;

class Client : public ::testing::Test {
protected:
    void connect(const settings& s) {
        auto made = make_client(loops_.redis(), s);
        ASSERT_TRUE(made) << made.error().message;
        client_ = std::move(*made);
    }
    void connect_and_wait(const settings& s) {
        ASSERT_NO_FATAL_FAILURE(connect(s));
        const auto up = loops_.run([&] { return client_->ready(); });
        ASSERT_TRUE(up) << up.error().message;
    }
    template <class... Args>
    std::string ask(const Args&... args) {
        return told(loops_.run([&] { return client_->command(args...); }));
    }
    base::result<replies> run(batch commands) {
        return loops_.run([&] { return client_->run(std::move(commands)); });
    }

    testing::two_loops loops_;
    std::unique_ptr<client> client_;
};

TEST_F(Client, CarriesAnyBytesBothWays) {
    redis_server server;
    connect_and_wait(server.to());
    std::string key{"k\0\r\n", 4}, value;
    for (int i = 0; i < 70'000; ++i) value.push_back(static_cast<char>(i * 7));
    EXPECT_EQ("OK", ask("SET", key, value));
    EXPECT_EQ(value, ask("GET", key));
    EXPECT_EQ("(nil)", ask("GET", "k"));
    EXPECT_EQ("-5", ask("DECRBY", "n", 5));
}

TEST_F(Client, TellsAServersErrorAsAFault) {
    redis_server server;
    connect_and_wait(server.to());
    ask("SET", "text", "x");
    EXPECT_THAT(ask("LPUSH", "text", "y"), HasSubstr("invalid: redis answered: WRONGTYPE"));
    EXPECT_EQ("x", ask("GET", "text"));
}

TEST_F(Client, AnswersABatchInOrderWithErrorsInTheirPlaces) {
    redis_server server;
    connect_and_wait(server.to());
    batch b;
    b.add("SET", "a", 1).add("LPUSH", "a", "no").add("INCR", "a").add("MGET", "a", "none");
    const auto got = run(std::move(b));
    ASSERT_TRUE(got) << got.error().message;
    ASSERT_EQ(4U, got->size());
    EXPECT_TRUE((*got)[0].is_status("OK"));
    EXPECT_EQ("WRONGTYPE", (*got)[1].error_code());
    EXPECT_EQ(reply::of(2), (*got)[2]);
    EXPECT_EQ(reply::of({reply::of("2"), reply{}}), (*got)[3]);
}

TEST_F(Client, PipelinesAHundredThousandCommandsOfOneBatch) {
    redis_server server;
    auto s = server.to();
    s.max_commands = 100'000;
    connect_and_wait(s);
    batch b;
    for (int i = 0; i < 100'000; ++i) b.add("INCR", "n");
    const auto got = run(std::move(b));
    ASSERT_TRUE(got) << got.error().message;
    ASSERT_EQ(100'000U, got->size());
    for (int i = 0; i < 100'000; ++i) ASSERT_EQ(i + 1, (*got)[static_cast<std::size_t>(i)].integer());
    EXPECT_EQ(0U, client_->stats().waiting);
}

TEST_F(Client, AnswersEveryOneOfManyCallersOnManyThreads) {
    redis_server server;
    connect_and_wait(server.to());
    constexpr int threads = 4, each = 2'000;
    std::atomic<int> wrong{0}, answered{0};
    std::vector<std::thread> all;
    for (int t = 0; t < threads; ++t) {
        all.emplace_back([&, t] {
            boost::asio::io_context mine;
            for (int i = 0; i < each; ++i) {
                const auto text = std::to_string(t) + ":" + std::to_string(i);
                boost::asio::co_spawn(
                    mine, [&, text]() -> base::task<reply> { return client_->command("ECHO", text); },
                    [&, text, me = std::this_thread::get_id()](std::exception_ptr, base::result<reply> r) {
                        ++answered;
                        if (!r || r->text() != text || std::this_thread::get_id() != me) ++wrong;
                    });
            }
            mine.run();
        });
    }
    for (auto& t : all) t.join();
    EXPECT_EQ(threads * each, answered);
    EXPECT_EQ(0, wrong);
}

TEST_F(Client, KeepsTheOrderOfWhatOneCallerSends) {
    redis_server server;
    connect_and_wait(server.to());
    for (int i = 0; i < 1'000; ++i) client_->send(std::move(batch{}.add("RPUSH", "list", i)), nullptr);
    const auto got = run(std::move(batch{}.add("LRANGE", "list", 0, -1)));
    ASSERT_TRUE(got);
    const auto items = (*got)[0].items();
    ASSERT_EQ(1'000U, items.size());
    for (std::size_t i = 0; i < items.size(); ++i) ASSERT_EQ(std::to_string(i), items[i].text());
}

TEST_F(Client, IntroducesItself) {
    redis_server server{{"--requirepass", "s3cret"}};
    auto s = server.to();
    s.password = "s3cret";
    s.name = "shop-1";
    s.database = 3;
    connect_and_wait(s);
    EXPECT_EQ("shop-1", ask("CLIENT", "GETNAME"));
    EXPECT_EQ("OK", ask("SET", "k", "in three"));
    EXPECT_EQ("1", ask("MOVE", "k", 0));
    EXPECT_EQ("(nil)", ask("GET", "k"));
    EXPECT_TRUE(client_->state().connected);
}

TEST_F(Client, IsAwayWhenThePasswordIsWrongAndNeverShowsIt) {
    redis_server server{{"--requirepass", "s3cret"}};
    auto s = server.to();
    s.password = "hunter2";
    connect(s);
    ASSERT_TRUE(eventually([&] { return !client_->state().last_error.empty(); }));
    EXPECT_THAT(client_->state().last_error, HasSubstr("WRONGPASS"));
    EXPECT_THAT(ask("GET", "k"), ::testing::AllOf(HasSubstr("unavailable"), Not(HasSubstr("hunter2"))));
}

TEST_F(Client, IsAwayWhenAPasswordIsNeededAndNoneIsSet) {
    redis_server server{{"--requirepass", "s3cret"}};
    connect(server.to());
    ASSERT_TRUE(eventually([&] { return !client_->state().last_error.empty(); }));
    EXPECT_THAT(client_->state().last_error, HasSubstr("NOAUTH"));
}

TEST_F(Client, IsAnAclUserWithItsRights) {
    redis_server server{{"--user", "shop", "on", ">pa55", "~order:*", "+@all", "-flushall"}};
    auto s = server.to();
    s.user = "shop";
    s.password = "pa55";
    connect_and_wait(s);
    EXPECT_EQ("shop", ask("ACL", "WHOAMI"));
    EXPECT_EQ("OK", ask("SET", "order:1", "x"));
    EXPECT_THAT(ask("SET", "other", "x"), HasSubstr("internal: redis answered: NOPERM"));
}

TEST_F(Client, RunsAScriptThatTheServerDoesNotKnowByItsSource) {
    redis_server server;
    connect_and_wait(server.to());
    const script add{"return redis.call('INCRBY', KEYS[1], ARGV[1])"};
    const std::string_view keys[] = {"n"}, args[] = {"5"};
    for (const auto* expected : {"5", "10"})
        EXPECT_EQ(expected, told(loops_.run([&] { return client_->run(add, keys, args); })));
    EXPECT_EQ(2U + 1U + 1U, client_->stats().commands) << "ready's PING, EVALSHA, EVAL, EVALSHA";
    EXPECT_EQ("OK", ask("SCRIPT", "FLUSH"));
    EXPECT_EQ("15", told(loops_.run([&] { return client_->run(add, keys, args); })));
}

TEST_F(Client, RunsOnlyTheMissingScriptsOfABatchAgain) {
    redis_server server;
    connect_and_wait(server.to());
    const script known{"return redis.call('INCR', KEYS[1])"}, fresh{"return {KEYS[1], ARGV[1]}"};
    ASSERT_EQ(known.sha(), ask("SCRIPT", "LOAD", known.source()));
    const std::string binary{"\0\r\n$3", 5};
    batch b;
    b.add("SET", "n", 1).add_script(known, {"n"}, {}).add_script(fresh, {"k"}, {binary}).add("GET", "n");
    b.add_script(fresh, {"l"}, {"x"});
    const auto got = run(std::move(b));
    ASSERT_TRUE(got) << got.error().message;
    ASSERT_EQ(5U, got->size());
    EXPECT_EQ(reply::of(2), (*got)[1]);
    EXPECT_EQ(reply::of({reply::of("k"), reply::of(binary)}), (*got)[2]);
    EXPECT_EQ(reply::of("2"), (*got)[3]) << "the known one ran once";
    EXPECT_EQ(reply::of({reply::of("l"), reply::of("x")}), (*got)[4]);
}

TEST_F(Client, RunsAScriptAgainAlsoWhenNobodyWaits) {
    redis_server server;
    connect_and_wait(server.to());
    client_->send(std::move(batch{}.add_script(script{"return redis.call('SET', KEYS[1], 'done')"}, {"k"}, {})),
                  nullptr);
    EXPECT_TRUE(eventually([&] { return ask("GET", "k") == "done"; }));
}

TEST_F(Client, GivesUpOnAServerThatHangsAndIsBackWhenItGoesOn) {
    redis_server server;
    auto s = server.to();
    s.command_timeout = 300ms;
    connect_and_wait(s);
    server.stop();
    EXPECT_THAT(ask("SET", "k", "x"), ::testing::AnyOf(HasSubstr("timeout"), HasSubstr("unconfirmed")));
    EXPECT_TRUE(eventually([&] { return !client_->state().connected; })) << "a silent server is no connection";
    server.go_on();
    EXPECT_TRUE(eventually([&] { return ask("SET", "k", "y") == "OK"; }));
    EXPECT_GE(client_->state().reconnects, 1U);
}

TEST_F(Client, FailsFastWhileTheServerIsGoneAndReconnects) {
    redis_server server;
    connect_and_wait(server.to());
    server.kill();
    ASSERT_TRUE(eventually([&] { return !client_->state().connected; }));
    EXPECT_THAT(ask("SET", "k", "x"), HasSubstr("unavailable: redis: not connected"));
    server.restart();
    ASSERT_TRUE(eventually([&] { return client_->state().connected; }));
    EXPECT_EQ("OK", ask("SET", "k", "y"));
}

TEST_F(Client, SaysThatTheEffectOfACommandUnderWayIsNotKnown) {
    redis_server server;
    connect_and_wait(server.to());
    server.stop();
    auto under_way = start(loops_.callers().context(), [&] { return client_->command("SET", "k", "x"); });
    ASSERT_TRUE(eventually([&] { return client_->stats().commands == 2; }));
    server.kill();
    const auto r = outcome(std::move(under_way));
    EXPECT_EQ("unconfirmed", fault_of(r));
    EXPECT_EQ(1U, client_->stats().unknown);
    EXPECT_EQ(0U, client_->stats().waiting);
}

TEST_F(Client, WaitsForAConnectionWhenAskedTo) {
    redis_server server;
    server.kill();
    auto s = server.to();
    s.offline_wait = 20s;
    connect(s);
    auto waiting = start(loops_.callers().context(), [&] { return client_->command("SET", "k", "x"); });
    ASSERT_TRUE(eventually([&] { return !client_->state().last_error.empty(); }));
    server.restart();
    EXPECT_EQ("OK", told(outcome(std::move(waiting))));
}

TEST_F(Client, RefusesWhatItsQueueCannotHold) {
    redis_server server;
    auto s = server.to();
    s.max_commands = 10;
    s.max_command_bytes = 1'000;
    connect_and_wait(s);
    server.stop();
    std::atomic<int> refused{0}, done{0};
    for (int i = 0; i < 15; ++i) {
        client_->send(std::move(batch{}.add("PING")), [&](base::result<replies> r) { ++(r ? done : refused); });
    }
    EXPECT_EQ(5, refused) << "at once, on the caller's thread";
    server.go_on();
    EXPECT_TRUE(eventually([&] { return done == 10; }));
    const auto large = run(std::move(batch{}.add("SET", "k", std::string(1'000, 'x'))));
    EXPECT_EQ("invalid", fault_of(large)) << "it could never be taken";
}

TEST_F(Client, CloseWaitsForWhatIsUnderWayAndRefusesTheRest) {
    redis_server server;
    connect_and_wait(server.to());
    std::atomic<int> done{0};
    for (int i = 0; i < 100; ++i)
        client_->send(std::move(batch{}.add("INCR", "n")), [&](base::result<replies> r) { done += r.has_value(); });
    EXPECT_TRUE(loops_.run([&] { return client_->close(); }));
    EXPECT_EQ(100, done);
    EXPECT_THAT(ask("GET", "n"), HasSubstr("unavailable: redis: the client is closed"));
    EXPECT_TRUE(loops_.run([&] { return client_->close(); })) << "once more is fine";
}

TEST_F(Client, CloseDoesNotWaitForeverForAServerThatHangs) {
    redis_server server;
    auto s = server.to();
    s.close_timeout = 200ms;
    connect_and_wait(s);
    server.stop();
    auto under_way = start(loops_.callers().context(), [&] { return client_->command("SET", "k", "x"); });
    ASSERT_TRUE(eventually([&] { return client_->stats().commands == 2; }));
    EXPECT_TRUE(loops_.run([&] { return client_->close(); }));
    EXPECT_EQ("unconfirmed", fault_of(outcome(std::move(under_way))));
}

TEST_F(Client, FailsWhatIsUnderWayWhenItIsDestroyed) {
    redis_server server;
    connect_and_wait(server.to());
    server.stop();
    auto under_way = start(loops_.callers().context(), [&] { return client_->command("SET", "k", "x"); });
    ASSERT_TRUE(eventually([&] { return client_->stats().commands == 2; }));
    client_.reset();
    EXPECT_EQ("unconfirmed", fault_of(outcome(std::move(under_way))));
}

TEST_F(Client, TriesItsEndpointsInTurnAndPassesOverAReplica) {
    redis_server gone, primary;
    redis_server replica{{"--replicaof", "127.0.0.1 " + std::to_string(primary.port())}};
    gone.kill();
    auto s = primary.to();
    s.endpoints = {{"127.0.0.1", gone.port()}, {"127.0.0.1", replica.port()}, {"127.0.0.1", primary.port()}};
    connect_and_wait(s);
    EXPECT_EQ("127.0.0.1:" + std::to_string(primary.port()), client_->state().endpoint);
    EXPECT_EQ("OK", ask("SET", "k", "x"));
}

TEST_F(Client, LeavesAServerThatBecomesAReplica) {
    redis_server first, second;
    auto s = first.to();
    s.endpoints.push_back(second.to().endpoints[0]);
    connect_and_wait(s);
    EXPECT_EQ("OK", ask("REPLICAOF", "127.0.0.1", second.port()));
    EXPECT_THAT(ask("SET", "k", "x"), HasSubstr("unavailable: redis answered: READONLY"));
    EXPECT_TRUE(eventually([&] { return ask("SET", "k", "y") == "OK"; }));
    EXPECT_EQ("127.0.0.1:" + std::to_string(second.port()), client_->state().endpoint);
}

}  // namespace
}  // namespace redis
