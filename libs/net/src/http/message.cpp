#include "net/http/message.hpp"

#include <algorithm>

#include "request_block.hpp"
#include "text.hpp"

namespace net::http {
namespace {

constexpr std::size_t kept_blocks = 64;           // per thread
constexpr std::size_t kept_capacity = 16 * 1024;  // of a block's string
constexpr std::size_t usual_headers = 6;          // of an answer; more cost another allocation

using block_shelf = std::vector<std::unique_ptr<request::block>>;

// A free list, nothing else: a block taken on one thread may be given back on another.
block_shelf& shelf() {
    thread_local block_shelf blocks;
    return blocks;
}

int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    const char low = static_cast<char>(c | 0x20);
    return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

struct named_method {
    std::string_view name;
    method verb;
};
constexpr std::array<named_method, 9> methods{{{"GET", method::get},
                                               {"HEAD", method::head},
                                               {"POST", method::post},
                                               {"PUT", method::put},
                                               {"DELETE", method::delete_},
                                               {"PATCH", method::patch},
                                               {"OPTIONS", method::options},
                                               {"CONNECT", method::connect},
                                               {"TRACE", method::trace}}};

}  // namespace

std::unique_ptr<request::block> request::block::take() {
    auto& blocks = shelf();
    if (blocks.empty()) return std::make_unique<block>();
    auto b = std::move(blocks.back());
    blocks.pop_back();
    return b;
}

void request::block::give_back(std::unique_ptr<block> b, std::vector<header> headers) noexcept {
    auto& blocks = shelf();
    if (blocks.size() >= kept_blocks || b->head.capacity() > kept_capacity || b->body.capacity() > kept_capacity)
        return;
    if (blocks.capacity() == 0) blocks.reserve(kept_blocks);
    b->head.clear();
    b->body.clear();
    b->headers = std::move(headers);
    b->headers.clear();
    blocks.push_back(std::move(b));
}

request::request() = default;
request::request(request&&) noexcept = default;
request::~request() {
    if (storage) block::give_back(std::move(storage), std::move(headers));
}
request& request::operator=(request&& other) noexcept {
    if (this == &other) return *this;
    this->~request();
    return *new (this) request{std::move(other)};
}

std::string_view request::get(std::string_view name) const noexcept {
    for (const auto& h : headers)
        if (same_text(h.name, name)) return h.value;
    return {};
}

bool request::has(std::string_view name) const noexcept {
    return std::ranges::any_of(headers, [&](const header& h) { return same_text(h.name, name); });
}

method parse_method(std::string_view text) noexcept {
    for (const auto& m : methods)
        if (m.name == text) return m.verb;
    return method::other;
}

std::string_view to_string(method m) noexcept {
    for (const auto& known : methods)
        if (known.verb == m) return known.name;
    return "OTHER";
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_blank) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            if (text.size() - i < 3) return std::nullopt;
            const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
            if (high < 0 || low < 0) return std::nullopt;
            c = static_cast<char>(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus_is_blank) {
            c = ' ';
        }
        if (c == '\0') return std::nullopt;
        out.push_back(c);
    }
    return out;
}

std::optional<std::string> query_value(std::string_view query, std::string_view key, bool any_case) {
    while (!query.empty()) {
        const auto end = std::min(query.find('&'), query.size());
        const auto pair = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        const auto equals = std::min(pair.find('='), pair.size());
        const auto raw_name = pair.substr(0, equals);
        const auto name = percent_decode(raw_name, true).value_or(std::string{raw_name});
        if (any_case ? !same_text(name, key) : name != key) continue;
        const auto raw = pair.substr(std::min(equals + 1, pair.size()));
        return percent_decode(raw, true).value_or(std::string{raw});
    }
    return std::nullopt;
}

response& response::set(std::string name, std::string value) & {
    for (auto& [known, old] : headers) {
        if (!same_text(known, name)) continue;
        old = std::move(value);
        return *this;
    }
    headers.emplace_back(std::move(name), std::move(value));
    return *this;
}

response&& response::set(std::string name, std::string value) && {
    set(std::move(name), std::move(value));
    return std::move(*this);
}

response make_response(unsigned status, std::string content_type, std::string body) {
    response r;
    r.status = status;
    r.headers.reserve(usual_headers);
    if (!content_type.empty()) r.headers.emplace_back("Content-Type", std::move(content_type));
    r.body = std::move(body);
    return r;
}

std::string_view reason_phrase(unsigned status) noexcept {
    switch (status) {
        case 100:
            return "Continue";
        case 101:
            return "Switching Protocols";
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 202:
            return "Accepted";
        case 204:
            return "No Content";
        case 206:
            return "Partial Content";
        case 301:
            return "Moved Permanently";
        case 302:
            return "Found";
        case 303:
            return "See Other";
        case 304:
            return "Not Modified";
        case 307:
            return "Temporary Redirect";
        case 308:
            return "Permanent Redirect";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 406:
            return "Not Acceptable";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 410:
            return "Gone";
        case 411:
            return "Length Required";
        case 412:
            return "Precondition Failed";
        case 413:
            return "Content Too Large";
        case 414:
            return "URI Too Long";
        case 415:
            return "Unsupported Media Type";
        case 416:
            return "Range Not Satisfiable";
        case 417:
            return "Expectation Failed";
        case 421:
            return "Misdirected Request";
        case 422:
            return "Unprocessable Content";
        case 426:
            return "Upgrade Required";
        case 428:
            return "Precondition Required";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 501:
            return "Not Implemented";
        case 502:
            return "Bad Gateway";
        case 503:
            return "Service Unavailable";
        case 504:
            return "Gateway Timeout";
        case 505:
            return "HTTP Version Not Supported";
        default:
            return "Unknown";
    }
}

}  // namespace net::http
