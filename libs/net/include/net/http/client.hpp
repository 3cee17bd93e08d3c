// The client side, for `contoso load`, tests and probes: one keep-alive connection, requests pipelined in order.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "net/connection.hpp"
#include "net/listener.hpp"
#include "net/loop.hpp"

namespace net::http {

struct client_response {
    unsigned status = 0;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    std::string_view get(std::string_view name) const noexcept;  // any letter case
};

struct client_request {
    std::string method = "GET";
    std::string target = "/";
    std::vector<std::pair<std::string, std::string>> headers;  // Host and Content-Length are added
    std::string body;
};

// Loop thread only. Connects at first use and again after the server closed; a request is never sent twice.
class client {
public:
    virtual ~client() = default;
    // `then` gets the answer or a fault: unavailable (could not connect, nothing sent) or unconfirmed (sent, no answer).
    virtual void send(client_request r, std::function<void(base::result<client_response>)> then) = 0;
    virtual base::task<client_response> fetch(client_request r) = 0;
    virtual std::size_t in_flight() const noexcept = 0;
    virtual void close() = 0;
};

struct client_options {
    connect_options to;
    std::chrono::milliseconds answer_timeout{30'000};
    std::size_t body_limit = 16 * 1024 * 1024;
};
std::unique_ptr<client> make_client(loop& on, client_options options);

}  // namespace net::http
