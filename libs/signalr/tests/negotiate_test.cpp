// Negotiate, and WebSockets by its tokens. What the reference server answers is held again in http_replay_test.cpp.
#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

#include "support/hub_on_wire.hpp"

using namespace signalr;
using namespace signalr::testing;
using net::http::method;

TEST(Negotiate, IsBounded) {
    hub_options options;
    options.max_negotiated = 2;
    hub_on_wire h{options};
    auto r = make_request(method::post, "/hub/negotiate", "negotiateVersion=1");
    EXPECT_EQ(h.hub->handle(r).status, 200U);
    EXPECT_EQ(h.hub->handle(r).status, 200U);

    EXPECT_EQ(h.hub->handle(r).status, 503U);
}

TEST(Negotiate, LetsTheAuthenticatorRefuse) {
    hub_on_wire h{{}, [](const net::http::request&) { return net::http::make_response(401, "text/plain", ""); }};
    auto negotiate = make_request(method::post, "/hub/negotiate");
    auto upgrade = upgrade_request("/hub");

    EXPECT_EQ(h.hub->handle(negotiate).status, 401U);
    EXPECT_EQ(h.hub->handle(upgrade).status, 401U);
}

TEST(Negotiate, GivesATokenForOneWebSocket) {
    hub_on_wire h;
    auto r = make_request(method::post, "/hub/negotiate", "negotiateVersion=1");
    const auto v = boost::json::parse(h.hub->handle(r).body);
    const std::string token = "id=" + std::string{v.at("connectionToken").as_string()};
    const std::string id = "id=" + std::string{v.at("connectionId").as_string()};
    std::string seen;
    h.hub->on("Who", 0, [&](caller_context& c, const auto&) -> boost::asio::awaitable<std::string> {
        seen = c.connection_id();
        co_return "null";
    });

    auto by_id = upgrade_request("/hub", id);
    EXPECT_EQ(h.hub->handle(by_id).status, 404U);
    auto client = h.open({}, token);
    ASSERT_TRUE(client);
    client->shake_hands();
    client->send(call_text("1", "who"));
    EXPECT_EQ("id=" + seen, id);

    auto second = upgrade_request("/hub", token);
    EXPECT_EQ(h.hub->handle(second).status, 409U);
    auto post = make_request(method::post, "/hub", token);
    EXPECT_EQ(h.hub->handle(post).status, 405U);
    EXPECT_EQ(h.hub->handle(post).body, "POST requests are not allowed for WebSocket connections.");

    client->go();
    auto later = upgrade_request("/hub", token);
    EXPECT_EQ(h.hub->handle(later).status, 404U);
}

TEST(Negotiate, GivesTheTokenBackWhenTheUpgradeNeverHappened) {
    hub_on_wire h;
    auto r = make_request(method::post, "/hub/negotiate", "negotiateVersion=1");
    const auto v = boost::json::parse(h.hub->handle(r).body);
    const std::string token = "id=" + std::string{v.at("connectionToken").as_string()};
    auto upgrade = upgrade_request("/hub", token);
    {
        auto dropped = h.hub->handle(upgrade);
    }

    EXPECT_EQ(h.hub->handle(upgrade).status, 404U);
}

TEST(HubEndpoint, TakesOnlyItsOwnPaths) {
    hub_on_wire h;
    for (const char* path : {"/hub", "/HUB/", "/hub/negotiate", "/Hub/Negotiate/"})
        EXPECT_TRUE(h.hub->handles(path)) << path;
    for (const char* path : {"/", "/hubs", "/hub/foo", "/hub/negotiate/x", "/hu"})
        EXPECT_FALSE(h.hub->handles(path)) << path;
}
