// HTTP requests and responses as values. Everything that a request shows is a view into one block that it owns.
#pragma once
#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/connection.hpp"
#include "net/protocol.hpp"

namespace net::http {

enum class method : unsigned char { get, head, post, put, delete_, patch, options, connect, trace, other };

method parse_method(std::string_view text) noexcept;  // case-sensitive, as the standard says
std::string_view to_string(method m) noexcept;

struct header {
    std::string_view name, value;  // value without white space around it
};

// Move-only; the block moves with it, so views stay good.
class request {
public:
    request();
    ~request();
    request(request&&) noexcept;
    request& operator=(request&&) noexcept;

    method verb = method::get;
    std::string_view verb_text;
    std::string_view target;     // as sent: /api/orders?size=10
    std::string_view path;       // before '?', still percent-encoded
    std::string_view query;      // after '?'
    unsigned minor_version = 1;  // HTTP/1.minor
    bool keep_alive = true;
    std::vector<header> headers;
    std::string_view body;
    boost::asio::ip::address peer;
    bool secure = false;
    connection* via = nullptr;  // the connection it came by; loop thread only, and only while the exchange lasts

    // First header of that name, any letter case; empty when there is none.
    std::string_view get(std::string_view name) const noexcept;
    bool has(std::string_view name) const noexcept;

    // What layers above add: the path's decoded segments, the caller, … (platform fills it).
    std::shared_ptr<void> attachment;

    struct block;
    std::unique_ptr<block> storage;  // the bytes that the views point into
};

// Value of the first query parameter `key` (case-insensitive when asked), percent-decoded with '+' as blank.
// nullopt: not there. An undecodable value comes as sent.
std::optional<std::string> query_value(std::string_view query, std::string_view key, bool any_case = false);
// Percent-decodes a path segment; nullopt when it is malformed or holds NUL.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_blank = false);

// Writes a body piece by piece (SSE, long downloads): chunked on HTTP/1.1. Loop thread only.
class body_writer {
public:
    virtual ~body_writer() = default;  // dropping it unfinished aborts the connection
    virtual void write(std::string_view piece) = 0;
    virtual void finish() = 0;
    virtual std::size_t backlog() const noexcept = 0;
    virtual bool gone() const noexcept = 0;  // the peer went away: writes go nowhere
    virtual void on_gone(std::function<void()> f) = 0;
    virtual void on_drained(std::function<void()> f) = 0;
};

struct response;

// An answer that is given later: long polls, work on another loop. Costs no coroutine; no deadline of the server holds for
// it. Loop thread only.
class late_answer {
public:
    virtual ~late_answer() = default;   // dropping it unanswered: a bare 500
    virtual void give(response r) = 0;  // once
    virtual bool gone()
        const noexcept = 0;  // the peer went away (ending its side is going away here): nothing can be given
    virtual void on_gone(std::function<void()> f) = 0;  // not called once it is given
};

struct response {
    unsigned status = 200;
    std::string reason;  // empty: the standard phrase
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    shared_bytes shared_body;  // instead of body: cached answers, files
    bool close = false;        // end the connection after it
    // Content-Length is written by the server; not for 1xx, 204, 304. HEAD answers drop the body, keep the length.
    std::optional<std::uint64_t> head_length;  // for HEAD answers without a body at hand

    std::function<void(std::unique_ptr<body_writer>)> stream;  // instead of a body
    std::function<void(std::unique_ptr<late_answer>)> later;  // instead of everything: only the headers are added to it
    std::unique_ptr<protocol> upgrade;                        // status 101: rides on after the answer
    std::function<void()> sent;  // the answer has been handed to the kernel or the connection ended; loop thread

    response& set(std::string name, std::string value) &;
    response&& set(std::string name, std::string value) &&;
};

response make_response(unsigned status, std::string content_type, std::string body);
std::string_view reason_phrase(unsigned status) noexcept;

}  // namespace net::http
