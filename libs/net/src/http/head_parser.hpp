// The head of a request or a response, read strictly: what a proxy before us might understand differently is refused.
#pragma once
#include <cstdint>
#include <expected>
#include <string_view>

#include "head_frame.hpp"
#include "net/http/client.hpp"
#include "net/http/message.hpp"
#include "net/http/server.hpp"

namespace net::http {

// How the body that follows a head is framed.
struct body_plan {
    enum class framing : unsigned char { none, length, chunked, until_close /* responses only */ };
    framing how = framing::none;
    std::uint64_t length = 0;
    bool expects_continue = false;
};

// `head` is what find_head measured, `ends` what it found; `into` gets a copy of it and views into that. On refusal it holds what was readable.
std::expected<body_plan, refusal> parse_request_head(std::string_view head, const line_ends& ends,
                                                     const server_limits& limits, request& into);

struct response_head {
    body_plan plan;
    bool keep_alive = true;
};
std::expected<response_head, refusal> parse_response_head(std::string_view head, const line_ends& ends,
                                                          bool answers_head, client_response& into);

}  // namespace net::http
