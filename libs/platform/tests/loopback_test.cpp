// The web behind a real listener: what only shows on a wire.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "net/http/client.hpp"
#include "net/listener.hpp"
#include "support/web_fixture.hpp"

using namespace platform_test;
using boost::asio::awaitable;
using net::http::client_response;
using platform::access;
using platform::exchange;
using namespace std::chrono_literals;

namespace {

struct Loopback : web_fixture {
    net::loops loops{1};
    std::unique_ptr<net::listener> listener;
    std::shared_ptr<net::http::server_stats> stats = std::make_shared<net::http::server_stats>();

    void serve() {
        auto made = net::listen(loops, {.address = "127.0.0.1", .limits = {}, .tls = {}},
                                [this](net::loop& on) { return net::http::make_server_protocol(web, {}, stats, on); });
        ASSERT_TRUE(made) << made.error().message;
        listener = std::move(*made);
        loops.start();
    }
    ~Loopback() override {
        listener.reset();
        loops.stop();
    }

    // All on one connection, one after the other.
    std::vector<client_response> fetch(std::vector<net::http::client_request> wanted) {
        auto answers = boost::asio::co_spawn(
            loops.at(0).context(),
            [&]() -> awaitable<std::vector<client_response>> {
                const auto client = net::http::make_client(
                    loops.at(0), {.to = {.host = "127.0.0.1", .port = listener->port(), .limits = {}, .tls = {}}});
                std::vector<client_response> out;
                for (auto& w : wanted) {
                    auto got = co_await client->fetch(std::move(w));
                    if (!got) throw std::runtime_error{got.error().message};
                    out.push_back(std::move(*got));
                }
                client->close();
                co_return out;
            },
            boost::asio::use_future);
        if (answers.wait_for(20s) != std::future_status::ready) throw std::runtime_error{"no answer"};
        return answers.get();
    }
};

}  // namespace

TEST_F(Loopback, AnswersOnTheWire) {
    web = make({.cors_origins = {"http://localhost:4200"}});
    web->on(net::http::method::post, "/api/orders", access::user, [](exchange& e) -> awaitable<net::http::response> {
        boost::asio::steady_timer later{co_await boost::asio::this_coro::executor, 1ms};
        co_await later.async_wait(boost::asio::use_awaitable);
        co_return net::http::make_response(201, "text/plain", e.caller.user + " sent " + std::string{e.request.body});
    });
    web->on_quick(net::http::method::get, "/quick/{name}", access::open,
                  [](exchange& e) { return net::http::make_response(200, "text/plain", e.captures.at(0)); });
    serve();

    const auto token = bearer("ann");
    const auto got =
        fetch({{"POST", "/api/orders", {{"Authorization", token}, {"Origin", "http://localhost:4200"}}, "body"},
               {"GET", "/quick/a%20name", {}, ""},
               {"HEAD", "/quick/four", {}, ""},
               {"POST", "/api/orders", {}, "{}"},
               {"GET", "/nowhere", {{"X-Correlation-Id", "0197f0c0-aaaa-4bbb-8ccc-dddddddddddd"}}, ""}});

    EXPECT_EQ(201u, got[0].status);
    EXPECT_EQ("ann sent body", got[0].body);
    EXPECT_EQ("http://localhost:4200", got[0].get("Access-Control-Allow-Origin"));
    EXPECT_TRUE(base::uuid::parse(got[0].get("X-Correlation-Id")));
    EXPECT_EQ("a name", got[1].body);
    EXPECT_EQ("4", got[2].get("Content-Length"));
    EXPECT_EQ("", got[2].body);
    EXPECT_EQ(401u, got[3].status);
    EXPECT_EQ("Bearer", got[3].get("WWW-Authenticate"));
    EXPECT_EQ(404u, got[4].status);
    EXPECT_EQ("0197f0c0-aaaa-4bbb-8ccc-dddddddddddd", got[4].get("X-Correlation-Id"));
}

TEST_F(Loopback, WhatTheParserRefusesHasOurHeadersToo) {
    web = make({});
    serve();
    const auto got = fetch({{"GET", '/' + std::string(9'000, 'x'), {}, ""}});
    EXPECT_EQ(414u, got[0].status);
    EXPECT_EQ("application/problem+json", got[0].get("Content-Type"));
    EXPECT_TRUE(base::uuid::parse(got[0].get("X-Correlation-Id")));
}
