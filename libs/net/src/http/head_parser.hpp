// The head of a request or a response: framed by our own strict scan, read by Beast's parser, then judged again where
// smuggling begins. Beast is only included in head_parser.cpp.
#pragma once
#include <cstdint>
#include <expected>
#include <string_view>

#include "net/http/client.hpp"
#include "net/http/message.hpp"
#include "net/http/server.hpp"

namespace net::http {

struct refusal {
    unsigned status = 400;
    std::string_view why;  // a constant
};

// How the body that follows a head is framed.
struct body_plan {
    enum class framing : unsigned char { none, length, chunked, until_close /* responses only */ };
    framing how = framing::none;
    std::uint64_t length = 0;
    bool expects_continue = false;
};

struct head_limits {
    std::size_t target, header, header_count;
};

// Size of the head at the front of `bytes`, with its empty line; 0: more is needed. Refuses as early as it can tell: bare
// LF or CR, control bytes, folded lines, too long, too many.
std::expected<std::size_t, refusal> find_head(std::string_view bytes, const head_limits& limits);

// `head` is what find_head measured; `into` gets a copy of it and views into that. On refusal it holds what was readable.
std::expected<body_plan, refusal> parse_request_head(std::string_view head, const server_limits& limits, request& into);

struct response_head {
    body_plan plan;
    bool keep_alive = true;
};
std::expected<response_head, refusal> parse_response_head(std::string_view head, bool answers_head,
                                                          client_response& into);

}  // namespace net::http
