// The header fields that every request is asked for, found in one pass.
#pragma once
#include <array>
#include <string_view>

#include "net/http/message.hpp"

namespace platform {

struct request_fields {
    std::string_view origin, authorization, correlation, traceparent, tracestate, forwarded_proto;
    std::array<std::string_view, 8> forwarded_for;  // the header may come several times
    std::size_t forwarded_lists = 0;
    bool forwarded = false;              // any of Forwarded, X-Forwarded-*
    bool ambiguous_credentials = false;  // Authorization twice: two readers could take different ones
    bool ambiguous_trace = false;
    bool preflight = false;  // OPTIONS with Origin and Access-Control-Request-Method
};
request_fields read_fields(const net::http::request& r);

}  // namespace platform
