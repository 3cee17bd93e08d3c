// How calls of one client share its slots, its clock and its end.
#include <gtest/gtest.h>

#include "support/gate.hpp"
#include "support/hub_on_wire.hpp"

using namespace signalr;
using namespace signalr::testing;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

namespace asio = boost::asio;
using strings = std::vector<std::string>;

const std::string ping = "{\"type\":6}\x1e";
const std::string close_again = "{\"type\":7,\"allowReconnect\":true}\x1e";
const std::string close_broken =
    "{\"type\":7,\"error\":\"Connection closed with an error.\",\"allowReconnect\":true}\x1e";

hub_options parallel(std::size_t n) {
    hub_options options;
    options.maximum_parallel_invocations = n;
    return options;
}

struct scene : hub_on_wire {
    explicit scene(hub_options options = {}) : hub_on_wire{options} {
        hub->on("Wait", [this](int answer) -> asio::awaitable<int> {
            co_await g.pass();
            co_return answer;
        });
        hub->on("Echo", [](std::string_view text) { return text; });
    }
    gate g;
};

// Writes down what it hears, and refuses one method.
class listening final : public hub_filter {
public:
    listening(std::string name, std::string& log) : name_{std::move(name)}, log_{log} {}
    void connecting(caller_context&) override { log_ += name_ + " in, "; }
    void disconnected(caller_context&) override { log_ += name_ + " out, "; }
    void before(caller_context&, std::string_view method) override {
        log_ += name_ + " before " + std::string{method} + ", ";
        if (method == "Forbidden") throw unauthorized_error{};
    }
    void after(caller_context&, std::string_view method, std::exception_ptr& outcome) override {
        log_ += name_ + " after " + std::string{method} + (outcome ? " failed, " : ", ");
        if (outcome && method == "Mended") outcome = std::make_exception_ptr(hub_exception{"mended"});
    }

private:
    std::string name_;
    std::string& log_;
};

}  // namespace

// InvocationsRunInOrderWithNoParallelism
TEST(Invocation, RunsOneAtATimeByDefault) {
    scene s;
    auto c = s.connect();
    c->send(call_text("1", "Wait", "[1]") + call_text("2", "Wait", "[2]") + call_text("3", "Echo", "[\"x\"]"));
    EXPECT_EQ(s.g.waiting(), 1U);
    s.g.open();
    EXPECT_EQ(c->take(), strings{result_text("1", "1")});
    EXPECT_EQ(s.g.waiting(), 1U);
    s.g.open();

    EXPECT_EQ(c->take(), (strings{result_text("2", "2"), result_text("3", "\"x\"")}));
}

// InvocationsCanRunOutOfOrderWithParallelism
TEST(Invocation, MayBeOvertakenWhereSeveralRun) {
    scene s{parallel(2)};
    auto c = s.connect();
    c->send(call_text("1", "Wait", "[1]") + call_text("2", "Echo", "[\"x\"]"));
    EXPECT_EQ(c->take(), strings{result_text("2", "\"x\"")});
    s.g.open();

    EXPECT_EQ(c->take(), strings{result_text("1", "1")});
}

// HubMethodInvokeDoesNotCountTowardsClientTimeout
TEST(Invocation, StopsTheClientsClockWhileItTakesTheLastSlot) {
    scene s;
    auto c = s.connect();
    c->send(ping + call_text("1", "Wait", "[1]"));
    s.loop.advance(seconds{100});
    c->settle();
    EXPECT_FALSE(c->close_code);
    s.g.open();
    c->settle();
    s.loop.advance(seconds{29});
    c->settle();
    EXPECT_FALSE(c->close_code);
    s.loop.advance(seconds{3});
    c->settle();

    EXPECT_EQ(c->messages.back(), close_broken);
}

// HubMethodInvokeCountsTowardsClientTimeoutIfParallelNotMaxed
TEST(Invocation, LetsTheClientsClockRunWhileASlotIsFree) {
    scene s{parallel(2)};
    auto c = s.connect();
    c->send(ping + call_text("1", "Wait", "[1]"));
    s.loop.advance(seconds{32});
    c->settle();

    EXPECT_EQ(c->messages.back(), close_broken);
}

TEST(Invocation, IsSurroundedByFilters) {
    scene s;
    std::string log;
    s.hub->add_filter(std::make_shared<listening>("outer", log));
    s.hub->add_filter(std::make_shared<listening>("inner", log));
    auto c = s.open();
    c->send("{\"protocol\":\"json\",\"version\":1}\x1e");
    EXPECT_EQ(log, "outer in, inner in, ");
    log.clear();
    c->send(call_text("1", "echo", "[\"x\"]"));
    EXPECT_EQ(log, "outer before Echo, inner before Echo, inner after Echo, outer after Echo, ");
    log.clear();
    c->send(call_text("2", "Echo", "[1]"));  // was never bound
    EXPECT_EQ(log, "");
    c->go();
    EXPECT_EQ(log, "inner out, outer out, ");
}

TEST(Invocation, FailsWithWhatFiltersMakeOfIt) {
    scene s;
    std::string log;
    s.hub->on("Forbidden", [] { return 1; });
    s.hub->on("Mended", [](bool later) -> asio::awaitable<int> {
        if (later) throw std::runtime_error{"secret"};
        co_return 5;
    });
    s.hub->add_filter(std::make_shared<listening>("f", log));
    auto c = s.connect();
    c->send(call_text("1", "Forbidden") + call_text("2", "Mended", "[true]") + call_text("3", "Mended", "[false]"));

    EXPECT_EQ(
        c->take(),
        (strings{error_text("1", "Failed to invoke 'Forbidden' because user is unauthorized"),
                 error_text("2", "An unexpected error occurred invoking 'Mended' on the server. HubException: mended"),
                 result_text("3", "5")}));
    EXPECT_EQ(log,
              "f in, f before Forbidden, f before Mended, f after Mended failed, f before Mended, f after Mended, ");
}

TEST(Invocation, MayEndBeforeTheServerStops) {
    scene s;
    auto c = s.connect(), idle = s.connect();
    c->send(call_text("1", "Wait", "[1]"));
    asio::co_spawn(
        s.loop.context(), [&]() -> asio::awaitable<void> { co_await s.hub->shut_down(); }, [](std::exception_ptr) {});
    EXPECT_EQ(idle->take(), strings{close_again});
    EXPECT_EQ(idle->close_code, 1001);
    c->send(call_text("2", "Echo", "[\"nothing more is read\"]"));
    EXPECT_EQ(c->take(), strings{});
    s.g.open();

    EXPECT_EQ(c->take(), (strings{result_text("1", "1"), close_again}));
    EXPECT_EQ(c->close_code, 1001);
}

TEST(Invocation, IsNotWaitedForForEverWhenTheServerStops) {
    scene s;
    auto c = s.connect();
    c->send(call_text("1", "Wait", "[1]"));
    asio::co_spawn(
        s.loop.context(), [&]() -> asio::awaitable<void> { co_await s.hub->shut_down(); }, [](std::exception_ptr) {});
    s.loop.advance(seconds{2});
    EXPECT_EQ(c->take(), strings{});
    s.loop.advance(seconds{2});

    EXPECT_EQ(c->take(), strings{close_again});
    EXPECT_EQ(s.g.waiting(), 0U);
}

TEST(Invocation, TellsTheDisconnectHookWhyItEnded) {
    scene s;
    std::string why;
    s.hub->on_disconnected([&](caller_context& by) -> asio::awaitable<void> {
        why = std::string{by.parting_error()} + ".";
        co_return;
    });
    s.connect()->send("{\"type\":7}\x1e");
    EXPECT_EQ(why, ".");
    s.connect()->send("{\"type\":7,\"error\":\"my battery\"}\x1e");
    EXPECT_EQ(why, "HubException: my battery.");
    s.connect()->send("[]\x1e");
    EXPECT_TRUE(why.starts_with("InvalidDataException: ")) << why;
}

// ClientResultFromHubDoesNotBlockReceiveLoop
TEST(Invocation, GivesItsSlotBackWhenItAsksAClient) {
    scene s;
    s.hub->on("AskMe", [](caller_context& by) -> asio::awaitable<int> {
        const int answer = co_await by.clients().caller().ask<int>("Result", "how many?");
        co_return answer + 1;
    });
    auto c = s.connect();
    c->send(call_text("1", "AskMe") + call_text("2", "Echo", "[\"overtakes\"]"));
    EXPECT_EQ(c->take(), (strings{R"({"type":1,"invocationId":"s1","target":"Result","arguments":["how many?"]})"
                                  "\x1e",
                                  result_text("2", "\"overtakes\"")}));
    c->send(R"({"type":3,"invocationId":"s1","result":41})"
            "\x1e");

    EXPECT_EQ(c->take(), strings{result_text("1", "42")});
    c->send(call_text("3", "Wait", "[3]") + call_text("4", "Wait", "[4]"));
    EXPECT_EQ(s.g.waiting(), 1U);  // one slot, as before
}

// ThrowsWhenUsedInOnConnectedAsync
TEST(Invocation, MayNotAskBeforeTheClientMayAnswer) {
    hub_options options;
    options.enable_detailed_errors = true;
    scene s{options};
    s.hub->on_connected(
        [](caller_context& by) -> asio::awaitable<void> { co_await by.clients().caller().ask<int>("Result"); });
    auto c = s.open();
    c->send("{\"protocol\":\"json\",\"version\":1}\x1e");

    EXPECT_EQ(
        c->take().back(),
        "{\"type\":7,\"error\":\"Connection closed with an error. InvalidOperationException: Client results inside "
        "OnConnectedAsync Hub methods are not allowed.\"}\x1e");
}

TEST(Invocation, ReachesTheCallerAndTheOthers) {
    scene s;
    s.hub->on("Say", [](caller_context& by, std::string_view text) {
        by.clients().caller().send("Mine", text);
        by.clients().others().send("Theirs", text);
        by.clients().others_in_group("g").send("Ours", text);
    });
    s.hub->on("Join", [&](caller_context& by) -> asio::awaitable<void> {
        co_await s.hub->groups().add(std::string{by.connection_id()}, "g");
    });
    auto a = s.connect(), b = s.connect(), c = s.connect();
    for (auto* in : {a.get(), b.get()}) in->send(call_text("1", "Join")), in->take();
    a->send(call_text("2", "Say", "[\"x\"]"));
    const auto push = [](std::string_view name) {
        return R"({"type":1,"target":")" + std::string{name} +
               R"(","arguments":["x"]})"
               "\x1e";
    };

    EXPECT_EQ(a->take(), (strings{push("Mine"), result_text("2", "null")}));
    EXPECT_EQ(b->take(), (strings{push("Theirs"), push("Ours")}));
    EXPECT_EQ(c->take(), strings{push("Theirs")});
}
