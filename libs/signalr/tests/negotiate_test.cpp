// Negotiate and the refusals of the hub's path, against what the reference server answers.
#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

#include <fstream>
#include <sstream>

#include "support/hub_on_wire.hpp"

using namespace signalr;
using namespace signalr::testing;
using net::http::method;

namespace {

boost::json::value read_fixture(const std::string& name) {
    std::ifstream file{FIXTURES "/http/" + name};
    std::stringstream text;
    text << file.rdbuf();
    return boost::json::parse(text.str());
}

// The bytes that a captured request names, and views into them.
struct captured_request {
    explicit captured_request(const boost::json::value& c) {
        verb = c.at("request").at("method").as_string().c_str();
        target = c.at("request").at("target").as_string().c_str();
        for (const auto& h : c.at("request").at("headers").as_array()) lines.emplace_back(h.as_string().c_str());
    }
    net::http::request as(std::string_view hub) {
        net::http::request r;
        r.verb = net::http::parse_method(verb);
        const std::string_view all = target;
        r.path = all.substr(0, all.find('?'));
        if (all.find('?') != std::string::npos) r.query = all.substr(all.find('?') + 1);
        renamed =
            std::string{hub} +
            std::string{r.path.substr(r.path.find('/', 1) == std::string::npos ? r.path.size() : r.path.find('/', 1))};
        r.path = renamed;
        for (std::string_view line : lines) {
            const auto colon = line.find(':');
            std::string_view value = line.substr(colon + 2);
            if (value == "{16 random bytes, base64}") value = "dGhlIHNhbXBsZSBub25jZQ==";
            std::erase_if(r.headers, [&](const auto& h) { return h.name == line.substr(0, colon); });
            r.headers.push_back({line.substr(0, colon), value});
        }
        return r;
    }
    std::string verb, target, renamed;
    std::vector<std::string> lines;
};

unsigned status_of(const boost::json::value& c) {
    return static_cast<unsigned>(std::stoi(std::string{c.at("response").at("status_line").as_string()}.substr(9, 3)));
}

std::string body_of(const boost::json::value& c) {
    const auto& body = c.at("response").at("body");
    return body.is_string() ? std::string{body.as_string()} : "";
}

// Ids differ, and this storey offers WebSockets alone.
std::string shape(std::string body) {
    if (!body.starts_with("{\"negotiateVersion\"")) return body;
    const auto v = boost::json::parse(body).as_object();
    std::string out;
    for (const auto& member : v) {
        out += std::string{member.key()} + ",";
        if (member.key() == "negotiateVersion") out += std::to_string(member.value().as_int64()) + ",";
    }
    return out;
}

}  // namespace

TEST(Negotiate, AnswersAsTheReferenceServer) {
    int replayed = 0;
    for (const auto& c : read_fixture("negotiate.json").at("cases").as_array()) {
        const std::string name{c.at("name").as_string()};
        // Options that this server does not have, endpoints with other transports, and paths that no hub takes.
        if (name.find("option on") != std::string::npos || name.starts_with("endpoint ") ||
            name.starts_with("minimum version 1") || name == "unknown path")
            continue;
        SCOPED_TRACE(name);
        hub_on_wire h;
        captured_request sent{c};
        auto r = sent.as(name == "path in other case" ? "/HUB" : "/hub");
        ASSERT_TRUE(h.hub->handles(r.path));
        const auto answer = h.hub->handle(r);

        EXPECT_EQ(answer.status, status_of(c));
        EXPECT_EQ(shape(answer.body), shape(body_of(c)));
        for (const auto& line : c.at("response").at("headers").as_array()) {
            const std::string text{line.as_string()};
            if (text.starts_with("Content-Type")) {
                EXPECT_EQ(header(answer, "Content-Type"), text.substr(14));
            }
        }
        ++replayed;
    }
    EXPECT_EQ(replayed, 21);
}

TEST(Negotiate, OffersWebSocketsAlone) {
    hub_on_wire h;
    auto r = make_request(method::post, "/hub/negotiate", "negotiateVersion=1");
    const auto body = h.hub->handle(r).body;

    EXPECT_EQ(body.size(), 192U);
    EXPECT_TRUE(
        body.ends_with(R"("availableTransports":[{"transport":"WebSockets","transferFormats":["Text","Binary"]}]})"));
    const auto v = boost::json::parse(body);
    EXPECT_NE(v.at("connectionId"), v.at("connectionToken"));
}

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

TEST(HubEndpoint, RefusesAsTheReferenceServer) {
    int replayed = 0;
    for (const auto& c : read_fixture("dispatch.json").at("cases").as_array()) {
        const std::string name{c.at("name").as_string()};
        const std::string target{c.at("request").at("target").as_string()};
        const bool known_token = target.find("{connection") != std::string::npos;
        if (known_token || name.starts_with("/") || name == "sub path") continue;
        SCOPED_TRACE(name);
        hub_on_wire h;
        captured_request sent{c};
        auto r = sent.as("/hub");
        ASSERT_TRUE(h.hub->handles(r.path));
        const auto answer = h.hub->handle(r);

        EXPECT_EQ(answer.status, status_of(c));
        EXPECT_EQ(answer.body, body_of(c));
        for (const auto& line : c.at("response").at("headers").as_array())
            if (const std::string text{line.as_string()}; text.starts_with("Cache-Control")) {
                EXPECT_EQ(header(answer, "Cache-Control"), text.substr(15));
            }
        ++replayed;
    }
    EXPECT_GE(replayed, 20);
}

TEST(HubEndpoint, SaysThatOtherTransportsAreNotSupported) {
    hub_on_wire h;
    auto r = make_request(method::post, "/hub/negotiate", "negotiateVersion=1");
    const auto v = boost::json::parse(h.hub->handle(r).body);
    const std::string token = "id=" + std::string{v.at("connectionToken").as_string()};

    auto poll = make_request(method::get, "/hub", token);
    EXPECT_EQ(h.hub->handle(poll).status, 404U);
    EXPECT_EQ(h.hub->handle(poll).body, "LongPolling transport not supported by this end point type");
    EXPECT_EQ(header(h.hub->handle(poll), "Cache-Control"), "no-cache, no-store");
    poll.headers.push_back({"Accept", "application/json, TEXT/event-stream"});
    EXPECT_EQ(h.hub->handle(poll).body, "ServerSentEvents transport not supported by this end point type");
    auto end = make_request(method::delete_, "/hub", token);
    EXPECT_EQ(h.hub->handle(end).body, "Cannot terminate this connection using the DELETE endpoint.");
}

TEST(HubEndpoint, TakesOnlyItsOwnPaths) {
    hub_on_wire h;
    for (const char* path : {"/hub", "/HUB/", "/hub/negotiate", "/Hub/Negotiate/"})
        EXPECT_TRUE(h.hub->handles(path)) << path;
    for (const char* path : {"/", "/hubs", "/hub/foo", "/hub/negotiate/x", "/hu"})
        EXPECT_FALSE(h.hub->handles(path)) << path;
}
