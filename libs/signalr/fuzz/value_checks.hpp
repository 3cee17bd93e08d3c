// What must hold for all values, whatever bytes they came from.
#pragma once
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hub_protocol.hpp"
#include "signalr/codec.hpp"

namespace signalr::fuzzing {

enum class flavour { Sweet, Sour = 7 };
SIGNALR_DESCRIBE_ENUM(flavour, Sweet, Sour)

struct everything {
    std::optional<std::string> Text;
    std::int32_t Whole = 0;
    std::uint64_t Large = 0;
    double Real = 0;
    bool Flag = false;
    bytes Bytes;
    std::optional<timestamp> When;
    flavour Flavour = flavour::Sweet;
    std::vector<everything> Inner;
    std::map<std::string, std::vector<std::int8_t>> Map;
};
SIGNALR_DESCRIBE(everything, Text, Whole, Large, Real, Flag, Bytes, When, Flavour, Inner, Map)

inline void require(bool good) {
    if (!good) std::abort();
}

template <class T>
std::optional<std::string> written(encoding e, const T& value) {
    std::string out;
    value_writer to{e, out};
    codec<T>::write(to, value);
    if (to.failed()) return std::nullopt;
    return out;
}

template <class T>
std::optional<T> read(encoding e, std::string_view bytes) {
    auto from = value_reader::of_value(e, bytes);
    T value{};
    if (!codec<T>::read(from, value)) return std::nullopt;
    return value;
}

// A T that was read is written, read and written again as the same bytes, in both protocols.
template <class T>
void check_typed(encoding e, std::string_view bytes) {
    const auto value = read<T>(e, bytes);
    if (!value) return;
    for (const auto form : {encoding::json, encoding::messagepack}) {
        const auto once = written(form, *value);
        if (!once) continue;  // infinity, a year beyond 9999
        const auto again = read<T>(form, *once);
        if (!again) {
            require(form == encoding::json);  // deeper than JSON may be
            continue;
        }
        require(written(form, *again) == once);
    }
}

// JSON text, and the same written anew as MessagePack, are the same tree.
inline void check_transcoding(std::string_view json) {
    std::string packed;
    value_writer to{encoding::messagepack, packed};
    to.json(json);
    if (to.failed()) return;
    auto from = value_reader::of_value(encoding::messagepack, packed);
    require(from.skip() && from.at_end());
    const auto tree = read<boost::json::value>(encoding::json, json);
    require(tree && read<boost::json::value>(encoding::messagepack, packed) == tree);
}

// One value: skipping, trees and typed reading agree on where it ends, and trees survive both protocols.
inline void check_value(encoding e, std::string_view bytes) {
    std::string_view raw;
    const bool whole = value_reader::of_value(e, bytes).raw(raw);
    check_typed<everything>(e, bytes);
    check_typed<std::vector<everything>>(e, bytes);
    auto from = value_reader::of_value(e, bytes);
    boost::json::value tree;
    if (!codec<boost::json::value>::read(from, tree)) return;
    require(whole);
    const auto text = written(encoding::json, tree);
    if (!text) return;
    check_transcoding(*text);
    if (const auto again = read<boost::json::value>(encoding::json, *text))
        require(written(encoding::json, *again) == text);
}

// The arguments of a call, if it is one; and what we answer can be read again.
inline void check_message(const hub_protocol& p, const incoming& m) {
    if (m.kind == message_kind::invocation || m.kind == message_kind::stream_invocation) {
        if (const auto tree = arguments_as_tree(p.encoding(), m)) require(tree->size() == m.argument_count);
        auto from = value_reader::of_arguments(p.encoding(), m.arguments);
        std::uint32_t count = 0;
        for (std::string_view one; m.binding_fault.empty() && from.next_element(); ++count) {
            require(from.raw(one));
            check_value(p.encoding(), one);
        }
        require(count == m.argument_count);
        auto ids = value_reader::of_arguments(p.encoding(), m.stream_ids);
        std::string id;
        for (std::uint32_t i = 0; i < m.stream_count; ++i) require(ids.next_element() && ids.text(id));
    }
    if (!m.item.empty()) check_value(p.encoding(), m.item);
    if (!m.result.empty()) check_value(p.encoding(), m.result);
    std::string out;
    p.write_error(out, m.invocation_id.empty() ? "x" : m.invocation_id, m.target);
    incoming again;
    require(p.frame_size(out, 0) == out.size() && p.parse(out, again).has_value());
    require(again.error == m.target);
}

}  // namespace signalr::fuzzing
