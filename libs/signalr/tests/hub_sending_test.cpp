// Reaching clients: users, connections, all; from the loop and from elsewhere; slow ones; the end of the server.
#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <thread>

#include "support/hub_on_wire.hpp"

using namespace signalr;
using namespace signalr::testing;
using std::chrono::seconds;

namespace {

namespace asio = boost::asio;
using strings = std::vector<std::string>;

std::string sent(std::string_view target, std::string_view arguments) {
    return R"({"type":1,"target":")" + std::string{target} + R"(","arguments":)" + std::string{arguments} + "}\x1e";
}

const std::string close_again = "{\"type\":7,\"allowReconnect\":true}\x1e";

}  // namespace

TEST(HubClients, ReachesEveryConnectionOfAUserAndNoOther) {
    hub_on_wire h;
    auto a = h.connect("anna"), b = h.connect("anna"), c = h.connect("berta"), d = h.connect();
    h.hub->clients().user("anna").send_json("Hi", "[1]");
    h.hub->clients().user("nobody").send_json("Hi", "[2]");

    EXPECT_EQ(a->take(), strings{sent("Hi", "[1]")});
    EXPECT_EQ(b->take(), strings{sent("Hi", "[1]")});
    EXPECT_EQ(c->take(), strings{});
    EXPECT_EQ(d->take(), strings{});
    EXPECT_EQ(h.hub->stats().users, 2);
    EXPECT_EQ(h.hub->stats().connections, 4);
}

TEST(HubClients, SerializesOnceForAllRecipientsAndNotForNone) {
    hub_on_wire h;
    auto a = h.connect("anna"), b = h.connect("anna"), c = h.connect("berta");
    h.hub->clients().all().send_json("Hi", "[]");
    h.hub->clients().user("anna").send_json("Hi", "[]");
    h.hub->clients().user("nobody").send_json("Hi", "[]");

    EXPECT_EQ(h.hub->stats().serializations, 2U);
    EXPECT_EQ(h.hub->stats().messages_out, 5U);
    EXPECT_EQ(c->take(), strings{sent("Hi", "[]")});
}

TEST(HubClients, ReachesOneConnectionByItsId) {
    hub_on_wire h;
    std::string id;
    h.hub->on("Id", 0, [&](caller_context& c, const auto&) -> asio::awaitable<std::string> {
        id = c.connection_id();
        co_return json_string(id);
    });
    auto a = h.connect("anna"), b = h.connect("anna");
    a->send(call_text("1", "Id"));
    a->take();
    h.hub->clients().client(id).send_json("Hi", "[]");
    h.hub->clients().client("nope").send_json("Hi", "[]");

    EXPECT_EQ(a->take(), strings{sent("Hi", "[]")});
    EXPECT_EQ(b->take(), strings{});
}

TEST(HubClients, ComesBeforeTheCompletionOfTheMethodThatSentIt) {
    hub_on_wire h;
    h.hub->on("Say", 0, [&](caller_context& c, const auto&) -> asio::awaitable<std::string> {
        h.hub->clients().user(*c.user()).send_json("Said", "[]");
        co_return "null";
    });
    auto a = h.connect("anna");
    a->send(call_text("1", "Say"));

    EXPECT_EQ(a->take(), (strings{sent("Said", "[]"), result_text("1", "null")}));
}

TEST(HubClients, ForgetsWhoHasGone) {
    hub_on_wire h;
    auto a = h.connect("anna"), b = h.connect("anna");
    a->go();
    EXPECT_EQ(h.hub->stats().connections, 1);
    EXPECT_EQ(h.hub->stats().users, 1);
    b->send("{\"type\":7}\x1e");
    EXPECT_EQ(h.hub->stats().users, 0);
    h.hub->clients().user("anna").send_json("Hi", "[]");

    EXPECT_EQ(h.hub->stats().serializations, 0U);
}

TEST(HubClients, ReachesNobodyBeforeTheHandshake) {
    hub_on_wire h;
    auto a = h.open("anna");
    h.hub->clients().user("anna").send_json("Hi", "[]");
    h.hub->clients().all().send_json("Hi", "[]");

    EXPECT_EQ(a->take(), strings{});
}

TEST(HubClients, SendsFromOtherThreadsWithOnePostForMany) {
    hub_on_wire h;
    auto a = h.connect("anna");
    h.loop.leave_thread(true);
    h.loop.posts_seen = 0;
    std::thread{[&] {
        for (int i = 0; i < 100; ++i) h.hub->clients().user("anna").send_json("N", "[" + std::to_string(i) + "]");
    }}.join();
    h.loop.leave_thread(false);
    const auto got = a->take();

    ASSERT_EQ(got.size(), 100U);
    for (int i = 0; i < 100; ++i) EXPECT_EQ(got[static_cast<std::size_t>(i)], sent("N", "[" + std::to_string(i) + "]"));
    EXPECT_EQ(h.loop.posts_seen, 1U);
}

TEST(HubClients, ClosesWhoLostAMessageOnTheWayToItsLoop) {
    hub_options options;
    options.loop_mailbox = 3;
    hub_on_wire h{options};
    auto few = h.connect("anna"), many = h.connect("berta");
    h.loop.leave_thread(true);
    h.hub->clients().user("anna").send_json("N", "[]");
    for (int i = 0; i < 5; ++i) h.hub->clients().user("berta").send_json("N", "[]");
    h.loop.leave_thread(false);

    EXPECT_EQ(few->take(), strings{sent("N", "[]")});
    EXPECT_EQ(many->take(), (strings{sent("N", "[]"), sent("N", "[]"), close_again}));
    EXPECT_EQ(h.hub->stats().slow_closed, 1U);
}

TEST(HubClients, ClosesAClientThatDoesNotTakeWhatIsSent) {
    hub_on_wire h;
    auto slow = h.connect("anna"), quick = h.connect("berta");
    slow->wire.stuck = 1024 * 1024;
    h.hub->clients().all().send_json("Hi", "[]");

    EXPECT_EQ(slow->take(), strings{close_again});
    EXPECT_EQ(slow->close_code, 1000);
    EXPECT_EQ(quick->take(), strings{sent("Hi", "[]")});
    EXPECT_EQ(h.hub->stats().slow_closed, 1U);
    EXPECT_EQ(h.hub->stats().connections, 1);
}

TEST(HubClients, RefusesArgumentsThatWouldCutTheMessage) {
    hub_on_wire h;
    auto a = h.connect("anna");
    h.hub->clients().all().send_json("Hi", "[\"\x1e\"]");

    EXPECT_EQ(a->take(), strings{});
}

TEST(HubShutdown, TellsEveryClientToComeBackAndWaitsForThem) {
    hub_on_wire h;
    auto a = h.connect("anna"), b = h.open();
    bool done = false;
    asio::io_context caller;
    asio::co_spawn(
        caller, [&]() -> asio::awaitable<void> { co_await h.hub->shut_down(); },
        [&](std::exception_ptr) { done = true; });
    caller.poll();

    EXPECT_EQ(a->take(), strings{close_again});
    EXPECT_EQ(a->close_code, 1001);
    EXPECT_EQ(b->take(), strings{});
    EXPECT_EQ(b->close_code, 1001);
    auto late = make_request(net::http::method::post, "/hub/negotiate");
    EXPECT_EQ(h.hub->handle(late).status, 503U);
    EXPECT_EQ(h.open(), nullptr);
    EXPECT_FALSE(done);

    a->go();
    b->go();
    caller.run_for(seconds{5});
    EXPECT_TRUE(done);
}

TEST(HubShutdown, EndsWhenItsTimeIsOver) {
    hub_options options;
    options.shutdown_wait = std::chrono::milliseconds{50};
    hub_on_wire h{options};
    auto a = h.connect("anna");
    bool done = false;
    asio::io_context caller;
    asio::co_spawn(
        caller, [&]() -> asio::awaitable<void> { co_await h.hub->shut_down(); },
        [&](std::exception_ptr) { done = true; });
    caller.run_for(seconds{5});

    EXPECT_TRUE(done);
}
