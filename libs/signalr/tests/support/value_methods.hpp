// The Echo… methods and the values of the reference server's hub, as far as C++ has such types, without a hub around them: bytes of a
// call in, bytes of the completion out.
#pragma once
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hub_protocol.hpp"
#include "letter_case.hpp"
#include "signalr/codec.hpp"

namespace signalr::testing {

// .NET's decimal, as a type of one's own would be added: its digits are kept as they are written.
struct decimal {
    std::string digits = "0";
};

enum class colour { Red, Green = 5, Blue };
SIGNALR_DESCRIBE_ENUM(colour, Red, Green, Blue)
enum class file_access { None = 0, Read = 1, Write = 2, All = 3 };
SIGNALR_DESCRIBE_ENUM(file_access, None, Read, Write, All)
enum class order_status { Accepted, Processing, Completed };
SIGNALR_DESCRIBE_ENUM(order_status, Accepted, Processing, Completed)

struct child {
    std::optional<std::string> Name;
    decimal Amount;
};
SIGNALR_DESCRIBE(child, Name, Amount)

struct nested {
    int Id = 0;
    std::optional<child> Child;
    std::optional<std::vector<child>> Items = std::vector<child>{};
    std::map<std::string, int> Map;
    std::optional<colour> Favourite;
    std::optional<std::string> URLValue;
};
SIGNALR_DESCRIBE(nested, Id, Child, Items, Map, Favourite, URLValue)

struct record {
    int A = 0;
    std::optional<std::string> B;
};
SIGNALR_DESCRIBE(record, A, B)

struct anonymous {
    int Alpha = 1;
    std::string betaGamma = "x";
    bool ABCDef = true;
};
SIGNALR_DESCRIBE(anonymous, Alpha, betaGamma, ABCDef)

struct complex_object {
    std::string String = "hello world";
    std::vector<int> IntArray{1, 2, 3};
    bytes ByteArray{"\x01\x02\x03"};
    std::string Guid = "00010203-0405-0607-0706-050403020100";
    timestamp DateTime{946'684'800, 0};
};
SIGNALR_DESCRIBE(complex_object, String, IntArray, ByteArray, Guid, DateTime)

// Names of our own style, said as the wire has them.
struct correlation_id {
    std::string value;
};
constexpr auto signalr_members(const correlation_id*) { return std::tuple{member{"Value", &correlation_id::value}}; }
struct notification {
    correlation_id correlation{"7f6d1c52-3b0e-4c3a-9a57-2f1d8a40be11"};
    order_status status = order_status::Completed;
    std::optional<std::int64_t> order_id = 777;
};
constexpr auto signalr_members(const notification*) {
    return std::tuple{member{"CorrelationId", &notification::correlation}, member{"Status", &notification::status},
                      member{"OrderId", &notification::order_id}};
}

}  // namespace signalr::testing

template <>
struct signalr::codec<signalr::testing::decimal> {
    static bool read(value_reader& from, testing::decimal& to) {
        std::string_view digits;
        if (from.written_in() == encoding::messagepack) return from.text(to.digits);
        if (from.peek() != value_kind::integer && from.peek() != value_kind::floating) return from.fail();
        return from.raw(digits) && (to.digits = digits, true);
    }
    static void write(value_writer& to, const testing::decimal& from) {
        to.writes() == encoding::json ? to.json(from.digits) : to.text(from.digits);
    }
};

namespace signalr::testing {

using echo = std::function<bool(value_reader&, value_writer&)>;

struct value_method {
    std::string name;
    std::size_t arity = 1;
    echo run;  // false: an argument does not fit
};

template <class T>
value_method echo_of(std::string name) {
    return {std::move(name), 1, [](value_reader& from, value_writer& to) {
                T value{};
                if (!from.next_element() || !codec<T>::read(from, value)) return false;
                codec<T>::write(to, value);
                return true;
            }};
}

inline bool add(value_reader& from, value_writer& to) {
    int a = 0, b = 0;
    if (!from.next_element() || !codec<int>::read(from, a) || !from.next_element() || !codec<int>::read(from, b))
        return false;
    to.integer(a + b);
    return true;
}

inline const std::vector<value_method>& value_methods() {
    static const std::vector<value_method> methods{
        echo_of<std::string>("Echo"),
        echo_of<int>("EchoInt"),
        echo_of<std::int64_t>("EchoLong"),
        echo_of<std::uint64_t>("EchoULong"),
        echo_of<std::uint8_t>("EchoByte"),
        echo_of<double>("EchoDouble"),
        echo_of<float>("EchoFloat"),
        echo_of<bool>("EchoBool"),
        echo_of<decimal>("EchoDecimal"),
        echo_of<std::optional<std::string>>("EchoNullableString"),
        echo_of<std::optional<int>>("EchoNullableInt"),
        echo_of<std::optional<std::vector<int>>>("EchoInts"),
        echo_of<std::optional<bytes>>("EchoBytes"),
        echo_of<std::optional<std::map<std::string, int>>>("EchoDict"),
        echo_of<colour>("EchoEnum"),
        echo_of<std::optional<nested>>("EchoNested"),
        echo_of<std::optional<record>>("EchoRec"),
        echo_of<complex_object>("EchoComplexObject"),
        echo_of<timestamp>("EchoDateTime"),
        echo_of<std::string>("EchoGuid"),
        echo_of<std::string>("EchoUri"),
        echo_of<boost::json::value>("EchoObject"),
        value_method{"Add", 2, add},
        value_method{"Ping", 0, [](value_reader&, value_writer& to) { return to.nil(), true; }}};
    return methods;
}

inline std::string wrong_arguments(const incoming& call, const value_method& method) {
    if (!call.binding_fault.empty()) return std::string{call.binding_fault};
    if (call.argument_count != method.arity)
        return "InvalidDataException: Invocation provides " + std::to_string(call.argument_count) +
               " argument(s) but target expects " + std::to_string(method.arity) + ".";
    return "InvalidDataException: Error binding arguments. Make sure that the types of the provided values match the "
           "types of the hub "
           "method being invoked.";
}

// One message from a client, answered as the reference server does; unknown targets by nullopt.
inline std::optional<std::string> answer(const hub_protocol& p, const incoming& call, bool detailed) {
    std::string out;
    if (call.kind == message_kind::close) return p.write_close(out, {}, false), out;
    if (call.kind != message_kind::invocation) return out;
    for (const auto& method : value_methods()) {
        if (!same_letters(method.name, call.target)) continue;
        const auto place = p.open_result(out, call.invocation_id);
        auto to = p.writer(out);
        if (call.binding_fault.empty() && call.argument_count == method.arity) {
            auto from = value_reader::of_arguments(p.encoding(), call.arguments);
            if (method.run(from, to)) {
                if (!p.close_message(out, place, to)) p.write_close(out, "Connection closed with an error.", true);
                return call.invocation_id.empty() ? "" : out;
            }
        }
        out.clear();
        std::string error = "Failed to invoke '" + method.name + "' due to an error on the server.";
        if (detailed) error += " " + wrong_arguments(call, method);
        p.write_error(out, call.invocation_id, error);
        return call.invocation_id.empty() ? "" : out;
    }
    return std::nullopt;
}

}  // namespace signalr::testing
