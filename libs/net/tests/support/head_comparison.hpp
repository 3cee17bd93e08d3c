// Reads bytes as a head in both ways and says where they differ.
#pragma once
#include <sstream>
#include <string>

#include "head_reference.hpp"
#include "text.hpp"

namespace net::testing {

// Empty: they agree. Between framings the same refusals for the same reasons; between parsers the same heads taken and the
// same understood. Of several faults in one head ours may name another one, but then calls it malformed (400).
class head_comparison {
public:
    static std::string of_frames(std::string_view bytes, const http::head_limits& limits) {
        http::line_ends ends;
        const auto ours = http::find_head(bytes, limits, ends), theirs = http::reference::find_head(bytes, limits);
        if (ours.has_value() != theirs.has_value()) return told("frame", ours.has_value(), theirs.has_value());
        if (ours && *ours != *theirs) return told("size", *ours, *theirs);
        if (!ours && ours.error().status != theirs.error().status)
            return told("status", ours.error().status, theirs.error().status);
        if (!ours && ours.error().why != theirs.error().why)
            return told("reason", ours.error().why, theirs.error().why);
        return {};
    }

    // `head` and `ends`: what find_head() took.
    static std::string of_requests(std::string_view head, const http::line_ends& ends,
                                   const http::server_limits& limits) {
        http::request ours, theirs;
        const auto plan = http::parse_request_head(head, ends, limits, ours);
        const auto expected = http::reference::parse_request_head(head, limits, theirs);
        if (plan.has_value() != expected.has_value()) return told("taken", plan.has_value(), expected.has_value());
        if (plan) return compare(ours, theirs) + compare(*plan, *expected);
        const auto status = plan.error().status;
        if (status != expected.error().status && status != 400) return told("status", status, expected.error().status);
        return {};
    }

    static std::string of_responses(std::string_view head, const http::line_ends& ends, bool answers_head) {
        http::client_response ours, theirs;
        const auto read = http::parse_response_head(head, ends, answers_head, ours);
        const auto expected = http::reference::parse_response_head(head, answers_head, theirs);
        // Beast stops reading a list of codings where it is malformed, and takes what stood before it.
        if (!read && expected && has_malformed_codings(theirs)) return {};
        if (read.has_value() != expected.has_value()) return told("taken", read.has_value(), expected.has_value());
        if (!read) return {};
        if (ours.status != theirs.status) return told("status", ours.status, theirs.status);
        if (ours.headers != theirs.headers) return "other headers";
        if (read->keep_alive != expected->keep_alive) return told("keep-alive", read->keep_alive, expected->keep_alive);
        return compare(read->plan, expected->plan);
    }

private:
    template <class A, class B>
    static std::string told(std::string_view what, const A& ours, const B& theirs) {
        std::ostringstream text;
        text << what << ": " << ours << ", expected " << theirs;
        return text.str();
    }
    static std::string compare(const http::request& a, const http::request& b) {
        if (a.verb != b.verb || a.verb_text != b.verb_text) return told("method", a.verb_text, b.verb_text);
        if (a.target != b.target) return told("target", a.target, b.target);
        if (a.path != b.path || a.query != b.query) return told("path", a.path, b.path);
        if (a.minor_version != b.minor_version) return told("version", a.minor_version, b.minor_version);
        if (a.keep_alive != b.keep_alive) return told("keep-alive", a.keep_alive, b.keep_alive);
        if (a.headers.size() != b.headers.size()) return told("fields", a.headers.size(), b.headers.size());
        for (std::size_t i = 0; i < a.headers.size(); ++i)
            if (a.headers[i].name != b.headers[i].name || a.headers[i].value != b.headers[i].value)
                return told("field", a.headers[i].value, b.headers[i].value);
        return {};
    }
    static std::string compare(const http::body_plan& a, const http::body_plan& b) {
        if (a.how != b.how) return told("framing", static_cast<int>(a.how), static_cast<int>(b.how));
        if (a.length != b.length) return told("length", a.length, b.length);
        if (a.expects_continue != b.expects_continue) return told("Expect", a.expects_continue, b.expects_continue);
        return {};
    }
    static bool has_malformed_codings(const http::client_response& r) {
        bool well = true;
        for (const auto& [name, value] : r.headers)
            if (http::same_text(name, "Transfer-Encoding"))
                http::each_element(value,
                                   [&](std::string_view c) { return well = well && http::token_bytes.has_all(c); });
        return !well;
    }
};

}  // namespace net::testing
