// The lines of a head as what they say: start lines, fields, and the fields that decide how a body is framed. All of it
// reads a head that find_head() has measured: every line ends with CRLF, none is folded, and no control byte is left.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "head_frame.hpp"

namespace net::http {

class head_lines {
public:
    head_lines(std::string_view head, const line_ends& ends) noexcept : head_{head}, ends_{ends} {}
    // Without its CRLF; empty: that was the last.
    std::string_view next() noexcept {
        const auto from = from_, end = ends_.of(number_++, from, head_);
        from_ = end + 2;
        return head_.substr(from, end - from);
    }

private:
    std::string_view head_;
    const line_ends& ends_;
    std::size_t from_ = 0, number_ = 0;
};

struct request_line {
    std::string_view method, target;
    unsigned major = 1, minor = 1;
};
// nullopt: not `token SP target SP HTTP/digit.digit`. What is in the target is looked at elsewhere.
std::optional<request_line> read_request_line(std::string_view line) noexcept;

struct status_line {
    unsigned status = 0, minor = 1;
};
// nullopt: not `HTTP/1.x SP three digits SP anything`.
std::optional<status_line> read_status_line(std::string_view line) noexcept;

// Fields that mean something to the transport.
enum class known_field : unsigned char { other, connection, content_length, expect, host, transfer_encoding };

struct field {
    std::string_view name, value;  // value without white space around it
    known_field known = known_field::other;
};
// nullopt: no name, a name that is no token (a blank before the colon included), no colon.
std::optional<field> read_field(std::string_view line) noexcept;

struct connection_options {
    bool close = false, keep_alive = false;
};
// Adds what a Connection field says; false: it is no list of tokens.
bool read_connection(std::string_view value, connection_options& into) noexcept;

// Digits only, and no more than 64 bits can say; else nullopt.
std::optional<std::uint64_t> read_number(std::string_view digits) noexcept;

}  // namespace net::http
