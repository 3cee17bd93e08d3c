// Heads as they were read before we had a tokenizer of our own: by Boost.Beast's parser, between the same strict checks. It
// is kept as the yardstick of head_parser.hpp and never part of the product.
#pragma once
#include "head_parser.hpp"

namespace net::http::reference {

std::expected<std::size_t, refusal> find_head(std::string_view bytes, const head_limits& limits);
std::expected<body_plan, refusal> parse_request_head(std::string_view head, const server_limits& limits, request& into);
std::expected<response_head, refusal> parse_response_head(std::string_view head, bool answers_head,
                                                          client_response& into);

}  // namespace net::http::reference
