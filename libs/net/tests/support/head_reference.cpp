#include "head_reference.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <cstring>

#include "request_block.hpp"
#include "text.hpp"

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include <boost/beast/src.hpp>  // Beast's own code, compiled nowhere else
#pragma clang diagnostic pop

namespace net::http::reference {
namespace {

namespace beast_http = boost::beast::http;
using error_code = boost::beast::error_code;

std::unexpected<refusal> refuse(unsigned status, std::string_view why) { return std::unexpected(refusal{status, why}); }

// Bytes that are nowhere allowed in a head but as the ends of lines (HT is a blank). One pass over all lines, in blocks that
// a byte can count, so that the compiler takes sixteen at a time.
std::size_t count_controls(const char* from, const char* end) noexcept {
    std::size_t total = 0;
    while (from != end) {
        const char* const stop = from + std::min<std::ptrdiff_t>(end - from, 240);
        unsigned char found = 0;
        for (; from != stop; ++from) {
            const auto c = static_cast<unsigned char>(*from);
            found = static_cast<unsigned char>(found + ((c < 0x20) & (c != '\t')) + (c == 0x7f));
        }
        total += found;
    }
    return total;
}

std::size_t target_size(std::string_view line) noexcept {
    const auto first = line.find(' ');
    if (first == std::string_view::npos) return 0;
    return line.find_last_of(' ') - first;
}

// --- requests --------------------------------------------------------------------------------------------------------

// What a request's fields say about its framing; counted, because one too many is an attack.
struct framing_fields {
    unsigned hosts = 0, lengths = 0, encodings = 0, expectations = 0;
    std::string_view length, encoding, expectation;
    std::size_t host_index = 0;
};

class request_head_parser final : public beast_http::basic_parser<true> {
public:
    explicit request_head_parser(request& into) : into_{into} {
        header_limit(UINT32_MAX);  // ours are checked before
        body_limit(boost::none);
        skip(true);  // the head only
    }
    framing_fields found;

private:
    using string_view = boost::beast::string_view;
    static std::string_view plain(string_view s) noexcept { return {s.data(), s.size()}; }

    void on_request_impl(beast_http::verb, string_view verb, string_view target, int version, error_code&) override {
        into_.verb_text = plain(verb);
        into_.verb = http::parse_method(into_.verb_text);
        into_.target = plain(target);
        into_.minor_version = static_cast<unsigned>(version % 10);
    }
    void on_field_impl(beast_http::field known, string_view name, string_view value, error_code&) override {
        const auto text = plain(value);
        switch (known) {
            case beast_http::field::host:
                ++found.hosts, found.host_index = into_.headers.size();
                break;
            case beast_http::field::content_length:
                ++found.lengths, found.length = text;
                break;
            case beast_http::field::transfer_encoding:
                ++found.encodings, found.encoding = text;
                break;
            case beast_http::field::expect:
                ++found.expectations, found.expectation = text;
                break;
            default:
                break;
        }
        into_.headers.push_back({plain(name), text});
    }
    void on_header_impl(error_code&) override {}
    void on_finish_impl(error_code&) override {}
    void on_response_impl(int, string_view, int, error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    std::size_t on_body_impl(string_view body, error_code&) override { return body.size(); }
    void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code&) override { return body.size(); }

    request& into_;
};

std::expected<void, refusal> check_request_line(std::string_view line) {
    const auto first = line.find(' '), last = line.find_last_of(' ');
    if (first == std::string_view::npos || first == last || line.find(' ', first + 1) != last)
        return refuse(400, "malformed request line");
    const auto version = line.substr(last + 1);
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    if (version.size() != 8 || !version.starts_with("HTTP/") || !digit(version[5]) || version[6] != '.' ||
        !digit(version[7]))
        return refuse(400, "malformed request line");
    if (version[5] != '1' || version[7] > '1') return refuse(505, "HTTP version not supported");
    return {};
}

bool visible(std::string_view s) noexcept {
    return std::ranges::all_of(s, [](char c) { return c > ' ' && c < 0x7f; });
}

// Origin form, absolute form (its authority stands for Host), `*` for OPTIONS; CONNECT is not offered.
std::expected<void, refusal> split_target(request& r, std::optional<std::string_view>& authority) {
    auto t = r.target;
    if (!visible(t) || t.find('#') != std::string_view::npos) return refuse(400, "malformed target");
    if (r.verb == method::connect) return refuse(501, "CONNECT is not offered");
    if (t == "*" && r.verb == method::options) {
        r.path = t;
        return {};
    }
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (t.size() < scheme.size() || !same_text(t.substr(0, scheme.size()), scheme)) continue;
        t.remove_prefix(scheme.size());
        const auto end = std::min(t.find_first_of("/?"), t.size());
        authority = t.substr(0, end);
        if (authority->empty() || authority->find('@') != std::string_view::npos)
            return refuse(400, "malformed target");
        t.remove_prefix(end);
        if (t.empty() || t.front() == '?') {
            r.path = "/";
            r.query = t.empty() ? t : t.substr(1);
            return {};
        }
        break;
    }
    if (t.empty() || t.front() != '/') return refuse(400, "malformed target");
    const auto mark = std::min(t.find('?'), t.size());
    r.path = t.substr(0, mark);
    r.query = t.substr(std::min(mark + 1, t.size()));
    return {};
}

std::expected<void, refusal> check_host(request& r, const framing_fields& f,
                                        std::optional<std::string_view> authority) {
    if (f.hosts > 1) return refuse(400, "more than one Host");
    if (f.hosts == 0) {
        if (r.minor_version >= 1) return refuse(400, "no Host");
        return {};
    }
    auto& host = r.headers[f.host_index].value;
    const auto bad = [](char c) {
        return c <= ' ' || c >= 0x7f || std::string_view{",/?#@\\<>\"^`{|}"}.find(c) != std::string_view::npos;
    };
    if (std::ranges::any_of(host, bad)) return refuse(400, "malformed Host");
    if (authority) host = *authority;  // RFC 9112 §3.2.2
    return {};
}

std::expected<void, refusal> check_encoding(const request& r, const framing_fields& f, body_plan& plan) {
    if (f.lengths > 0) return refuse(400, "Content-Length beside Transfer-Encoding");
    if (f.encodings > 1) return refuse(400, "more than one Transfer-Encoding");
    if (r.minor_version == 0) return refuse(400, "Transfer-Encoding in HTTP/1.0");
    if (f.encoding.empty() || f.encoding.front() == ',' || f.encoding.back() == ',')
        return refuse(400, "malformed Transfer-Encoding");
    if (!same_text(f.encoding, "chunked")) {
        const auto comma = f.encoding.find(',');
        // `chunked` twice, or not last, leaves the end of the body to guessing; other codings are merely unknown here.
        if (comma != std::string_view::npos && lists(f.encoding.substr(0, f.encoding.rfind(',')), "chunked"))
            return refuse(400, "malformed Transfer-Encoding");
        return refuse(501, "transfer coding not supported");
    }
    plan.how = body_plan::framing::chunked;
    return {};
}

std::expected<void, refusal> check_length(const framing_fields& f, std::size_t limit, body_plan& plan) {
    if (f.lengths > 1) return refuse(400, "more than one Content-Length");
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    if (f.length.empty() || !std::ranges::all_of(f.length, digit)) return refuse(400, "malformed Content-Length");
    if (f.length.size() > 18) return refuse(413, "body too large");
    for (const char c : f.length) plan.length = plan.length * 10 + static_cast<unsigned>(c - '0');
    if (plan.length > limit) return refuse(413, "body too large");
    if (plan.length > 0) plan.how = body_plan::framing::length;
    return {};
}

std::expected<void, refusal> check_expectation(const request& r, const framing_fields& f, body_plan& plan) {
    if (f.expectations == 0 || r.minor_version == 0) return {};
    if (f.expectations > 1 || !same_text(f.expectation, "100-continue"))
        return refuse(417, "expectation not supported");
    plan.expects_continue = plan.how != body_plan::framing::none;
    return {};
}

std::expected<body_plan, refusal> judge(request& r, const framing_fields& f, const server_limits& limits) {
    body_plan plan;
    std::optional<std::string_view> authority;
    if (auto ok = split_target(r, authority); !ok) return std::unexpected(ok.error());
    if (auto ok = check_host(r, f, authority); !ok) return std::unexpected(ok.error());
    auto framed = f.encodings > 0 ? check_encoding(r, f, plan)
                  : f.lengths > 0 ? check_length(f, limits.body, plan)
                                  : std::expected<void, refusal>{};
    if (!framed) return std::unexpected(framed.error());
    if (auto ok = check_expectation(r, f, plan); !ok) return std::unexpected(ok.error());
    return plan;
}

// --- responses -------------------------------------------------------------------------------------------------------

class response_head_parser final : public beast_http::basic_parser<false> {
public:
    explicit response_head_parser(client_response& into) : into_{into} {
        header_limit(UINT32_MAX);
        body_limit(boost::none);
        skip(true);
    }

private:
    using string_view = boost::beast::string_view;
    void on_response_impl(int status, string_view, int, error_code&) override {
        into_.status = static_cast<unsigned>(status);
    }
    void on_field_impl(beast_http::field, string_view name, string_view value, error_code&) override {
        into_.headers.emplace_back(std::string{name.data(), name.size()}, std::string{value.data(), value.size()});
    }
    void on_header_impl(error_code&) override {}
    void on_finish_impl(error_code&) override {}
    void on_request_impl(beast_http::verb, string_view, string_view, int, error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    std::size_t on_body_impl(string_view body, error_code&) override { return body.size(); }
    void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code&) override { return body.size(); }

    client_response& into_;
};

}  // namespace

std::expected<std::size_t, refusal> find_head(std::string_view bytes, const head_limits& limits) {
    const char* const begin = bytes.data();
    const char* const end = begin + bytes.size();
    const char* line = begin;
    std::size_t lines = 0, size = 0;  // size: of the whole head, once its empty line was found
    for (; line != end && size == 0; ++lines) {
        const auto* feed = static_cast<const char*>(std::memchr(line, '\n', static_cast<std::size_t>(end - line)));
        const char* const stop = feed ? feed - 1 : end;
        if (feed && (feed == line || *stop != '\r')) return refuse(400, "bare line feed");
        if (lines == 0) {
            if (line == stop && feed) return refuse(400, "malformed request line");
            if (target_size({line, stop}) > limits.target + 1) return refuse(414, "target too long");
            if (!feed && bytes.size() > limits.target + 64) return refuse(414, "target too long");
        } else if (line != stop && is_blank(*line)) {
            return refuse(400, "folded header line");
        }
        if (lines > limits.header_count + 1) return refuse(431, "too many header fields");
        if (!feed) break;
        if (line == stop) size = static_cast<std::size_t>(feed + 1 - begin);
        line = feed + 1;
    }
    const char* const seen = size > 0 ? begin + size : end;
    const auto allowed = 2 * lines + (size == 0 && end[-1] == '\r' ? 1 : 0);  // its LF may be on its way
    if (count_controls(begin, seen) > allowed) return refuse(400, "control byte in the head");
    if (static_cast<std::size_t>(seen - begin) > limits.header) return refuse(431, "header too large");
    return size;
}

std::expected<body_plan, refusal> parse_request_head(std::string_view head, const server_limits& limits,
                                                     request& into) {
    if (!into.storage) {
        into.storage = request::block::take();
        into.headers = std::move(into.storage->headers);
    }
    into.storage->head.assign(head);
    const std::string_view kept = into.storage->head;
    if (auto ok = check_request_line(kept.substr(0, kept.find('\r'))); !ok) return std::unexpected(ok.error());

    request_head_parser parser{into};
    error_code ec;
    parser.put(boost::asio::const_buffer{kept.data(), kept.size()}, ec);
    const auto& f = parser.found;
    if (ec == beast_http::error::bad_transfer_encoding || ec == beast_http::error::bad_content_length ||
        ec == beast_http::error::multiple_content_length)
        return refuse(400, "ambiguous body length");
    if (ec || !parser.is_done()) return refuse(400, "malformed head");
    into.keep_alive = parser.keep_alive();
    return judge(into, f, limits);
}

std::expected<response_head, refusal> parse_response_head(std::string_view head, bool answers_head,
                                                          client_response& into) {
    response_head_parser parser{into};
    error_code ec;
    parser.put(boost::asio::const_buffer{head.data(), head.size()}, ec);
    if (ec || !parser.is_done()) return refuse(502, "malformed answer");
    response_head h;
    h.keep_alive = parser.keep_alive();
    const bool bodiless = answers_head || into.status < 200 || into.status == 204 || into.status == 304;
    if (bodiless) return h;
    if (parser.chunked()) {
        h.plan.how = body_plan::framing::chunked;
    } else if (const auto length = parser.content_length()) {
        h.plan.length = *length;
        if (*length > 0) h.plan.how = body_plan::framing::length;
    } else {
        if (!into.get("Transfer-Encoding").empty()) return refuse(502, "transfer coding not supported");
        h.plan.how = body_plan::framing::until_close;
        h.keep_alive = false;
    }
    return h;
}

}  // namespace net::http::reference
