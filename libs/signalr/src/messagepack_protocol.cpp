#include <array>
#include <limits>

#include "hub_protocol.hpp"
#include "json_to_messagepack.hpp"
#include "messagepack_bytes.hpp"
#include "messagepack_head.hpp"
#include "signalr/json.hpp"
#include "text_blocks.hpp"

namespace signalr {
namespace {

using fault = std::unexpected<protocol_fault>;
using outcome = std::expected<void, protocol_fault>;
using messagepack::head;

constexpr std::string_view no_arguments = "InvalidDataException: Reading array length for 'arguments' failed.";

fault invalid(std::string text) { return fault{{"InvalidDataException: " + std::move(text)}}; }
fault unreadable(std::string_view name, std::string_view type) {
    return invalid("Reading '" + std::string{name} + "' as " + std::string{type} + " failed.");
}
fault is_empty(std::string_view what) { return invalid("Null or empty " + std::string{what} + "."); }
fault cut_short() { return fault{{"EndOfStreamException: Attempted to read past the end of the stream."}}; }

// As the official server's library calls them.
std::string_view name_of(unsigned char lead) noexcept {
    if (lead < 0x80) return "positive fixint";
    if (lead < 0x90) return "fixmap";
    if (lead < 0xa0) return "fixarray";
    if (lead < 0xc0) return "fixstr";
    if (lead >= 0xe0) return "negative fixint";
    static constexpr std::array<std::string_view, 32> names{
        "nil",       "(never used)", "false",    "true",     "bin 8",    "bin 16",   "bin 32",   "ext 8",
        "ext 16",    "ext 32",       "float 32", "float 64", "uint 8",   "uint 16",  "uint 32",  "uint 64",
        "int 8",     "int 16",       "int 32",   "int 64",   "fixext 1", "fixext 2", "fixext 4", "fixext 8",
        "fixext 16", "str 8",        "str 16",   "str 32",   "array 16", "array 32", "map 16",   "map 32"};
    return names[lead - 0xc0];
}

fault unexpected_code(char lead) {
    const auto code = static_cast<unsigned char>(lead);
    return fault{{"MessagePackSerializationException: Unexpected msgpack code " + std::to_string(code) + " (" +
                  std::string{name_of(code)} + ") encountered."}};
}

class message_reader {
public:
    message_reader(std::string_view body, incoming& out) noexcept
        : at_{body.data()}, end_{body.data() + body.size()}, out_{out} {
        out_.reset();
    }

    outcome read() {
        std::uint32_t items = 0;
        std::int64_t type = 0;
        if (at_ == end_) return cut_short();
        const char lead = *at_;
        if (messagepack::kind_of(static_cast<unsigned char>(lead)) != value_kind::array) return unexpected_code(lead);
        if (!read_count(value_kind::array, items)) return cut_short();
        if (!read_integer(type) || type != static_cast<std::int32_t>(type)) return unreadable("messageType", "Int32");
        if (type >= 1 && type <= 9) out_.kind = static_cast<message_kind>(type);
        return read_kind(items);
    }

private:
    outcome read_kind(std::uint32_t items) {
        switch (out_.kind) {
            case message_kind::invocation:
                return read_call("Invocation", items);
            case message_kind::stream_invocation:
                return read_call("StreamInvocation", items);
            case message_kind::stream_item:
                if (auto good = read_headers_and_id("StreamItem"); !good) return good;
                return take_value(out_.item);
            case message_kind::completion:
                if (auto good = read_headers_and_id("Completion"); !good) return good;
                return read_outcome();
            case message_kind::cancel_invocation:
                return read_headers_and_id("CancelInvocation");
            case message_kind::close:
                return read_close(items);
            case message_kind::ack:
            case message_kind::sequence:
                return read_integer(out_.sequence_id) ? outcome{} : unreadable("sequenceId", "Int64");
            default:
                return {};  // a ping, or a type that we do not know: what else it holds is nobody's
        }
    }

    outcome read_call(std::string_view type, std::uint32_t items) {
        auto good = read_headers_and_id(type);
        if (!good) return good;
        if (good = read_text("target", out_.target); !good) return good;
        if (out_.target.empty()) return is_empty("target for " + std::string{type} + " message");
        if (!read_arguments() || items <= 5) return {};
        return read_stream_ids();
    }

    // Whatever is wrong with them, only this invocation fails; then what follows is not looked at.
    bool read_arguments() {
        const char* const from = at_;
        const char* end = at_;
        if (!read_count(value_kind::array, out_.argument_count) || !messagepack::skip_value(end, end_)) {
            out_.argument_count = 0;
            out_.binding_fault = no_arguments;
            return false;
        }
        at_ = end;
        out_.arguments = {from, end};
        return true;
    }

    outcome read_stream_ids() {
        const char* const from = at_;
        std::uint32_t count = 0;
        if (!read_count(value_kind::array, count)) return invalid("Reading array length for 'streamIds' failed.");
        for (std::uint32_t i = 0; i < count; ++i) {
            const char* const here = at_;
            std::string_view id;
            if (here == end_) return cut_short();
            if (!take_text(id)) return is_text(*here) ? cut_short() : unexpected_code(*here);
            if (id.empty()) return is_empty("value in streamIds received");
        }
        if (count > 0) out_.stream_ids = {from, at_};
        out_.stream_count = count;
        return {};
    }

    outcome read_outcome() {
        std::int64_t kind = 0;
        if (!read_integer(kind) || kind != static_cast<std::int32_t>(kind)) return unreadable("resultKind", "Int32");
        if (kind < 1 || kind > 3) return invalid("Invalid invocation result kind.");
        out_.outcome = static_cast<completion_kind>(kind);
        if (out_.outcome == completion_kind::error) return read_text("error", out_.error);
        return out_.outcome == completion_kind::value ? take_value(out_.result) : outcome{};
    }

    outcome read_close(std::uint32_t items) {
        if (auto good = read_text("error", out_.error); !good) return good;
        if (items <= 2) return {};
        head h;
        if (!messagepack::read_head(at_, end_, h) || h.kind != value_kind::boolean)
            return unreadable("allowReconnect", "Boolean");
        out_.allow_reconnect = h.bits != 0;
        return {};
    }

    // Only a call may go without an id: then nobody waits for its answer.
    outcome read_headers_and_id(std::string_view type) {
        if (auto good = read_headers(); !good) return good;
        if (auto good = read_text("invocationId", out_.invocation_id); !good) return good;
        if (!out_.invocation_id.empty() || out_.kind == message_kind::invocation) return {};
        return is_empty("invocation ID for " + std::string{type} + " message");
    }

    // Nothing is done with them. The official server refuses nil here; some clients write it for "none".
    outcome read_headers() {
        if (at_ != end_ && *at_ == '\xc0') return ++at_, outcome{};
        std::uint32_t count = 0;
        if (!read_count(value_kind::object, count)) return invalid("Reading map length for 'headers' failed.");
        for (std::uint32_t i = 0; i < count; ++i)
            for (const auto& [part, what] :
                 {std::pair{"Key", "key in header"}, std::pair{"Value", "value in header"}}) {
                std::string_view text;
                if (!take_text(text)) return unreadable("headers[" + std::to_string(i) + "]." + part, "String");
                if (text.empty()) return is_empty(what);
            }
        return {};
    }

    // A value as it stands; left empty if it can't be told where it ends, for whoever reads it to find out.
    outcome take_value(std::string_view& to) noexcept {
        const char* const from = at_;
        if (messagepack::skip_value(at_, end_)) to = {from, at_};
        return {};
    }

    // A claim of more elements than there are bytes is no count.
    bool read_count(value_kind kind, std::uint32_t& out) noexcept {
        head h;
        if (!messagepack::read_head(at_, end_, h) || h.kind != kind) return false;
        out = h.size;
        const std::uint64_t least = std::uint64_t{h.size} * (kind == value_kind::object ? 2 : 1);
        return least <= static_cast<std::uint64_t>(end_ - at_);
    }

    bool read_integer(std::int64_t& out) noexcept {
        head h;
        if (!messagepack::read_head(at_, end_, h) || h.kind != value_kind::integer) return false;
        out = static_cast<std::int64_t>(h.bits);
        return h.negative || out >= 0;
    }

    static bool is_text(char lead) noexcept {
        return messagepack::kind_of(static_cast<unsigned char>(lead)) == value_kind::text;
    }

    // nil is the empty text.
    bool take_text(std::string_view& out) noexcept {
        head h;
        if (!messagepack::read_head(at_, end_, h)) return false;
        if (h.kind == value_kind::nil) return out = {}, true;
        if (h.kind != value_kind::text || h.size > static_cast<std::size_t>(end_ - at_)) return false;
        out = {at_, h.size};
        at_ += h.size;
        return true;
    }

    outcome read_text(std::string_view name, std::string_view& out) {
        if (!take_text(out)) return unreadable(name, "String");
        if (valid_utf8(out)) return {};
        const std::string plain = with_replacements(out);
        // Room for all that there may be, so that the views into it stay good.
        if (out_.unescaped.empty()) out_.unescaped.reserve(3 * (plain.size() + static_cast<std::size_t>(end_ - at_)));
        const std::size_t from = out_.unescaped.size();
        out_.unescaped += plain;
        out = std::string_view{out_.unescaped}.substr(from);
        return {};
    }

    const char* at_;
    const char* const end_;
    incoming& out_;
};

// How long the body is, in 1 to 5 bytes of 7 bits, the low ones first.
struct length_prefix {
    std::size_t size = 0;  // of the prefix; 0: not all there
    std::size_t body = 0;
};

std::expected<length_prefix, protocol_fault> read_length(std::string_view bytes) {
    length_prefix out;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto byte = static_cast<unsigned char>(bytes[i]);
        if (i == 4 && byte > 0x07) return fault{{"FormatException: Messages over 2GB in size are not supported."}};
        out.body |= static_cast<std::size_t>(byte & 0x7f) << 7 * i;
        if (byte < 0x80) return out.size = i + 1, out;
    }
    return length_prefix{};
}

class messagepack_hub_protocol final : public hub_protocol {
public:
    messagepack_hub_protocol() noexcept : hub_protocol{encoding::messagepack, member_names::as_declared} {}

    std::expected<std::size_t, protocol_fault> frame_size(std::string_view bytes, std::size_t) const override {
        const auto length = read_length(bytes);
        if (!length) return std::unexpected{length.error()};
        const std::size_t whole = length->size + length->body;
        return length->size == 0 || whole > bytes.size() ? 0 : whole;
    }
    bool is_ping(std::string_view framed) const noexcept override { return framed == ping; }

    outcome parse(std::string_view framed, incoming& out) const override {
        const auto length = read_length(framed);
        return length ? message_reader{framed.substr(length->size), out}.read() : std::unexpected{length.error()};
    }

    bool write_invocation(std::string& out, std::string_view invocation_id, std::string_view target,
                          const arguments& what) const override {
        const auto place = open(out, "\x96\x01\x80");
        if (invocation_id.empty())
            out += '\xc0';
        else
            append_messagepack_text(out, invocation_id);
        append_messagepack_text(out, target);
        messagepack::append_array_head(out, what.count());
        auto to = writer(out);
        what.write(to);
        out += '\x90';
        return close_message(out, place, to);
    }
    void write_void(std::string& out, std::string_view invocation_id) const override {
        const auto place = open(out, "\x94\x03\x80", invocation_id);
        out += '\x02';
        finish(out, place);
    }
    void write_error(std::string& out, std::string_view invocation_id, std::string_view error) const override {
        const auto place = open(out, "\x95\x03\x80", invocation_id);
        out += '\x01';
        append_messagepack_text(out, error);
        finish(out, place);
    }
    void write_cancel(std::string& out, std::string_view invocation_id) const override {
        finish(out, open(out, "\x93\x05\x80", invocation_id));
    }
    void write_close(std::string& out, std::string_view error, bool allow_reconnect) const override {
        const auto place = open(out, "\x93\x07");
        if (error.empty())
            out += '\xc0';
        else
            append_messagepack_text(out, error);
        out += allow_reconnect ? '\xc3' : '\xc2';
        finish(out, place);
    }
    void write_ping(std::string& out) const override { out += ping; }
    void write_ack(std::string& out, std::int64_t sequence_id) const override {
        write_number(out, "\x92\x08", sequence_id);
    }
    void write_sequence(std::string& out, std::int64_t sequence_id) const override {
        write_number(out, "\x92\x09", sequence_id);
    }

    message_place open_result(std::string& out, std::string_view invocation_id) const override {
        const auto place = open(out, "\x95\x03\x80", invocation_id);
        out += '\x03';
        return place;
    }
    message_place open_item(std::string& out, std::string_view invocation_id) const override {
        return open(out, "\x94\x02\x80", invocation_id);
    }

private:
    static constexpr std::string_view ping = "\x02\x91\x06";

    // The length is put in when it is known, most often in the one byte that is left for it here.
    static message_place open(std::string& out, std::string_view front) {
        const message_place place{out.size()};
        out += '\0';
        out += front;
        return place;
    }
    static message_place open(std::string& out, std::string_view front, std::string_view invocation_id) {
        const auto place = open(out, front);
        append_messagepack_text(out, invocation_id);
        return place;
    }
    void write_number(std::string& out, std::string_view front, std::int64_t number) const {
        const auto place = open(out, front);
        messagepack::append_integer(out, number);
        finish(out, place);
    }
    void finish(std::string& out, message_place place) const override {
        std::array<char, 5> prefix{};
        std::size_t size = 0;
        for (std::size_t body = out.size() - place.at - 1; body > 0 || size == 0; body >>= 7)
            prefix[size++] = static_cast<char>((body & 0x7f) | (body > 0x7f ? 0x80 : 0));
        out[place.at] = prefix[0];
        if (size > 1) out.insert(place.at + 1, prefix.data() + 1, size - 1);
    }
};

}  // namespace

const hub_protocol& messagepack_protocol() {
    static const messagepack_hub_protocol messagepack;
    return messagepack;
}

}  // namespace signalr
