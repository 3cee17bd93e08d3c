// The methods that the captured conversations call, as far as this hub can have them.
#pragma once
#include <limits>
#include <stdexcept>

#include "hub_on_wire.hpp"

namespace signalr::testing {

namespace asio = boost::asio;

inline std::int32_t int32_of(const boost::json::value& v) {
    if (!v.is_int64() || v.get_int64() > std::numeric_limits<std::int32_t>::max() ||
        v.get_int64() < std::numeric_limits<std::int32_t>::min())
        throw binding_error{};
    return static_cast<std::int32_t>(v.get_int64());
}

inline std::string string_of(const boost::json::value& v) {
    if (!v.is_string()) throw binding_error{};
    return std::string{v.get_string()};
}

class my_hub_exception final : public hub_exception {
public:
    using hub_exception::hub_exception;
    const char* type_name() const noexcept override { return "MyHubException"; }
};

// A method whose answer is at hand.
inline raw_method at_once(std::function<std::string(caller_context&, const boost::json::array&)> f) {
    return [f = std::move(f)](caller_context& c, const boost::json::array& args) -> asio::awaitable<std::string> {
        co_return f(c, args);
    };
}

inline void add_failing_methods(hub& h) {
    h.on("ThrowException", 1, at_once([](auto&, auto& a) -> std::string {
             throw described_error{"InvalidOperationException", string_of(a[0])};
         }));
    h.on("ThrowHub", 1, at_once([](auto&, auto& a) -> std::string { throw hub_exception{string_of(a[0])}; }));
    h.on("ThrowDerived", 1, at_once([](auto&, auto& a) -> std::string { throw my_hub_exception{string_of(a[0])}; }));
    h.on("ThrowAsync", 1,
         at_once([](auto&, auto& a) -> std::string { throw described_error{"ArgumentException", string_of(a[0])}; }));
    h.on("ThrowInner", 1, at_once([](auto&, auto& a) -> std::string { throw hub_exception{string_of(a[0])}; }));
    h.on("Value", 1, at_once([](auto&, auto&) { return std::string{"\x1e"}; }));  // what can't be written
}

inline void add_sending_methods(hub& h) {
    h.on("InvokeWithString", 1, at_once([&h](caller_context& c, auto& a) {
             h.clients().client(c.connection_id()).send_json("Message", "[" + json_string(string_of(a[0])) + "]");
             return std::string{};
         }));
    h.on("SendAllKinds", 0, at_once([&h](caller_context& c, auto&) {
             h.clients().client(c.connection_id()).send_json("Kinds", R"([1,"two",3.5,true,null,[1,2],{"a":1}])");
             return std::string{};
         }));
    h.on("SendCustomObject", 1, at_once([](auto&, auto& a) {
             if (!a[0].is_object()) throw binding_error{};
             return std::string{};
         }));
}

inline void add_reference_methods(hub& h) {
    h.on("Echo", 1, at_once([](auto&, auto& a) { return json_string(string_of(a[0])); }));
    h.on("EchoObject", 1, at_once([](auto&, auto& a) { return to_text(a[0]); }));
    h.on("EchoNullableString", 1, at_once([](auto&, auto& a) { return to_text(a[0]); }));
    h.on("EchoInt", 1, at_once([](auto&, auto& a) { return std::to_string(int32_of(a[0])); }));
    h.on("EchoBool", 1, at_once([](auto&, auto& a) {
             if (!a[0].is_bool()) throw binding_error{};
             return to_text(a[0]);
         }));
    h.on("EchoInts", 1, at_once([](auto&, auto& a) {
             if (!a[0].is_array()) throw binding_error{};
             return to_text(a[0]);
         }));
    h.on("Ping", 0, at_once([](auto&, auto&) { return std::string{}; }));
    h.on("VoidTask", 0, at_once([](auto&, auto&) { return std::string{}; }));
    h.on("NullString", 0, at_once([](auto&, auto&) { return std::string{"null"}; }));
    h.on("Add", 2, at_once([](auto&, auto& a) { return std::to_string(int32_of(a[0]) + int32_of(a[1])); }));
    h.on("Optional", 2, at_once([](auto&, auto& a) { return json_string(string_of(a[0]) + string_of(a[1])); }));
    h.on("renamed", 0, at_once([](auto&, auto&) { return std::string{"\"renamed ok\""}; }));
    h.on("GetUser", 0, at_once([](caller_context& c, auto&) { return c.user() ? json_string(*c.user()) : "null"; }));
    h.on("WithToken", 2, at_once([](auto&, auto&) { return std::string{}; }));
    h.on("WhoAmI", 0, at_once([](auto&, auto&) { return std::string{"\"svc\""}; }));
    h.on("TypeOfObject", 1, at_once([](auto&, auto& a) {
             return std::string{a[0].is_null() ? "\"null\"" : "\"System.Text.Json.JsonElement\""};
         }));
    h.on("Sleep", 2, at_once([](auto&, auto& a) { return to_text(a[1]); }));
    h.on("Abort", 0, at_once([](caller_context& c, auto&) {
             c.abort();
             return std::string{};
         }));
    add_failing_methods(h);
    add_sending_methods(h);
}

}  // namespace signalr::testing
