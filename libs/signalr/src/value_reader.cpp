#include <bit>
#include <charconv>
#include <limits>
#include <utility>

#include "dotnet_text.hpp"
#include "json_scanner.hpp"
#include "messagepack_bytes.hpp"
#include "signalr/json.hpp"
#include "signalr/values.hpp"
#include "text_blocks.hpp"

namespace signalr {
namespace {

value_kind kind_of(json_kind kind, const char* at, const char* end) noexcept {
    switch (kind) {
        case json_kind::null:
            return value_kind::nil;
        case json_kind::boolean:
            return value_kind::boolean;
        case json_kind::string:
            return value_kind::text;
        case json_kind::array:
            return value_kind::array;
        case json_kind::object:
            return value_kind::object;
        case json_kind::number:
            break;
    }
    for (; at != end && ((*at >= '0' && *at <= '9') || *at == '-'); ++at) continue;
    return at != end && (*at == '.' || *at == 'e' || *at == 'E') ? value_kind::floating : value_kind::integer;
}

template <class Number>
bool whole(std::string_view text, Number& to) noexcept {
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), to);
    return ec == std::errc{} && end == text.data() + text.size();
}

// A number that no double can hold: infinite, as .NET reads 1e400, or nothing, as 1e-400.
double beyond_range(std::string_view text) noexcept {
    const double sign = text.front() == '-' ? -1 : 1;
    const auto power = text.find_first_of("eE");
    const char first_digit = text[sign < 0 ? 1 : 0];
    const bool tiny = power != std::string_view::npos ? text[power + 1] == '-' : first_digit == '0';
    return sign * (tiny ? 0 : std::numeric_limits<double>::infinity());
}

}  // namespace

value_reader::value_reader(encoding e, std::string_view bytes, bool enter) noexcept
    : at_{bytes.data()}, end_{bytes.data() + bytes.size()}, encoding_{e} {
    if (enter) enter_array();
}

// One JSON value of any kind.
bool value_reader::scan(json_value& out) noexcept {
    if (failed_) return false;
    json_scanner scanner{{at_, end_}, depth_};
    if (!scanner.read_value(out)) return fail();
    at_ = scanner.rest().data();
    return true;
}

bool value_reader::take_head(messagepack::head& out) noexcept {
    if (failed_ || !messagepack::read_head(at_, end_, out)) return fail();
    return !out.has_payload() || out.size <= static_cast<std::size_t>(end_ - at_) || fail();
}

value_kind value_reader::peek() noexcept {
    if (failed_) return value_kind::none;
    if (encoding_ == encoding::messagepack)
        return at_ == end_ ? value_kind::none : messagepack::kind_of(static_cast<unsigned char>(*at_));
    json_scanner scanner{{at_, end_}};
    json_kind kind{};
    if (!scanner.peek(kind)) return value_kind::none;
    at_ = scanner.rest().data();
    return kind_of(kind, at_, end_);
}

bool value_reader::nil() noexcept { return peek() == value_kind::nil && skip(); }

bool value_reader::boolean(bool& out) noexcept {
    if (peek() != value_kind::boolean) return fail();
    if (encoding_ == encoding::json) {
        json_value v;
        if (!scan(v)) return false;
        out = v.text.front() == 't';
        return true;
    }
    out = *at_++ == '\xc3';
    return true;
}

bool value_reader::integer(std::int64_t& out) noexcept {
    if (encoding_ == encoding::json) {
        json_value v;
        return (scan(v) && v.kind == json_kind::number && whole(v.text, out)) || fail();
    }
    messagepack::head h;
    if (!take_head(h) || h.kind != value_kind::integer) return fail();
    if (!h.negative && h.bits > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return fail();
    out = static_cast<std::int64_t>(h.bits);
    return true;
}

bool value_reader::unsigned_integer(std::uint64_t& out) noexcept {
    if (encoding_ == encoding::json) {
        json_value v;
        return (scan(v) && v.kind == json_kind::number && whole(v.text, out)) || fail();
    }
    messagepack::head h;
    if (!take_head(h) || h.kind != value_kind::integer || h.negative) return fail();
    out = h.bits;
    return true;
}

bool value_reader::floating(double& out) noexcept {
    if (encoding_ == encoding::json) {
        json_value v;
        if (!scan(v) || v.kind != json_kind::number) return fail();
        const auto ec = std::from_chars(v.text.data(), v.text.data() + v.text.size(), out).ec;
        if (ec == std::errc::result_out_of_range) out = beyond_range(v.text);
        return true;
    }
    messagepack::head h;
    if (!take_head(h)) return false;
    if (h.kind == value_kind::integer)
        out = h.negative ? static_cast<double>(static_cast<std::int64_t>(h.bits)) : static_cast<double>(h.bits);
    else if (h.kind == value_kind::floating)
        out = h.single ? std::bit_cast<float>(static_cast<std::uint32_t>(h.bits)) : std::bit_cast<double>(h.bits);
    else
        return fail();
    return true;
}

bool value_reader::text(std::string& out) {
    std::string_view view;
    if (!text(view, out)) return false;
    if (view.data() != out.data()) out.assign(view);
    return true;
}

bool value_reader::text(std::string_view& out, std::string& scratch) {
    if (encoding_ == encoding::json) {
        json_value v;
        if (!scan(v) || v.kind != json_kind::string) return fail();
        out = v.text;
        if (!v.escaped) return v.ascii || valid_utf8(v.text) || fail();
        scratch.clear();
        if (!append_unescaped(scratch, v.text)) return fail();
        out = scratch;
        return true;
    }
    messagepack::head h;
    if (!take_head(h) || h.kind != value_kind::text) return fail();
    out = {at_, h.size};
    at_ += h.size;
    // The official server's library puts U+FFFD where text is none, and so do we.
    if (!valid_utf8(out)) out = scratch = with_replacements(out);
    return true;
}

bool value_reader::binary(std::string& out) {
    if (encoding_ == encoding::json) {
        std::string scratch;
        std::string_view letters;
        return (text(letters, scratch) && read_base64(letters, out)) || fail();
    }
    if (peek() == value_kind::array) {
        out.clear();
        std::uint64_t byte = 0;
        enter_array();
        while (next_element())
            if (!unsigned_integer(byte) || byte > 0xff)
                return fail();
            else
                out += static_cast<char>(byte);
        return !failed_;
    }
    messagepack::head h;
    if (!take_head(h) || (h.kind != value_kind::binary && h.kind != value_kind::text)) return fail();
    out.assign(at_, h.size);
    at_ += h.size;
    return true;
}

bool value_reader::extension(std::int8_t& type, std::string_view& bytes) noexcept {
    messagepack::head h;
    if (encoding_ == encoding::json || !take_head(h) || h.kind != value_kind::extension) return fail();
    type = h.type;
    bytes = {at_, h.size};
    at_ += h.size;
    return true;
}

bool value_reader::timestamp(std::int64_t& seconds, std::uint32_t& nanoseconds) {
    if (encoding_ == encoding::json) {
        std::string scratch;
        std::string_view written;
        return (text(written, scratch) && read_iso_time(written, seconds, nanoseconds)) || fail();
    }
    std::int8_t type = 0;
    std::string_view bytes;
    return (extension(type, bytes) && type == -1 && messagepack::read_timestamp(bytes, seconds, nanoseconds)) || fail();
}

bool value_reader::enter_array() noexcept {
    if (peek() != value_kind::array) return fail();
    return enter();
}

bool value_reader::enter_object() noexcept {
    if (peek() != value_kind::object) return fail();
    return enter();
}

bool value_reader::enter() noexcept {
    if (encoding_ == encoding::json) {
        ++at_;
        fresh_ = true;
        return ++depth_ <= max_json_depth || fail();
    }
    messagepack::head h;
    if (depth_ == max_messagepack_depth || !take_head(h)) return fail();
    left_[depth_++] = h.size;
    return true;
}

void value_reader::skip_blanks() noexcept {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
}

bool value_reader::at_end() noexcept {
    if (encoding_ == encoding::json) skip_blanks();
    return !failed_ && at_ == end_;
}

// Before an element: JSON's comma, and whether the container ends here.
bool value_reader::separate(char close) noexcept {
    if (failed_ || depth_ == 0) return fail();
    if (encoding_ == encoding::messagepack) {
        if (left_[depth_ - 1] == 0) return --depth_, false;
        --left_[depth_ - 1];
        return true;
    }
    skip_blanks();
    if (at_ == end_) return fail();
    const bool first = std::exchange(fresh_, false);
    if (*at_ == close) return ++at_, --depth_, false;
    if (first) return true;
    if (*at_++ != ',') return fail();
    skip_blanks();
    return true;
}

bool value_reader::next_element() noexcept { return separate(']'); }

bool value_reader::next_member(std::string_view& name, std::string& scratch) {
    if (!separate('}') || !text(name, scratch)) return false;
    if (encoding_ == encoding::messagepack) return true;
    skip_blanks();
    return (at_ != end_ && *at_++ == ':') || fail();
}

bool value_reader::raw(std::string_view& encoded) noexcept {
    if (encoding_ == encoding::json) {
        peek();  // blanks do not belong to it
        const char* const from = at_;
        json_value v;
        if (!scan(v)) return false;
        encoded = {from, at_};
        return true;
    }
    const char* const from = at_;
    if (failed_ || !messagepack::skip_value(at_, end_)) return fail();
    encoded = {from, at_};
    return true;
}

bool value_reader::skip() noexcept {
    std::string_view any;
    return raw(any);
}

}  // namespace signalr
