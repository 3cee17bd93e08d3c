#include <charconv>

#include "hub_protocol.hpp"
#include "json_scanner.hpp"
#include "signalr/json.hpp"
#include "text_blocks.hpp"

namespace signalr {
namespace {

using fault = std::unexpected<protocol_fault>;

fault invalid(std::string text) { return fault{{"InvalidDataException: " + std::move(text)}}; }
fault missing(std::string_view name) { return invalid("Missing required property '" + std::string{name} + "'."); }
fault not_a(std::string_view name, std::string_view type) {
    return invalid("Expected '" + std::string{name} + "' to be of type " + std::string{type} + ".");
}

fault unreadable(const json_scanner& scanner) {
    return invalid(scanner.what() == json_scanner::trouble::cut_short ? "Unexpected end when reading JSON."
                                                                      : "Error reading JSON.");
}

// What a message may hold, as it is being read; which of it must be there depends on the type, which may come
// last.
class message_reader {
public:
    message_reader(std::string_view text, incoming& out) : scanner_{text}, out_{out} {
        out_.reset();
        size_ = text.size();
    }

    std::expected<void, protocol_fault> read() {
        json_kind kind{};
        if (!scanner_.peek(kind)) return invalid("Error reading JSON.");
        if (kind != json_kind::object)
            return invalid("Unexpected JSON Token Type '" + token_name(kind) + "'. Expected a JSON Object.");
        json_member member;
        scanner_.enter_object();
        while (scanner_.next_member(member))
            if (auto good = take(member); !good) return good;
        if (scanner_.what() != json_scanner::trouble::none) return unreadable(scanner_);
        return check();
    }

private:
    static std::string token_name(json_kind kind) {
        switch (kind) {
            case json_kind::array:
                return "Array";
            case json_kind::string:
                return "String";
            case json_kind::number:
                return "Number";
            case json_kind::boolean:
                return "Boolean";
            default:
                return "Null";
        }
    }

    std::expected<void, protocol_fault> take(const json_member& member) {
        std::string_view name = member.name;
        std::string plain;
        if (member.name_escaped) {
            if (!append_unescaped(plain, name)) return {};
            name = plain;
        }
        const json_value& value = member.value;
        if (name == "type") return take_type(value);
        if (name == "invocationId") {
            // The official server refuses null here; some clients write it for "no id".
            if (value.kind == json_kind::null)
                return out_.invocation_id = {}, has_id_ = false, std::expected<void, protocol_fault>{};
            has_id_ = true;
            return take_string(name, value, out_.invocation_id);
        }
        if (name == "target") return has_target_ = true, take_string(name, value, out_.target);
        if (name == "error") return has_error_ = true, take_string(name, value, out_.error);
        if (name == "arguments") return take_arguments(value);
        if (name == "item")
            return has_item_ = true, out_.item = as_written(value), std::expected<void, protocol_fault>{};
        if (name == "result")
            return has_result_ = true, out_.result = as_written(value), std::expected<void, protocol_fault>{};
        if (name == "allowReconnect") return take_allow_reconnect(value);
        if (name == "sequenceId") return take_sequence_id(value);
        if (name == "streamIds") return take_stream_ids(value);
        if (name == "headers") return take_headers(value);
        return {};
    }

    std::expected<void, protocol_fault> take_type(const json_value& value) {
        if (value.kind != json_kind::number) return not_a("type", "Number");
        std::int32_t number = 0;
        if (!whole(value.text, number)) return out_of_range("Int32");
        has_type_ = true;
        out_.kind = number >= 1 && number <= 9 ? static_cast<message_kind>(number) : message_kind::unknown;
        return {};
    }

    std::expected<void, protocol_fault> take_string(std::string_view name, const json_value& value,
                                                    std::string_view& to) {
        if (value.kind != json_kind::string) return not_a(name, "String");
        to = value.text;
        if (!value.escaped && (value.ascii || valid_utf8(value.text))) return {};
        // Never longer than what it is made from, so the views into it stay good.
        if (out_.unescaped.capacity() < size_) out_.unescaped.reserve(size_);
        const std::size_t from = out_.unescaped.size();
        if (!append_unescaped(out_.unescaped, value.text)) return invalid("Error reading JSON.");
        to = std::string_view{out_.unescaped}.substr(from);
        return {};
    }

    // The whole value: of a string with its quotes.
    static std::string_view as_written(const json_value& v) {
        if (v.kind != json_kind::string) return v.text;
        return {v.text.data() - 1, v.text.size() + 2};
    }

    std::expected<void, protocol_fault> take_arguments(const json_value& value) {
        if (value.kind != json_kind::array) return not_a("arguments", "Array");
        has_arguments_ = true;
        out_.arguments = value.text;
        out_.argument_count = value.items;
        return {};
    }

    std::expected<void, protocol_fault> take_allow_reconnect(const json_value& value) {
        if (value.kind != json_kind::boolean) return invalid("Expected 'allowReconnect' to be true or false.");
        out_.allow_reconnect = value.text == "true";
        return {};
    }

    std::expected<void, protocol_fault> take_sequence_id(const json_value& value) {
        if (value.kind != json_kind::number) return not_a("sequenceId", "Number");
        if (!whole(value.text, out_.sequence_id)) return out_of_range("Int64");
        has_sequence_id_ = true;
        return {};
    }

    std::expected<void, protocol_fault> take_stream_ids(const json_value& value) {
        if (value.kind != json_kind::array) return not_a("streamIds", "Array");
        json_scanner inside{value.text};
        json_value element;
        inside.enter_array();
        while (inside.next_element(element)) {
            if (element.kind != json_kind::string)
                return fault{{"InvalidOperationException: Cannot get the value of a token type '" +
                              token_name(element.kind) + "' as a string."}};
            std::string plain;
            if ((element.escaped || !element.ascii) && !append_unescaped(plain, element.text))
                return invalid("Error reading JSON.");
        }
        out_.stream_ids = value.text;
        out_.stream_count = value.items;
        return {};
    }

    std::expected<void, protocol_fault> take_headers(const json_value& value) {
        if (value.kind != json_kind::object) return not_a("headers", "StartObject");
        json_scanner inside{value.text};
        json_member header;
        inside.enter_object();
        while (inside.next_member(header))
            if (header.value.kind != json_kind::string)
                return invalid("Expected header '" + std::string{header.name} + "' to be of type String.");
        return {};
    }

    template <class Number>
    static bool whole(std::string_view text, Number& to) {
        const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), to);
        return ec == std::errc{} && end == text.data() + text.size();
    }

    static fault out_of_range(std::string_view type) {
        return fault{
            {"FormatException: Either the JSON value is not in a supported format, or is out of bounds for "
             "an " +
             std::string{type} + "."}};
    }

    std::expected<void, protocol_fault> check() {
        if (!has_type_) return missing("type");
        const bool needs_id = out_.kind == message_kind::stream_item || out_.kind == message_kind::completion ||
                              out_.kind == message_kind::stream_invocation ||
                              out_.kind == message_kind::cancel_invocation;
        if (needs_id && !has_id_) return missing("invocationId");
        switch (out_.kind) {
            case message_kind::invocation:
            case message_kind::stream_invocation:
                if (!has_target_) return missing("target");
                if (!has_arguments_) return missing("arguments");
                return {};
            case message_kind::stream_item:
                if (!has_item_) return missing("item");
                return {};
            case message_kind::completion:
                if (has_error_ && has_result_)
                    return invalid("The 'error' and 'result' properties are mutually exclusive.");
                out_.outcome = has_error_    ? completion_kind::error
                               : has_result_ ? completion_kind::value
                                             : completion_kind::nothing;
                return {};
            case message_kind::ack:
            case message_kind::sequence:
                if (!has_sequence_id_) return missing("sequenceId");
                return {};
            default:
                return {};
        }
    }

    json_scanner scanner_;
    incoming& out_;
    std::size_t size_ = 0;
    bool has_type_ = false, has_id_ = false, has_target_ = false, has_arguments_ = false, has_item_ = false;
    bool has_result_ = false, has_error_ = false, has_sequence_id_ = false;
};

class json_hub_protocol final : public hub_protocol {
public:
    explicit json_hub_protocol(member_names names) noexcept : hub_protocol{encoding::json, names} {}

    std::expected<std::size_t, protocol_fault> frame_size(std::string_view bytes, std::size_t seen) const override {
        const auto at = bytes.find(record_separator, seen);
        return at == std::string_view::npos ? 0 : at + 1;
    }
    bool is_ping(std::string_view framed) const noexcept override { return framed == ping; }

    std::expected<void, protocol_fault> parse(std::string_view framed, incoming& out) const override {
        return message_reader{framed.substr(0, framed.size() - 1), out}.read();
    }

    bool write_invocation(std::string& out, std::string_view invocation_id, std::string_view target,
                          const arguments& what) const override {
        const message_place place{out.size()};
        out += R"({"type":1)";
        if (!invocation_id.empty()) {
            out += R"(,"invocationId":)";
            append_json_string(out, invocation_id);
        }
        out += R"(,"target":)";
        append_json_string(out, target);
        out += R"(,"arguments":[)";
        auto to = writer(out);
        what.write(to);
        out += ']';
        return close_message(out, place, to);
    }
    void write_void(std::string& out, std::string_view invocation_id) const override {
        start(out, R"({"type":3,"invocationId":)", invocation_id);
        finish(out, {});
    }
    void write_error(std::string& out, std::string_view invocation_id, std::string_view error) const override {
        start(out, R"({"type":3,"invocationId":)", invocation_id);
        out += R"(,"error":)";
        append_json_string(out, error);
        finish(out, {});
    }
    void write_cancel(std::string& out, std::string_view invocation_id) const override {
        start(out, R"({"type":5,"invocationId":)", invocation_id);
        finish(out, {});
    }
    void write_close(std::string& out, std::string_view error, bool allow_reconnect) const override {
        out += R"({"type":7)";
        if (!error.empty()) {
            out += R"(,"error":)";
            append_json_string(out, error);
        }
        if (allow_reconnect) out += R"(,"allowReconnect":true)";
        finish(out, {});
    }
    void write_ping(std::string& out) const override { out += ping; }
    void write_ack(std::string& out, std::int64_t sequence_id) const override {
        out.append(R"({"type":8,"sequenceId":)").append(std::to_string(sequence_id));
        finish(out, {});
    }
    void write_sequence(std::string& out, std::int64_t sequence_id) const override {
        out.append(R"({"type":9,"sequenceId":)").append(std::to_string(sequence_id));
        finish(out, {});
    }

    message_place open_result(std::string& out, std::string_view invocation_id) const override {
        const message_place place{out.size()};
        start(out, R"({"type":3,"invocationId":)", invocation_id);
        out += R"(,"result":)";
        return place;
    }
    message_place open_item(std::string& out, std::string_view invocation_id) const override {
        const message_place place{out.size()};
        start(out, R"({"type":2,"invocationId":)", invocation_id);
        out += R"(,"item":)";
        return place;
    }

private:
    static constexpr std::string_view ping = "{\"type\":6}\x1e";

    static void start(std::string& out, std::string_view before_id, std::string_view invocation_id) {
        out += before_id;
        append_json_string(out, invocation_id);
    }
    void finish(std::string& out, message_place) const override { out.append("}\x1e"); }
};

}  // namespace

const hub_protocol& json_protocol(member_names names) {
    static const json_hub_protocol camel_case{member_names::camel_case}, as_declared{member_names::as_declared};
    return names == member_names::camel_case ? camel_case : as_declared;
}

}  // namespace signalr
