// Says of a struct or an enum how it stands in hub messages, each member named once. In the type's own namespace:
//
//   struct Notification { std::string CorrelationId; Status State; std::optional<std::int64_t> OrderId; };
//   SIGNALR_DESCRIBE(Notification, CorrelationId, State, OrderId)
//   enum class Status { Accepted, Processing, Completed };
//   SIGNALR_DESCRIBE_ENUM(Status, Accepted, Processing, Completed)
//
// Where the names of C++ are not those of the wire, the macro is written out:
//
//   constexpr auto signalr_members(const notification*) {
//       return std::tuple{signalr::member{"CorrelationId", &notification::correlation_id}, …};
//   }
//   constexpr auto signalr_enumerators(const status*) {
//       return std::array{signalr::enumerator{"Accepted", status::accepted}, …};
//   }
#pragma once
#include <array>
#include <concepts>
#include <string_view>
#include <tuple>

namespace signalr {

template <class Struct, class Value>
struct member {
    std::string_view name;  // as a .NET class would declare it: JSON makes it camelCase, MessagePack takes it as it is
    Value Struct::* at;
};

template <class Enum>
struct enumerator {
    std::string_view name;
    Enum value;
};

template <class T>
concept described = requires(const T* t) { signalr_members(t); };
template <class T>
concept described_enum = requires(const T* t) { signalr_enumerators(t); };

}  // namespace signalr

#define SIGNALR_PARENS_ ()
#define SIGNALR_EXPAND_(...) SIGNALR_EXPAND3_(SIGNALR_EXPAND3_(SIGNALR_EXPAND3_(SIGNALR_EXPAND3_(__VA_ARGS__))))
#define SIGNALR_EXPAND3_(...) SIGNALR_EXPAND2_(SIGNALR_EXPAND2_(SIGNALR_EXPAND2_(SIGNALR_EXPAND2_(__VA_ARGS__))))
#define SIGNALR_EXPAND2_(...) SIGNALR_EXPAND1_(SIGNALR_EXPAND1_(SIGNALR_EXPAND1_(SIGNALR_EXPAND1_(__VA_ARGS__))))
#define SIGNALR_EXPAND1_(...) __VA_ARGS__
// what(type, first), what(type, second), … for up to 64 names.
#define SIGNALR_EACH_(what, type, ...) __VA_OPT__(SIGNALR_EXPAND_(SIGNALR_EACH_STEP_(what, type, __VA_ARGS__)))
#define SIGNALR_EACH_STEP_(what, type, first, ...) \
    what(type, first) __VA_OPT__(, SIGNALR_EACH_AGAIN_ SIGNALR_PARENS_(what, type, __VA_ARGS__))
#define SIGNALR_EACH_AGAIN_() SIGNALR_EACH_STEP_
#define SIGNALR_MEMBER_(type, name) \
    ::signalr::member { #name, &type::name }
#define SIGNALR_ENUMERATOR_(type, name) \
    ::signalr::enumerator { #name, type::name }

#define SIGNALR_DESCRIBE(type, ...)                                           \
    [[maybe_unused]] constexpr auto signalr_members(const type*) {            \
        return std::tuple{SIGNALR_EACH_(SIGNALR_MEMBER_, type, __VA_ARGS__)}; \
    }
#define SIGNALR_DESCRIBE_ENUM(type, ...)                                          \
    [[maybe_unused]] constexpr auto signalr_enumerators(const type*) {            \
        return std::array{SIGNALR_EACH_(SIGNALR_ENUMERATOR_, type, __VA_ARGS__)}; \
    }
