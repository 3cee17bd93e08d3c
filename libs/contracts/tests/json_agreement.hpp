// Boost.JSON's own values as the judge of ours: the same texts are read, and they hold the same.
#pragma once
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <string_view>

#include "contracts/json.hpp"

namespace contracts::json::testing {

inline bool same_number(std::string_view text, const boost::json::value& wanted) {
    const auto whole = [&](auto number) {
        decltype(number) read = 0;
        const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), read);
        return (fault == std::errc{} && end == text.data() + text.size() && read == number) || text == "-0";
    };
    if (const auto* i = wanted.if_int64()) return whole(*i);
    if (const auto* u = wanted.if_uint64()) return whole(*u);
    return wanted.is_double();
}

inline bool same(const value& ours, const boost::json::value& wanted) {
    using kind = value::kind;
    switch (ours.what) {
        case kind::null:
            return wanted.is_null();
        case kind::boolean:
            return wanted.is_bool() && wanted.get_bool() == ours.boolean;
        case kind::number:
            return wanted.is_number() && same_number(ours.text, wanted);
        case kind::string:
            return wanted.is_string() && std::string_view{wanted.get_string()} == ours.text;
        case kind::array: {
            if (!wanted.is_array() || wanted.get_array().size() != ours.items().size()) return false;
            auto other = wanted.get_array().begin();
            for (const auto& item : ours.items())
                if (!same(item, *other++)) return false;
            return true;
        }
        case kind::object: {
            if (!wanted.is_object() || wanted.get_object().size() != ours.items().size()) return false;
            auto other = wanted.get_object().begin();
            for (const auto& member : ours.items()) {
                if (member.name != std::string_view{other->key()} || !same(member, other->value())) return false;
                ++other;
            }
            return true;
        }
    }
    return false;
}

// Ours refuses more: twins, and too many values (the caller sees to it that the depth is the same).
inline bool agree(std::string_view text) {
    constexpr limits wide{.bytes = 1 << 20, .depth = 32, .members = 1'000'000};
    boost::json::error_code fault;
    boost::json::parse_options options;
    options.max_depth = wide.depth;
    const auto wanted = boost::json::parse(boost::json::string_view{text.data(), text.size()}, fault, {}, options);
    const auto ours = parse(text, wide);
    if (ours) return !fault && same(ours->root(), wanted);
    return fault || ours.error().message.starts_with("a member stands twice");
}

}  // namespace contracts::json::testing
