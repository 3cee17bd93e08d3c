// The methods that the captured conversations call, as this hub has them.
#pragma once
#include <limits>
#include <stdexcept>

#include "gate.hpp"
#include "hub_on_wire.hpp"

namespace signalr::testing {

namespace asio = boost::asio;

class my_hub_exception final : public hub_exception {
public:
    using hub_exception::hub_exception;
    const char* type_name() const noexcept override { return "MyHubException"; }
};

struct any_object {};
struct named_value {
    std::string kind;
};

}  // namespace signalr::testing

template <>
struct signalr::codec<signalr::testing::named_value> {
    static void write(value_writer& to, const testing::named_value& from) {
        if (from.kind == "version")
            to.text("1.2.3.4");
        else
            to.floating(-std::numeric_limits<double>::quiet_NaN());  // .NET's has that sign
    }
};
template <>
struct signalr::codec<signalr::testing::any_object> {
    static bool read(value_reader& from, testing::any_object&) {
        return from.peek() == value_kind::object ? from.skip() : from.fail();
    }
};

namespace signalr::testing {

inline void add_failing_methods(hub& h) {
    h.on("ThrowException", [](std::string text) { throw described_error{"InvalidOperationException", text}; });
    h.on("ThrowHub", [](std::string text) { throw hub_exception{text}; });
    h.on("ThrowDerived", [](std::string text) { throw my_hub_exception{text}; });
    h.on("ThrowAsync", [](std::string text) -> asio::awaitable<void> {
        throw described_error{"ArgumentException", text};
        co_return;
    });
    h.on("ThrowInner", [](std::string text) { throw hub_exception{text}; });
    h.on("Secured", [] { throw unauthorized_error{}; });
}

inline void add_sending_methods(hub& h) {
    h.on("InvokeWithString", [&h](caller_context& c, std::string_view text) {
        h.clients().client(c.connection_id()).send_json("Message", "[" + json_string(text) + "]");
    });
    h.on("SendCustomObject", [](any_object) {});
}

// What the reference hub does after a while is done here when the test opens `time`.
inline void add_streams(hub& h, gate& time) {
    h.on("Stream", []() -> generator<std::string> {
        co_yield "a";
        co_yield "b";
        co_yield "c";
    });
    h.on("EmptyStream", []() -> generator<int> { co_return; });
    h.on("Counter", [&time](int count, int delay) -> generator<int> {
        for (int i = 0; i < count; ++i) {
            if (delay > 0) co_await time.pass();
            co_yield i;
        }
    });
    h.on("InfiniteStream", [&h, &time](caller_context& c) -> generator<int> {
        const std::string id{c.connection_id()};
        try {
            for (;;) co_await time.pass();
        } catch (const boost::system::system_error&) {
            h.clients().client(id).send_json("StreamCanceled", "[]");
        }
        co_yield 0;
    });
    h.on("StreamThrowException",
         [](std::string text) -> generator<int> { throw described_error{"InvalidOperationException", text}; });
    h.on("FailAfter", [](int items) -> generator<int> {
        for (int i = 0; i < items; ++i) co_yield i;
        throw described_error{"InvalidOperationException", "stream failed"};
    });
    h.on("HubFailAfter", [](int items) -> generator<int> {
        for (int i = 0; i < items; ++i) co_yield i;
        throw hub_exception{"hub stream failed"};
    });
    h.on("StreamNull", [] { return generator<int>{}; });
}

inline void add_uploads(hub& h, gate& time) {
    h.on("StreamingConcat", [](upload<std::optional<std::string>> parts) -> asio::awaitable<std::string> {
        std::string all;
        while (const auto part = co_await parts.next()) all += part->value_or("");
        co_return all;
    });
    h.on("UploadTwo", [](int start, upload<int> a, upload<int> b) -> asio::awaitable<int> {
        int sum = 0;
        while (const auto x = co_await a.next()) sum += *x;
        while (const auto x = co_await b.next()) sum += *x;
        co_return start + 2 * sum;
    });
    h.on("Doubler", [](upload<int> all) -> generator<int> {
        while (const auto x = co_await all.next()) co_yield 2 * *x;
    });
    h.on("UploadCatch", [](upload<int> all) -> asio::awaitable<std::string> {
        try {
            while (co_await all.next()) continue;
        } catch (const hub_exception& e) {
            co_return std::string{e.type_name()} + ": " + e.what();
        }
        co_return "nothing";
    });
    h.on("UploadFirst", [](upload<int> all) -> asio::awaitable<std::string> {
        co_return "first " + std::to_string((co_await all.next()).value());
    });
    h.on("UploadSlow", [&time](int, upload<int> all) -> asio::awaitable<std::string> {
        co_await time.pass();
        int n = 0;
        while (co_await all.next()) ++n;
        co_return "n=" + std::to_string(n);
    });
}

inline void add_reference_methods(hub& h, gate& time) {
    h.on("Echo", [](std::string_view text) { return text; });
    h.on("EchoObject", [](boost::json::value v) { return v; });
    h.on("EchoNullableString", [](std::optional<std::string> text) { return text; });
    h.on("EchoInt", [](std::int32_t i) { return i; });
    h.on("EchoBool", [](bool b) { return b; });
    h.on("EchoInts", [](std::vector<int> all) { return all; });
    h.on("Ping", [] {});
    h.on("VoidTask", []() -> asio::awaitable<void> { co_return; });
    h.on("NullString", [] { return std::optional<std::string>{}; });
    h.on("Add", [](int a, int b) { return a + b; });
    h.on("Optional", [](std::string a, std::string b) { return a + b; });
    h.on("renamed", [] { return "renamed ok"; });
    h.on("GetUser", [](caller_context& c) { return c.user(); });
    h.on("WithToken", [](std::string, any_object) {});
    h.on("WhoAmI", [] { return "svc"; });
    h.on("Sleep", [&time](int, std::string text) -> asio::awaitable<std::string> {
        co_await time.pass();
        co_return text;
    });
    h.on("Abort", [](caller_context& c) { c.abort(); });
    add_failing_methods(h);
    add_sending_methods(h);
    add_streams(h, time);
    add_uploads(h, time);
}

// What depends on how the values came: .NET's names of types, and a value that one of the protocols can't write.
inline void add_methods_of(hub& h, encoding protocol) {
    const bool json = protocol == encoding::json;
    h.on("TypeOfObject", [json](boost::json::value v) -> std::string {
        if (v.is_null()) return "null";
        if (json) return "System.Text.Json.JsonElement";
        return v.is_string() ? "System.String" : "System.Byte";
    });
    h.on("SendAllKinds", [json, &h](caller_context& c) {
        h.clients()
            .client(c.connection_id())
            .send_json("Kinds",
                       json ? R"([1,"two",3.5,true,null,[1,2],{"a":1}])" : R"([1,"two",3.5,true,null,[1,2],{"A":1}])");
    });
    h.on("Value", [](std::string_view kind) { return named_value{std::string{kind}}; });
    h.on("NestedStream", [json]() -> generator<json_text> {
        co_yield json_text{"null"};
        co_yield json_text{
            json ? R"({"id":7,"child":{"name":"c","amount":1.50},"items":[{"name":"i1","amount":10},)"
                   R"({"name":null,"amount":-0.1}],"map":{"One":1,"two":2},"favourite":5,"urlValue":"u"})"
                 : R"({"Id":7,"Child":{"Name":"c","Amount":"1.50"},"Items":[{"Name":"i1","Amount":"10"},)"
                   R"({"Name":null,"Amount":"-0.1"}],"Map":{"One":1,"two":2},"Favourite":"Green","URLValue":"u"})"};
    });
}

}  // namespace signalr::testing
