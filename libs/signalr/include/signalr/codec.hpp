// How C++ types stand in hub messages. codec<T> is the one place to specialize for a type of one's own; structs and enums need only
// be described (describe.hpp).
#pragma once
#include <boost/json/value.hpp>
#include <chrono>
#include <concepts>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "signalr/describe.hpp"
#include "signalr/values.hpp"

namespace signalr {

// Both functions for every type that hub methods take or return:
//   static bool read(value_reader& from, T& to);        // false: not a T; `to` may hold anything then
//   static void write(value_writer& to, const T& from);
// Here for bool, integers, float, double, std::string (and _view, const char*, to be written only), std::optional, std::vector,
// std::map and unordered_map with text keys, enums, bytes, timestamp, std::chrono::sys_time, boost::json::value, described structs.
// Only std::optional takes null: a std::string that is null on the wire does not bind.
template <class T>
struct codec;

// std::string is text; this is a byte string: base64 in JSON, bin in MessagePack.
struct bytes {
    std::string value;
    friend bool operator==(const bytes&, const bytes&) = default;
};

// The JSON text of one value, for what is at hand as such; written as it is, or anew in MessagePack. Not JSON: can't be written.
struct json_text {
    std::string value;
};

// A moment in UTC of the years 1 to 9999, since 1970 (negative: before). .NET keeps 100 ns of it.
struct timestamp {
    std::int64_t seconds = 0;
    std::uint32_t nanoseconds = 0;
    friend bool operator==(const timestamp&, const timestamp&) = default;
};

template <class T>
concept number = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> && !std::same_as<T, wchar_t> &&
                 !std::same_as<T, char8_t> && !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;

template <>
struct codec<bool> {
    static bool read(value_reader& from, bool& to) { return from.boolean(to); }
    static void write(value_writer& to, bool from) { to.boolean(from); }
};

template <number T>
struct codec<T> {
    using widest = std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>;
    static bool read(value_reader& from, T& to) {
        widest wide = 0;
        if constexpr (std::is_signed_v<T>) {
            if (!from.integer(wide)) return false;
        } else {
            if (!from.unsigned_integer(wide)) return false;
        }
        if (wide < std::numeric_limits<T>::min() || wide > std::numeric_limits<T>::max()) return from.fail();
        to = static_cast<T>(wide);
        return true;
    }
    static void write(value_writer& to, T from) {
        if constexpr (std::is_signed_v<T>)
            to.integer(from);
        else
            to.unsigned_integer(from);
    }
};

template <std::floating_point T>
struct codec<T> {
    static bool read(value_reader& from, T& to) {
        double wide = 0;
        if (!from.floating(wide)) return false;
        to = static_cast<T>(wide);
        return true;
    }
    static void write(value_writer& to, T from) { to.floating(from); }
};

template <>
struct codec<std::string> {
    static bool read(value_reader& from, std::string& to) { return from.text(to); }
    static void write(value_writer& to, const std::string& from) { to.text(from); }
};
template <>
struct codec<std::string_view> {
    static void write(value_writer& to, std::string_view from) { to.text(from); }
};
template <>
struct codec<const char*> : codec<std::string_view> {};
template <>
struct codec<char*> : codec<std::string_view> {};
template <std::size_t N>
struct codec<char[N]> : codec<std::string_view> {};
template <>
struct codec<std::nullptr_t> {
    static void write(value_writer& to, std::nullptr_t) { to.nil(); }
};

template <class T>
struct codec<std::optional<T>> {
    static bool read(value_reader& from, std::optional<T>& to) {
        if (from.nil()) return to.reset(), true;
        return codec<T>::read(from, to.emplace());
    }
    static void write(value_writer& to, const std::optional<T>& from) {
        if (from)
            codec<T>::write(to, *from);
        else
            to.nil();
    }
};

template <class T>
struct codec<std::vector<T>> {
    static bool read(value_reader& from, std::vector<T>& to) {
        to.clear();
        if (!from.enter_array()) return false;
        while (from.next_element()) {
            T element{};
            if (!codec<T>::read(from, element)) return false;
            to.push_back(std::move(element));
        }
        return !from.failed();
    }
    static void write(value_writer& to, const std::vector<T>& from) {
        to.begin_array(from.size());
        for (const auto& element : from) codec<T>::write(to, element);
        to.end_array();
    }
};

// A dictionary: its keys are written as they are. Of keys that come twice the last wins.
template <class Map>
struct dictionary_codec {
    static bool read(value_reader& from, Map& to) {
        to.clear();
        if (!from.enter_object()) return false;
        std::string_view name;
        std::string scratch;
        while (from.next_member(name, scratch)) {
            std::string key{name};
            typename Map::mapped_type value{};
            if (!codec<typename Map::mapped_type>::read(from, value)) return false;
            to.insert_or_assign(std::move(key), std::move(value));
        }
        return !from.failed();
    }
    static void write(value_writer& to, const Map& from) {
        to.begin_object(from.size());
        for (const auto& [key, value] : from) {
            to.key(key);
            codec<typename Map::mapped_type>::write(to, value);
        }
        to.end_object();
    }
};
template <class T, class Less, class Allocator>
struct codec<std::map<std::string, T, Less, Allocator>> : dictionary_codec<std::map<std::string, T, Less, Allocator>> {
};
template <class T, class Hash, class Equal, class Allocator>
struct codec<std::unordered_map<std::string, T, Hash, Equal, Allocator>>
    : dictionary_codec<std::unordered_map<std::string, T, Hash, Equal, Allocator>> {};

template <>
struct codec<bytes> {
    static bool read(value_reader& from, bytes& to) { return from.binary(to.value); }
    static void write(value_writer& to, const bytes& from) { to.binary(from.value); }
};

template <>
struct codec<json_text> {
    static void write(value_writer& to, const json_text& from) { to.json(from.value); }
};

template <>
struct codec<timestamp> {
    static bool read(value_reader& from, timestamp& to) { return from.timestamp(to.seconds, to.nanoseconds); }
    static void write(value_writer& to, const timestamp& from) { to.timestamp(from.seconds, from.nanoseconds); }
};

// What the clock's duration can't hold does not bind.
template <class Duration>
struct codec<std::chrono::sys_time<Duration>> {
    using moment = std::chrono::sys_time<Duration>;
    static bool read(value_reader& from, moment& to) {
        timestamp t;
        if (!codec<timestamp>::read(from, t)) return false;
        using wide_seconds = std::chrono::duration<long double>;
        const wide_seconds when{static_cast<long double>(t.seconds)};
        if (when >= wide_seconds{Duration::max()} - wide_seconds{1} ||
            when <= wide_seconds{Duration::min()} + wide_seconds{1})
            return from.fail();
        to = moment{std::chrono::floor<Duration>(std::chrono::seconds{t.seconds})} +
             std::chrono::floor<Duration>(std::chrono::nanoseconds{t.nanoseconds});
        return true;
    }
    static void write(value_writer& to, const moment& from) {
        const auto whole = std::chrono::floor<std::chrono::seconds>(from);
        const auto rest = std::chrono::duration_cast<std::chrono::nanoseconds>(from - whole);
        to.timestamp(whole.time_since_epoch().count(), static_cast<std::uint32_t>(rest.count()));
    }
};

template <>
struct codec<boost::json::value> {
    // As deep as messages may nest. MessagePack: byte strings become base64 text, timestamps ISO 8601; other extensions are refused.
    static bool read(value_reader& from, boost::json::value& to);
    static void write(value_writer& to, const boost::json::value& from);
};

// JSON: the number. MessagePack: the name, or the digits of a value that has none.
template <class T>
    requires std::is_enum_v<T>
struct codec<T> {
    using underlying = std::underlying_type_t<T>;
    using plain = std::conditional_t<std::is_same_v<underlying, bool>, std::uint8_t,
                                     std::conditional_t<std::is_same_v<underlying, char>, std::int8_t, underlying>>;

    static bool read(value_reader& from, T& to) {
        plain v{};
        if (from.written_in() == encoding::json) {
            if (!codec<plain>::read(from, v)) return false;
        } else {
            std::string scratch;
            std::string_view name;
            if (!from.text(name, scratch)) return false;
            if (find(name, to)) return true;
            auto digits = value_reader::of_value(encoding::json, name);
            if (!codec<plain>::read(digits, v) || !digits.at_end()) return from.fail();
        }
        to = static_cast<T>(v);
        return true;
    }
    static void write(value_writer& to, T from) {
        const auto v = static_cast<plain>(from);
        if (to.writes() == encoding::json) return codec<plain>::write(to, v);
        if constexpr (described_enum<T>)
            for (const auto& e : signalr_enumerators(static_cast<const T*>(nullptr)))
                if (e.value == from) return to.text(e.name);
        to.text(std::to_string(v));
    }

private:
    static bool find(std::string_view name, T& to) {
        if constexpr (described_enum<T>)
            for (const auto& e : signalr_enumerators(static_cast<const T*>(nullptr)))
                if (e.name == name) return to = e.value, true;
        return false;
    }
};

// Members without regard to ASCII letter case in JSON, exactly in MessagePack; unknown ones are passed over, the last of several counts,
// and what is not there stays as the type initialises it.
template <described T>
struct codec<T> {
    static bool read(value_reader& from, T& to) {
        to = T{};
        if (!from.enter_object()) return false;
        std::string_view name;
        std::string scratch;
        while (from.next_member(name, scratch))
            if (!read_member(from, name, to)) return false;
        return !from.failed();
    }
    static void write(value_writer& to, const T& from) {
        std::apply(
            [&](const auto&... each) {
                to.begin_object(sizeof...(each));
                (write_member(to, each.name, from.*each.at), ...);
                to.end_object();
            },
            signalr_members(static_cast<const T*>(nullptr)));
    }

private:
    static bool read_member(value_reader& from, std::string_view name, T& to) {
        return std::apply(
            [&](const auto&... each) {
                bool good = true;
                const bool known =
                    ((is_named(from, each.name, name) && (good = read_value(from, to.*each.at), true)) || ...);
                return known ? good : from.skip();
            },
            signalr_members(static_cast<const T*>(nullptr)));
    }
    template <class V>
    static bool read_value(value_reader& from, V& to) {
        return codec<V>::read(from, to);
    }
    template <class V>
    static void write_member(value_writer& to, std::string_view name, const V& from) {
        to.member(name);
        codec<V>::write(to, from);
    }
    static bool is_named(const value_reader& from, std::string_view declared, std::string_view name) {
        return declared.size() == name.size() &&
               (from.written_in() == encoding::messagepack ? declared == name : same_letters(declared, name));
    }
    static bool same_letters(std::string_view a, std::string_view b) {
        const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
        for (std::size_t i = 0; i < a.size(); ++i)
            if (lower(a[i]) != lower(b[i])) return false;
        return true;
    }
};

}  // namespace signalr
