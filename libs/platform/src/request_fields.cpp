#include "request_fields.hpp"

#include "text.hpp"

namespace platform {

request_fields read_fields(const net::http::request& r) {
    request_fields out;
    bool asks_method = false;
    for (const auto& [name, value] : r.headers) {
        switch (name.size()) {  // most fields are none of these; their length alone says so
            case 6:
                if (same_text(name, "Origin")) out.origin = value;
                break;
            case 9:
                if (same_text(name, "Forwarded")) out.forwarded = true;
                break;
            case 10:
                if (same_text(name, "tracestate")) out.tracestate = value;
                break;
            case 11:
                if (!same_text(name, "traceparent")) break;
                out.ambiguous_trace = out.ambiguous_trace || !out.traceparent.empty();
                out.traceparent = value;
                break;
            case 13:
                if (!same_text(name, "Authorization")) break;
                out.ambiguous_credentials = out.ambiguous_credentials || !out.authorization.empty();
                out.authorization = value;
                break;
            case 16:
                if (same_text(name, "X-Correlation-Id")) out.correlation = value;
                [[fallthrough]];
            default:
                if (name.size() >= 11 && starts_with_text(name, "X-Forwarded")) {
                    out.forwarded = true;
                    if (same_text(name, "X-Forwarded-Proto")) out.forwarded_proto = value;
                    if (same_text(name, "X-Forwarded-For") && out.forwarded_lists < out.forwarded_for.size())
                        out.forwarded_for[out.forwarded_lists++] = value;
                } else if (same_text(name, "Access-Control-Request-Method")) {
                    asks_method = true;
                }
        }
    }
    out.preflight = asks_method && r.verb == net::http::method::options && !out.origin.empty();
    return out;
}

}  // namespace platform
