// Methods as C++ declares them, called by a client byte by byte.
#include <gtest/gtest.h>

#include "support/gate.hpp"
#include "support/hub_on_wire.hpp"

using namespace signalr;
using namespace signalr::testing;

namespace {

namespace asio = boost::asio;
using strings = std::vector<std::string>;

std::string failed(std::string_view id, std::string_view name) {
    return error_text(id, "Failed to invoke '" + std::string{name} + "' due to an error on the server.");
}

int twice(int x) { return 2 * x; }

class counter {
public:
    int add(int by) { return sum_ += by; }
    int sum() const noexcept { return sum_; }
    asio::awaitable<std::string> who(caller_context& by, const std::string& greeting) const {
        co_return greeting + " " + by.user().value_or("nobody");
    }

private:
    int sum_ = 0;
};

}  // namespace

TEST(TypedMethod, TakesAndReturnsValues) {
    hub_on_wire s;
    s.hub->on("Echo", [](std::string_view text) { return text; });
    s.hub->on("Join", [](const std::string& a, std::string b, int n) { return a + b + std::to_string(n); });
    s.hub->on("Twice", &twice);
    s.hub->on("List", [](const std::vector<int>& all) { return all; });
    s.hub->on("Maybe", [](std::optional<std::string> text) { return text; });
    s.hub->on("Nothing", [] {});
    auto c = s.connect();
    c->send(call_text("1", "Echo", "[\"a\\u0041é\"]") + call_text("2", "Join", R"(["x","y",-3])") +
            call_text("3", "twice", "[21]") + call_text("4", "List", "[[1,2,3]]") + call_text("5", "Maybe", "[null]") +
            call_text("6", "Nothing"));

    EXPECT_EQ(c->take(), (strings{result_text("1", "\"aAé\""), result_text("2", "\"xy-3\""), result_text("3", "42"),
                                  result_text("4", "[1,2,3]"), result_text("5", "null"), result_text("6", "null")}));
}

TEST(TypedMethod, TakesTheCallerFirst) {
    hub_on_wire s;
    s.hub->on("Who", [](caller_context& by, std::string_view greeting) {
        return std::string{greeting} + " " + by.user().value_or("nobody");
    });
    auto c = s.connect("anna");
    c->send(call_text("1", "Who", "[\"hello\"]"));

    EXPECT_EQ(c->take(), strings{result_text("1", "\"hello anna\"")});
}

TEST(TypedMethod, IsAMemberOfAnObject) {
    hub_on_wire s;
    const auto shared = std::make_shared<counter>();
    counter own;
    s.hub->with(shared).on("Add", &counter::add).on("Sum", &counter::sum).on("Who", &counter::who);
    s.hub->with(own).on("AddHere", &counter::add);
    auto c = s.connect("bob");
    c->send(call_text("1", "Add", "[2]") + call_text("2", "Add", "[3]") + call_text("3", "Sum") +
            call_text("4", "AddHere", "[7]") + call_text("5", "Who", "[\"hi\"]"));

    EXPECT_EQ(c->take(), (strings{result_text("1", "2"), result_text("2", "5"), result_text("3", "5"),
                                  result_text("4", "7"), result_text("5", "\"hi bob\"")}));
    EXPECT_EQ(own.sum(), 7);
}

TEST(TypedMethod, KeepsItsArgumentsWhileItWaits) {
    hub_on_wire s;
    gate g;
    s.hub->on("Slow", [&](std::string_view view, const std::string& text) -> asio::awaitable<std::string> {
        co_await g.pass();
        co_return std::string{view} + text;
    });
    auto c = s.connect();
    c->send(call_text("1", "Slow", R"(["not in the message any more","either, when it is answered"])"));
    EXPECT_EQ(c->take(), strings{});
    g.open();

    EXPECT_EQ(c->take(), strings{result_text("1", "\"not in the message any moreeither, when it is answered\"")});
}

TEST(TypedMethod, FailsAloneWhenArgumentsDoNotFit) {
    hub_on_wire s;
    s.hub->on("Twice", &twice);
    s.hub->on("TwiceLater", [](int x) -> asio::awaitable<int> { co_return 2 * x; });
    s.hub->on("Echo", [](std::string_view text) { return text; });
    auto c = s.connect();
    c->send(call_text("1", "Twice", "[\"x\"]") + call_text("2", "Twice", "[1.5]") + call_text("3", "Twice", "[1,2]") +
            call_text("4", "TwiceLater", "[{}]") + call_text("5", "Echo", "[1]") + call_text("6", "Twice", "[4]"));

    EXPECT_EQ(c->take(), (strings{failed("1", "Twice"), failed("2", "Twice"), failed("3", "Twice"),
                                  failed("4", "TwiceLater"), failed("5", "Echo"), result_text("6", "8")}));
}

TEST(TypedMethod, SaysWhyArgumentsDoNotFitToThoseWhoMayKnow) {
    hub_options options;
    options.enable_detailed_errors = true;
    hub_on_wire s{options};
    s.hub->on("Twice", &twice);
    auto c = s.connect();
    c->send(call_text("1", "Twice", "[\"x\"]"));

    EXPECT_EQ(c->take(),
              strings{error_text("1",
                                 "Failed to invoke 'Twice' due to an error on the server. InvalidDataException: Error "
                                 "binding arguments. Make sure that the types of the provided values match the types "
                                 "of the hub method being invoked.")});
}

TEST(TypedMethod, HidesWhatItThrowsButHubExceptions) {
    hub_on_wire s;
    s.hub->on("Throw", [](std::string_view what) {
        if (what == "hub") throw hub_exception{"for you"};
        if (what == "no") throw unauthorized_error{};
        throw std::runtime_error{"secret"};
    });
    s.hub->on("ThrowLater", []() -> asio::awaitable<int> {
        throw hub_exception{"later"};
        co_return 1;
    });
    auto c = s.connect();
    c->send(call_text("1", "throw", "[\"hub\"]") + call_text("2", "Throw", "[\"x\"]") +
            call_text("3", "Throw", "[\"no\"]") + call_text("4", "ThrowLater"));

    EXPECT_EQ(
        c->take(),
        (strings{
            error_text("1", "An unexpected error occurred invoking 'Throw' on the server. HubException: for you"),
            error_text("2", "An unexpected error occurred invoking 'Throw' on the server."),
            error_text("3", "Failed to invoke 'Throw' because user is unauthorized"),
            error_text("4", "An unexpected error occurred invoking 'ThrowLater' on the server. HubException: later")}));
}

TEST(TypedMethod, IsNeverAnsweredWithoutAnId) {
    hub_on_wire s;
    int ran = 0;
    s.hub->on("Count", [&](int by) { return ran += by; });
    auto c = s.connect();
    c->send(
        "{\"type\":1,\"target\":\"Count\",\"arguments\":[1]}\x1e"
        "{\"type\":1,\"target\":\"Count\",\"arguments\":[\"x\"]}\x1e"
        "{\"type\":1,\"invocationId\":\"\",\"target\":\"Count\",\"arguments\":[1]}\x1e");

    EXPECT_EQ(c->take(), strings{});
    EXPECT_EQ(ran, 2);
}

TEST(TypedMethod, EndsTheConnectionWhenItsResultCantBeWritten) {
    hub_on_wire s;
    s.hub->on("Bad", [] { return std::nan(""); });
    auto c = s.connect();
    c->send(call_text("1", "Bad"));

    EXPECT_EQ(c->take(),
              strings{"{\"type\":7,\"error\":\"Connection closed with an error.\",\"allowReconnect\":true}\x1e"});
    EXPECT_EQ(c->close_code, 1000);
}

TEST(TypedMethod, MayEndItsConnection) {
    hub_on_wire s;
    s.hub->on("Abort", [](caller_context& by) { by.abort(); });
    auto c = s.connect();
    c->send(call_text("1", "Abort") + call_text("2", "Abort"));

    EXPECT_EQ(c->take(), strings{"{\"type\":7}\x1e"});
    EXPECT_EQ(c->close_code, 1000);
}

TEST(TypedMethod, KeepsItemsWithTheConnection) {
    hub_on_wire s;
    s.hub->on("Next", [](caller_context& by) {
        auto& item = by.items()["count"];
        if (!item.has_value()) item = 0;
        return ++std::any_cast<int&>(item);
    });
    int at_the_end = 0;
    s.hub->on_disconnected([&](caller_context& by) -> asio::awaitable<void> {
        at_the_end = *by.items().find<int>("count");
        co_return;
    });
    auto c = s.connect(), other = s.connect();
    c->send(call_text("1", "Next") + call_text("2", "Next"));
    other->send(call_text("1", "Next"));
    s.loop.advance(std::chrono::seconds{40});
    c->send(call_text("3", "Next"));
    c->settle();

    EXPECT_EQ(c->messages.back(), result_text("3", "3"));
    EXPECT_EQ(other->take().front(), result_text("1", "1"));
    c->go();
    EXPECT_EQ(at_the_end, 3);
}
