#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <utility>

#include "dotnet_text.hpp"
#include "json_to_messagepack.hpp"
#include "messagepack_head.hpp"
#include "signalr/json.hpp"
#include "signalr/values.hpp"

namespace signalr {
namespace {

template <class Integer>
void append_digits(std::string& out, Integer v) {
    char text[24];
    const auto end = std::to_chars(text, text + sizeof text, v).ptr;
    out.append(text, end);
}

bool upper(char c) noexcept { return c >= 'A' && c <= 'Z'; }
bool needs_no_escape(std::string_view name) noexcept {
    return std::ranges::all_of(
        name, [](char c) { return c == '_' || (c >= '0' && c <= '9') || upper(c) || (c >= 'a' && c <= 'z'); });
}

// .NET's rule: capitals at the front become small, but the last of several stays when a small letter follows it (URLValue → urlValue).
void append_camel_case(std::string& out, std::string_view name) {
    std::size_t i = 0;
    for (; i < name.size() && upper(name[i]); ++i) {
        if (i > 0 && i + 1 < name.size() && !upper(name[i + 1])) break;
        out += static_cast<char>(name[i] + ('a' - 'A'));
    }
    out += name.substr(i);
}

}  // namespace

// A comma where JSON needs one.
void value_writer::separate() {
    if (encoding_ == encoding::json && !std::exchange(fresh_, false)) out_ += ',';
}

void value_writer::nil() {
    separate();
    if (encoding_ == encoding::json)
        out_ += "null";
    else
        messagepack::append_byte(out_, 0xc0);
}

void value_writer::boolean(bool v) {
    separate();
    if (encoding_ == encoding::json)
        out_ += v ? "true" : "false";
    else
        messagepack::append_byte(out_, v ? 0xc3 : 0xc2);
}

void value_writer::integer(std::int64_t v) {
    separate();
    if (encoding_ == encoding::json)
        append_digits(out_, v);
    else
        messagepack::append_integer(out_, v);
}

void value_writer::unsigned_integer(std::uint64_t v) {
    separate();
    if (encoding_ == encoding::json)
        append_digits(out_, v);
    else
        messagepack::append_unsigned(out_, v);
}

void value_writer::floating(double v) {
    separate();
    if (encoding_ == encoding::messagepack)
        return messagepack::append_head(out_, 0xcb, std::bit_cast<std::uint64_t>(v));
    if (!std::isfinite(v)) return void(fail());
    append_number(out_, v);
}

void value_writer::floating(float v) {
    separate();
    if (encoding_ == encoding::messagepack)
        return messagepack::append_head(out_, 0xca, std::bit_cast<std::uint32_t>(v));
    if (!std::isfinite(v)) return void(fail());
    append_number(out_, v);
}

void value_writer::text(std::string_view v) {
    separate();
    if (encoding_ == encoding::json)
        append_json_string(out_, v);
    else
        append_messagepack_text(out_, v);
}

void value_writer::binary(std::string_view v) {
    separate();
    if (encoding_ == encoding::json) {
        out_ += '"';
        append_base64(out_, v);
        out_ += '"';
    } else {
        messagepack::append_binary_head(out_, v.size());
        out_ += v;
    }
}

void value_writer::timestamp(std::int64_t seconds, std::uint32_t nanoseconds) {
    separate();
    if (encoding_ == encoding::json) {
        out_ += '"';
        if (!append_iso_time(out_, seconds, nanoseconds)) return void(fail());
        out_ += '"';
        return;
    }
    const auto whole = static_cast<std::uint64_t>(seconds);
    if (whole >> 34 != 0) {  // long ago, too: then it is negative
        messagepack::append_head(out_, 0xc7, std::uint16_t{0x0cff});
        messagepack::append_raw(out_, nanoseconds);
        messagepack::append_raw(out_, whole);
    } else if (nanoseconds == 0 && whole >> 32 == 0) {
        messagepack::append_head(out_, 0xd6, std::uint8_t{0xff});
        messagepack::append_raw(out_, static_cast<std::uint32_t>(whole));
    } else {
        messagepack::append_head(out_, 0xd7, std::uint8_t{0xff});
        messagepack::append_raw(out_, std::uint64_t{nanoseconds} << 34 | whole);
    }
}

void value_writer::begin_array(std::size_t count) {
    separate();
    if (encoding_ == encoding::messagepack) return messagepack::append_array_head(out_, count);
    out_ += '[';
    fresh_ = true;
}

void value_writer::end_array() {
    if (encoding_ == encoding::messagepack) return;
    out_ += ']';
    fresh_ = false;
}

void value_writer::begin_object(std::size_t count) {
    separate();
    if (encoding_ == encoding::messagepack) return messagepack::append_map_head(out_, count);
    out_ += '{';
    fresh_ = true;
}

void value_writer::end_object() {
    if (encoding_ == encoding::messagepack) return;
    out_ += '}';
    fresh_ = false;
}

void value_writer::key(std::string_view name) {
    text(name);
    if (encoding_ == encoding::messagepack) return;
    out_ += ':';
    fresh_ = true;
}

void value_writer::member(std::string_view declared_name) {
    if (encoding_ == encoding::messagepack || names_ == member_names::as_declared || !needs_no_escape(declared_name))
        return key(declared_name);
    separate();
    out_ += '"';
    append_camel_case(out_, declared_name);
    out_ += "\":";
    fresh_ = true;
}

void value_writer::json(std::string_view value) {
    separate();
    if (encoding_ == encoding::json ? !append_checked_json(out_, value) : !append_as_messagepack(out_, value)) fail();
}

}  // namespace signalr
