// Connections on real sockets over loopback.
#include <gtest/gtest.h>

#include "loopback.hpp"

namespace net {
namespace {

using namespace std::chrono_literals;
using testing::call_on;
using testing::eventually;
using testing::plain_socket;
using testing::recorder;
using testing::script;

class Loopback : public ::testing::Test {
protected:
    void SetUp() override { all.start(); }

    std::unique_ptr<listener> serve(protocol_factory make, listen_options options = {}) {
        auto made = listen(all, std::move(options), std::move(make));
        EXPECT_TRUE(made) << (made ? "" : made.error().message);
        return std::move(*made);
    }
    base::result<std::shared_ptr<connection>> dial(std::uint16_t port, std::unique_ptr<protocol> rider) {
        connect_options to;
        to.host = "127.0.0.1";
        to.port = port;
        return testing::dial(all.at(0), to, std::move(rider));
    }
    loops all{2};
};

TEST_F(Loopback, EchoesAcrossLoops) {
    auto port = serve(script::echo());
    auto log = std::make_shared<recorder::log>();
    auto c = dial(port->port(), std::make_unique<recorder>(log));
    ASSERT_TRUE(c) << c.error().message;

    call_on(all.at(0), [&] { (*c)->send(std::string_view{"hello"}); });
    EXPECT_TRUE(eventually([&] { return log->text() == "hello"; }));
    call_on(all.at(0), [&] { (*c)->close(); });

    EXPECT_TRUE(eventually([&] { return port->open_connections() == 0; }));
    EXPECT_TRUE(eventually([&] { return log->ended() == end_reason::aborted; }));
    EXPECT_TRUE(eventually([&] { return all.at(0).connections() + all.at(1).connections() == 0; }));
}

TEST_F(Loopback, KeepsWhatIsLeftOverUntilTheRestComes) {
    auto port = serve(script::lines());
    plain_socket s{port->port()};

    s.write("one\ntw");
    EXPECT_EQ("[one]", s.read(5));
    s.write("o\nthree\n");

    EXPECT_EQ("[two][three]", s.read(12));
}

TEST_F(Loopback, CutsAPeerWhoseLeftoverGrowsTooLarge) {
    listen_options o;
    o.limits.leftover = 1000;
    auto log = std::make_shared<recorder::log>();
    auto port = serve(script::lines(log), o);
    plain_socket s{port->port()};

    s.write(std::string(5000, 'x'));

    EXPECT_TRUE(eventually([&] { return log->ended() == end_reason::overrun; }));
}

TEST_F(Loopback, SendsAMegabyteInOrder) {
    auto port = serve(script::echo());
    plain_socket s{port->port()};
    std::string text;
    while (text.size() < 1'000'000) text += std::to_string(text.size()) + ",";

    std::thread writer{[&] { s.write(text); }};
    const auto back = s.read(text.size());
    writer.join();

    EXPECT_TRUE(back == text);
}

TEST_F(Loopback, StopsReadingFromAPeerThatNeverReads) {
    listen_options o;
    o.limits.outbox_high = 100'000;
    o.limits.write_stall = 60s;
    auto log = std::make_shared<recorder::log>();
    auto port = serve(script::echo(log), o);
    plain_socket s{port->port()};

    const auto taken = s.write_until_full(64 * 1024 * 1024);

    EXPECT_LT(taken, 32U * 1024 * 1024);
    EXPECT_LT(log->most_backlog(), 400'000U);
    // It goes on where it stopped once the peer reads.
    EXPECT_EQ(taken, s.read(taken).size());
}

TEST_F(Loopback, CutsAPeerThatStallsItsWrites) {
    listen_options o;
    o.limits.write_stall = 200ms;
    auto log = std::make_shared<recorder::log>();
    auto port = serve(script::flood(16 * 1024 * 1024, log), o);
    plain_socket s{port->port()};

    EXPECT_TRUE(eventually([&] { return log->ended() == end_reason::overrun; }));
    EXPECT_TRUE(eventually([&] { return port->open_connections() == 0; }));
}

TEST_F(Loopback, CutsAPeerWhoseOutboxIsFull) {
    listen_options o;
    o.limits.outbox_max = 1024 * 1024;
    o.limits.write_stall = 60s;
    auto log = std::make_shared<recorder::log>();
    auto port = serve(script::flood(64 * 1024 * 1024, log), o);
    plain_socket s{port->port()};

    EXPECT_TRUE(eventually([&] { return log->ended() == end_reason::overrun; }));
    EXPECT_LE(log->most_backlog(), 1024U * 1024 + 64 * 1024);
}

TEST_F(Loopback, LetsThePeerReadTheLastWordsBeforeItCloses) {
    auto port = serve(script::goodbye("last words"));
    plain_socket s{port->port()};

    s.write(std::string(200'000, 'x'));  // most of it is never absorbed

    EXPECT_EQ("last words", s.read_to_end());
}

TEST_F(Loopback, AbortsWithAReset) {
    auto port = serve(script::abort_at_once());
    plain_socket s{port->port()};

    s.write("x");

    EXPECT_TRUE(s.is_reset());
}

TEST_F(Loopback, AnswersAfterThePeersFin) {
    auto port = serve(script::answer_after_eof("late"));
    plain_socket s{port->port()};

    s.write("question");
    s.shut_writing();

    EXPECT_EQ("late", s.read_to_end());
}

TEST_F(Loopback, TellsAPeersResetAsBroken) {
    auto log = std::make_shared<recorder::log>();
    auto port = serve(script::echo(log));
    {
        plain_socket s{port->port()};
        s.write("x");
        EXPECT_EQ("x", s.read(1));
        s.reset();
    }

    EXPECT_TRUE(eventually([&] { return log->ended() == end_reason::broken; }));
}

TEST_F(Loopback, FiresTheDeadlineOnce) {
    auto log = std::make_shared<recorder::log>();
    auto port = serve(script::deadline(50ms, log));
    plain_socket s{port->port()};

    EXPECT_EQ("!", s.read(1));
    EXPECT_TRUE(eventually([&] { return log->deadlines() == 1; }));
}

TEST_F(Loopback, HandsTheConnectionToAnotherProtocol) {
    auto port = serve(script::switcher());
    plain_socket s{port->port()};

    s.write("switch:abc");
    EXPECT_EQ("abc", s.read(3));
    s.write("def");
    EXPECT_EQ("def", s.read(3));
}

TEST_F(Loopback, FlushesWhatOthersQueuedOncePerTurn) {
    auto log = std::make_shared<recorder::log>();
    auto port = serve(script::echo());
    auto c = dial(port->port(), std::make_unique<recorder>(log));
    ASSERT_TRUE(c);

    std::size_t waiting = 0;
    call_on(all.at(0), [&] {
        for (int i = 0; i < 100; ++i) (*c)->send(std::string_view{"0123456789"});
        waiting = (*c)->backlog();
    });

    EXPECT_EQ(1000U, waiting);  // nothing left within the turn
    EXPECT_TRUE(eventually([&] { return log->text().size() == 1000; }));
    EXPECT_LE(log->turns(), 3U);
}

TEST_F(Loopback, KeepsTheOrderOfOwnAndSharedBytes) {
    auto log = std::make_shared<recorder::log>();
    auto port = serve(script::echo());
    auto c = dial(port->port(), std::make_unique<recorder>(log));
    ASSERT_TRUE(c);
    auto shared = std::make_shared<const std::string>(std::string(5000, 's'));
    std::string expected;

    call_on(all.at(0), [&] {
        for (int i = 0; i < 50; ++i) {
            (*c)->send(std::string_view{"a"});
            (*c)->send(std::string(5000, 'b'));
            (*c)->send(shared);
            expected += "a" + std::string(5000, 'b') + *shared;
        }
    });

    EXPECT_TRUE(eventually([&] { return log->text().size() == expected.size(); }));
    EXPECT_TRUE(log->text() == expected);
}

TEST_F(Loopback, TellsWhenTheBytesWereHandedOver) {
    auto log = std::make_shared<recorder::log>();
    auto port = serve(script::echo());
    auto c = dial(port->port(), std::make_unique<recorder>(log));
    ASSERT_TRUE(c);
    std::atomic<int> told{0};

    call_on(all.at(0), [&] {
        (*c)->send(std::string_view{"x"});
        (*c)->when_sent([&] { ++told; });
        EXPECT_EQ(0, told);
    });
    EXPECT_TRUE(eventually([&] { return told == 1; }));
    call_on(all.at(0), [&] {
        (*c)->send(std::string_view{"y"});
        (*c)->when_sent([&] { ++told; });
        (*c)->abort();
    });

    EXPECT_TRUE(eventually([&] { return told == 2; }));
}

TEST_F(Loopback, NamesThePortThatIsInUse) {
    auto port = serve(script::echo());
    listen_options o;
    o.port = port->port();

    auto second = listen(all, o, script::echo());

    ASSERT_FALSE(second);
    EXPECT_EQ("port " + std::to_string(port->port()) + " is in use", second.error().message);
}

TEST_F(Loopback, RefusesAnAddressThatIsNone) {
    listen_options o;
    o.address = "localhost:80";

    EXPECT_FALSE(listen(all, o, script::echo()));
}

TEST_F(Loopback, ListensOnBothFamiliesForAStar) {
    listen_options o;
    o.address = "*";
    auto port = serve(script::echo(), o);

    plain_socket four{port->port()};
    four.write("4");
    EXPECT_EQ("4", four.read(1));
    plain_socket six{port->port(), "::1"};
    six.write("6");
    EXPECT_EQ("6", six.read(1));
}

TEST_F(Loopback, StopsAcceptingAndLetsConnectionsLive) {
    auto port = serve(script::echo());
    plain_socket s{port->port()};
    s.write("a");
    EXPECT_EQ("a", s.read(1));

    port->stop_accepting();

    EXPECT_FALSE(plain_socket::can_connect(port->port()));
    s.write("b");
    EXPECT_EQ("b", s.read(1));
}

TEST_F(Loopback, TakesWhatWaitsInTheQueueWhenItStops) {
    auto port = serve(script::echo());
    std::vector<std::unique_ptr<plain_socket>> waiting;
    for (int i = 0; i < 20; ++i) waiting.push_back(std::make_unique<plain_socket>(port->port()));

    port->stop_accepting();

    for (auto& s : waiting) {
        s->write("x");
        EXPECT_EQ("x", s->read(1));
    }
}

TEST_F(Loopback, LeavesConnectionsAboveTheMaximumInTheQueue) {
    listen_options o;
    o.max_connections = 2;
    auto port = serve(script::echo(), o);
    auto first = std::make_unique<plain_socket>(port->port());
    plain_socket second{port->port()}, third{port->port()};
    first->write("1");
    second.write("2");
    third.write("3");
    EXPECT_EQ("1", first->read(1));
    EXPECT_EQ("2", second.read(1));
    EXPECT_EQ(2U, port->open_connections());

    first.reset();

    EXPECT_EQ("3", third.read(1));
}

TEST_F(Loopback, VisitsEveryConnectionOnItsLoop) {
    auto port = serve(script::echo());
    std::vector<std::unique_ptr<plain_socket>> peers;
    for (int i = 0; i < 6; ++i) {
        peers.push_back(std::make_unique<plain_socket>(port->port()));
        peers.back()->write("x");
        peers.back()->read(1);
    }
    std::atomic<int> visited{0}, misplaced{0};

    port->for_each([&](connection& c) {
        ++visited;
        if (!c.home().in_this_thread()) ++misplaced;
    });

    EXPECT_TRUE(eventually([&] { return visited == 6; }));
    EXPECT_EQ(0, misplaced);
    EXPECT_EQ(3U, all.at(0).connections());
    EXPECT_EQ(3U, all.at(1).connections());
}

TEST_F(Loopback, SaysWhyItCouldNotConnect) {
    std::uint16_t free_port = serve(script::echo())->port();

    auto c = dial(free_port, std::make_unique<recorder>(std::make_shared<recorder::log>()));

    ASSERT_FALSE(c);
    EXPECT_EQ(base::fault_kind::unavailable, c.error().kind);
    EXPECT_NE(std::string::npos, c.error().message.find("refused"));
}

TEST_F(Loopback, EndsConnectionsWhenTheLoopsStop) {
    auto log = std::make_shared<recorder::log>();
    auto port = serve(script::echo(log));
    plain_socket s{port->port()};
    s.write("x");
    s.read(1);

    all.stop();

    EXPECT_EQ(end_reason::aborted, log->ended());
}

TEST_F(Loopback, RunsWhatIsAskedForAtTheEndOfTheTurn) {
    std::string order;
    std::atomic<bool> over{false};
    call_on(all.at(0), [&] {
        all.at(0).at_turn_end([&] {
            order += " end";
            over = true;
        });
        order += "turn";
    });

    EXPECT_TRUE(eventually([&] { return over.load(); }));
    EXPECT_EQ("turn end", order);
}

TEST_F(Loopback, TicksUntilTheHandleIsDropped) {
    std::atomic<int> ticks{0};
    std::shared_ptr<void> handle;
    call_on(all.at(0), [&] { handle = all.at(0).every(1ms, [&] { ++ticks; }); });
    EXPECT_TRUE(eventually([&] { return ticks >= 3; }));

    call_on(all.at(0), [&] { handle.reset(); });
    const int seen = ticks;
    call_on(all.at(0), [] {});

    EXPECT_EQ(seen, ticks);
}

}  // namespace
}  // namespace net
