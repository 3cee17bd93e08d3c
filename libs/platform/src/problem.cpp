#include "problem.hpp"

#include "base/text.hpp"
#include "text.hpp"

namespace platform {
namespace {

std::string_view standard_detail(unsigned status) {
    switch (status) {
        case 400:
            return "The request can't be understood.";
        case 401:
            return "A valid bearer token is needed.";
        case 403:
            return "This is not allowed to you.";
        case 404:
            return "There is nothing here.";
        case 405:
            return "This can't be done here; see Allow.";
        case 408:
            return "The request took too long to arrive.";
        case 413:
            return "The body is too large.";
        case 414:
            return "The request target is too long.";
        case 415:
            return "The body must be application/json.";
        case 417:
            return "Only 100-continue can be expected.";
        case 422:
            return "The request is well-formed but can't be done as it is.";
        case 429:
            return "Too many requests; see Retry-After.";
        case 431:
            return "The header fields are too large.";
        case 501:
            return "This is not supported.";
        case 503:
            return "Not available at the moment; please try again.";
        case 505:
            return "HTTP/1.0 and HTTP/1.1 are spoken here.";
        default:
            return status >= 500 ? "Something went wrong on our side." : "The request can't be served.";
    }
}

void append_member(std::string& out, std::string_view name, std::string_view text) {
    base::append_json_string(out, name);
    out += ':';
    base::append_json_string(out, text);
}

void append_errors(std::string& out, const problem& p) {
    if (p.errors.empty()) return;
    out += ",\"errors\":{";
    for (std::size_t i = 0; i < p.errors.size(); ++i) {
        if (i) out += ',';
        base::append_json_string(out, p.errors[i].first);
        out += ":[";
        for (std::size_t k = 0; k < p.errors[i].second.size(); ++k) {
            if (k) out += ',';
            base::append_json_string(out, p.errors[i].second[k]);
        }
        out += ']';
    }
    out += '}';
}

}  // namespace

net::http::response problem_response(const problem& p, std::string_view path, const base::trace_context& trace) {
    std::string body = R"({"type":"about:blank",)";
    body.reserve(256);
    append_member(body, "title", p.title.empty() ? net::http::reason_phrase(p.status) : std::string_view{p.title});
    body += ",\"status\":" + std::to_string(p.status) + ',';
    append_member(body, "detail", p.detail.empty() ? standard_detail(p.status) : std::string_view{p.detail});
    body += ',';
    append_member(body, "instance", path);
    body += ',';
    append_member(body, "traceId", trace.trace_id_hex());
    append_errors(body, p);
    for (const auto& [name, json] : p.members) {
        body += ',';
        base::append_json_string(body, name);
        (body += ':') += json;
    }
    body += '}';
    auto out = net::http::make_response(p.status, "application/problem+json", std::move(body));
    out.headers.emplace_back("Cache-Control", "no-store");
    for (const auto& h : p.headers) out.headers.push_back(h);
    return out;
}

net::http::response to_response(const problem& p, const exchange& e) {
    return problem_response(p, e.request.path, e.context.trace);
}

}  // namespace platform
