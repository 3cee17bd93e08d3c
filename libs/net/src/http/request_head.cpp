#include "head_fields.hpp"
#include "head_parser.hpp"
#include "request_block.hpp"
#include "text.hpp"

namespace net::http {
namespace {

constexpr byte_set target_bytes{[](unsigned char c) { return c > ' ' && c < 0x7f && c != '#'; }};
constexpr byte_set host_bytes{[](unsigned char c) {
    return c > ' ' && c < 0x7f &&
           std::string_view{",/?#@\\<>\"^`{|}"}.find(static_cast<char>(c)) == std::string_view::npos;
}};

// What a request's fields say about its framing; counted, because one too many is an attack.
struct framing_fields {
    unsigned hosts = 0, lengths = 0, encodings = 0, expectations = 0;
    std::uint64_t length = 0;
    std::string_view length_text, encoding, expectation;
    std::size_t host_index = 0;
    connection_options connection;
};

std::expected<void, refusal> take_request_line(std::string_view line, request& into) {
    const auto read = read_request_line(line);
    if (!read) return refuse_head(400, "malformed request line");
    if (read->major != 1 || read->minor > 1) return refuse_head(505, "HTTP version not supported");
    into.verb_text = read->method;
    into.verb = parse_method(read->method);
    into.target = read->target;
    into.minor_version = read->minor;
    if (!target_bytes.has_all(read->target)) return refuse_head(400, "malformed target");
    return {};
}

std::expected<void, refusal> take_field(const field& f, framing_fields& found, request& into) {
    switch (f.known) {
        case known_field::other:
            break;
        case known_field::connection:
            if (!read_connection(f.value, found.connection)) return refuse_head(400, "malformed Connection");
            break;
        case known_field::content_length:
            if (const auto n = read_number(f.value))
                ++found.lengths, found.length = *n, found.length_text = f.value;
            else
                return refuse_head(400, "malformed Content-Length");
            break;
        case known_field::expect:
            ++found.expectations, found.expectation = f.value;
            break;
        case known_field::host:
            ++found.hosts, found.host_index = into.headers.size();
            break;
        case known_field::transfer_encoding:
            ++found.encodings, found.encoding = f.value;
            break;
    }
    into.headers.push_back({f.name, f.value});
    return {};
}

std::expected<void, refusal> check_ambiguity(const framing_fields& f) {
    if (f.lengths > 0 && f.encodings > 0) return refuse_head(400, "Content-Length beside Transfer-Encoding");
    if (f.lengths > 1) return refuse_head(400, "more than one Content-Length");
    if (f.encodings > 1) return refuse_head(400, "more than one Transfer-Encoding");
    return {};
}

// The absolute form's authority stands for Host; what is left is in origin form.
std::expected<std::optional<std::string_view>, refusal> take_authority(std::string_view& target) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (target.size() < scheme.size() || !same_text(target.substr(0, scheme.size()), scheme)) continue;
        target.remove_prefix(scheme.size());
        const auto authority = target.substr(0, target.find_first_of("/?"));
        if (authority.empty() || authority.find('@') != std::string_view::npos)
            return refuse_head(400, "malformed target");
        target.remove_prefix(authority.size());
        return authority;
    }
    return std::nullopt;
}

// Origin form, absolute form, `*` for OPTIONS; CONNECT is not offered.
std::expected<void, refusal> split_target(request& r, std::optional<std::string_view>& authority) {
    auto t = r.target;
    if (r.verb == method::connect) return refuse_head(501, "CONNECT is not offered");
    if (t == "*" && r.verb == method::options) {
        r.path = t;
        return {};
    }
    if (t.front() != '/') {
        const auto taken = take_authority(t);
        if (!taken) return std::unexpected(taken.error());
        authority = *taken;
        if (authority && (t.empty() || t.front() == '?')) {
            r.path = "/";
            r.query = t.empty() ? t : t.substr(1);
            return {};
        }
        if (!authority) return refuse_head(400, "malformed target");
    }
    const auto mark = std::min(t.find('?'), t.size());
    r.path = t.substr(0, mark);
    r.query = t.substr(std::min(mark + 1, t.size()));
    return {};
}

std::expected<void, refusal> check_host(request& r, const framing_fields& f,
                                        std::optional<std::string_view> authority) {
    if (f.hosts > 1) return refuse_head(400, "more than one Host");
    if (f.hosts == 0) {
        if (r.minor_version >= 1) return refuse_head(400, "no Host");
        return {};
    }
    auto& host = r.headers[f.host_index].value;
    if (!host_bytes.has_all(host)) return refuse_head(400, "malformed Host");
    if (authority) host = *authority;  // RFC 9112 §3.2.2
    return {};
}

std::expected<void, refusal> plan_chunked(const request& r, const framing_fields& f, body_plan& plan) {
    if (r.minor_version == 0) return refuse_head(400, "Transfer-Encoding in HTTP/1.0");
    if (f.encoding.empty() || f.encoding.front() == ',' || f.encoding.back() == ',')
        return refuse_head(400, "malformed Transfer-Encoding");
    if (!same_text(f.encoding, "chunked")) {
        const auto comma = f.encoding.rfind(',');
        // `chunked` twice, or not last, leaves the end of the body to guessing; other codings are merely unknown here.
        if (comma != std::string_view::npos && lists(f.encoding.substr(0, comma), "chunked"))
            return refuse_head(400, "malformed Transfer-Encoding");
        return refuse_head(501, "transfer coding not supported");
    }
    plan.how = body_plan::framing::chunked;
    return {};
}

std::expected<void, refusal> plan_length(const framing_fields& f, std::size_t limit, body_plan& plan) {
    constexpr std::size_t sane_digits = 18;  // more are too much, or zeros that nobody writes in earnest
    if (f.length_text.size() > sane_digits || f.length > limit) return refuse_head(413, "body too large");
    plan.length = f.length;
    if (plan.length > 0) plan.how = body_plan::framing::length;
    return {};
}

std::expected<void, refusal> check_expectation(const request& r, const framing_fields& f, body_plan& plan) {
    if (f.expectations == 0 || r.minor_version == 0) return {};
    if (f.expectations > 1 || !same_text(f.expectation, "100-continue"))
        return refuse_head(417, "expectation not supported");
    plan.expects_continue = plan.how != body_plan::framing::none;
    return {};
}

std::expected<body_plan, refusal> judge(request& r, const framing_fields& f, const server_limits& limits) {
    body_plan plan;
    std::optional<std::string_view> authority;
    if (auto ok = check_ambiguity(f); !ok) return std::unexpected(ok.error());
    if (auto ok = split_target(r, authority); !ok) return std::unexpected(ok.error());
    if (auto ok = check_host(r, f, authority); !ok) return std::unexpected(ok.error());
    auto framed = f.encodings > 0 ? plan_chunked(r, f, plan)
                  : f.lengths > 0 ? plan_length(f, limits.body, plan)
                                  : std::expected<void, refusal>{};
    if (!framed) return std::unexpected(framed.error());
    if (auto ok = check_expectation(r, f, plan); !ok) return std::unexpected(ok.error());
    return plan;
}

// Into memory that the request owns, so that what it shows stays good.
std::string_view keep_head(std::string_view head, request& into) {
    if (!into.storage) {
        into.storage = request::block::take();
        into.headers = std::move(into.storage->headers);
    }
    return into.storage->head.assign(head);
}

}  // namespace

std::expected<body_plan, refusal> parse_request_head(std::string_view head, const line_ends& ends,
                                                     const server_limits& limits, request& into) {
    head_lines lines{keep_head(head, into), ends};
    framing_fields found;
    if (auto ok = take_request_line(lines.next(), into); !ok) return std::unexpected(ok.error());
    for (auto line = lines.next(); !line.empty(); line = lines.next()) {
        const auto f = read_field(line);
        if (!f) return refuse_head(400, "malformed header field");
        if (auto ok = take_field(*f, found, into); !ok) return std::unexpected(ok.error());
    }
    into.keep_alive = into.minor_version >= 1 ? !found.connection.close : found.connection.keep_alive;
    return judge(into, found, limits);
}

}  // namespace net::http
