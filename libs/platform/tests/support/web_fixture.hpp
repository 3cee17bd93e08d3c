// A web without sockets: requests are made of text, answers come back as values.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>
#include <deque>

#include "base/manual_clock.hpp"
#include "platform/service.hpp"
#include "platform/web.hpp"

namespace platform_test {

using headers = std::vector<std::pair<std::string, std::string>>;

// Owns the bytes that its requests view.
class request_maker {
public:
    net::http::request make(std::string verb, std::string target, const headers& fields = {},
                            std::string peer = "127.0.0.1") {
        net::http::request r;
        r.verb_text = keep(std::move(verb));
        r.verb = net::http::parse_method(r.verb_text);
        r.target = keep(std::move(target));
        r.path = r.target.substr(0, r.target.find('?'));
        if (r.path.size() < r.target.size()) r.query = r.target.substr(r.path.size() + 1);
        for (const auto& [name, value] : fields) r.headers.push_back({keep(name), keep(value)});
        r.peer = boost::asio::ip::make_address(peer);
        return r;
    }

private:
    std::string_view keep(std::string text) { return kept_.emplace_back(std::move(text)); }
    std::deque<std::string> kept_;
};

inline std::string header_of(const net::http::response& r, std::string_view name) {
    std::string out;
    int times = 0;
    for (const auto& [known, value] : r.headers)
        if (known == name) {
            out = value;
            ++times;
        }
    EXPECT_LE(times, 1) << name << " stands there " << times << " times";
    return out;
}

// As net's server does it: at once if possible, else by the coroutine.
inline net::http::response ask(net::http::handler& h, net::http::request r) {
    if (auto now = h.answer_now(r)) return std::move(*now);
    boost::asio::io_context io;
    net::http::response out;
    bool done = false;
    boost::asio::co_spawn(
        io, [&]() -> boost::asio::awaitable<void> { out = co_await h.handle(std::move(r)); },
        [&](std::exception_ptr failed) {
            done = true;
            if (failed) std::rethrow_exception(failed);
        });
    io.run();
    EXPECT_TRUE(done);
    return out;
}

inline constexpr auto secret = "k7Jq2vXw9ZrT4mNc8LpY3sHd6FgB1aQe";

struct web_fixture : testing::Test {
    base::manual_clock time;
    base::seeded_ids ids{7};
    base::metrics metrics;
    platform::captured_log log;
    request_maker requests;
    std::unique_ptr<platform::token_verifier> verifier = platform::make_verifier({.keys = {{secret, "", ""}}}, time);
    std::shared_ptr<platform::web> web;

    std::shared_ptr<platform::web> make(platform::web_options o) {
        return platform::make_web(std::move(o), verifier.get(), time, ids, base::log_scope{log}, metrics);
    }
    std::string bearer(const std::string& user) {
        return "Bearer " + platform::make_token({user, "", "", secret, {}, std::chrono::hours{1}}, time).text;
    }
    net::http::response send(std::string verb, std::string target, const headers& fields = {},
                             std::string peer = "127.0.0.1") {
        return ask(*web, requests.make(std::move(verb), std::move(target), fields, std::move(peer)));
    }
    net::http::response get(std::string target, const headers& fields = {}) {
        return send("GET", std::move(target), fields);
    }
    static boost::json::object json(const net::http::response& r) { return boost::json::parse(r.body).as_object(); }
};

}  // namespace platform_test
