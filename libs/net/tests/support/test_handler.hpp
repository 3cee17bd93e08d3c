// A handler for tests: answers what it is told to, and remembers what it was asked.
#pragma once
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "net/http/server.hpp"

namespace net::testing {

struct seen_request {
    std::string verb, target, path, query, body;
    std::vector<std::pair<std::string, std::string>> headers;
};

inline seen_request remember(const http::request& r) {
    seen_request s{std::string{r.verb_text}, std::string{r.target}, std::string{r.path},
                   std::string{r.query},     std::string{r.body},   {}};
    for (const auto& h : r.headers) s.headers.emplace_back(h.name, h.value);
    return s;
}

class test_handler final : public http::handler {
public:
    // Null: handle() is asked.
    std::function<std::optional<http::response>(http::request&)> at_once;
    std::function<boost::asio::awaitable<http::response>(http::request)> later;
    std::vector<seen_request> seen;
    std::vector<std::pair<unsigned, std::string>> refused;

    std::optional<http::response> answer_now(http::request& r) override {
        {
            std::lock_guard lock{guard_};
            seen.push_back(remember(r));
        }
        if (at_once) return at_once(r);
        if (later) return std::nullopt;
        return http::make_response(200, "text/plain",
                                   std::string{r.verb_text} + " " + std::string{r.target} + " " + std::string{r.body});
    }
    boost::asio::awaitable<http::response> handle(http::request r) override { return later(std::move(r)); }
    http::response refuse(unsigned status, std::string_view why, const http::request&) override {
        {
            std::lock_guard lock{guard_};
            refused.emplace_back(status, why);
        }
        return http::make_response(status, "text/plain", std::string{why});
    }

private:
    std::mutex guard_;  // `seen` and `refused` are read when nothing is under way
};

}  // namespace net::testing
