#include "platform/web.hpp"

#include "support/web_fixture.hpp"

using namespace platform_test;
using boost::asio::awaitable;
using net::http::make_response;
using net::http::method;
using net::http::response;
using platform::access;
using platform::exchange;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

namespace {

constexpr auto origin = "http://localhost:4200";

struct Web : web_fixture {
    Web() {
        web = make({.cors_origins = {origin}});
        web->on(method::get, "/api/orders/{id}", access::user, [](exchange& e) -> awaitable<response> {
            co_return make_response(200, "text/plain", e.caller.user + ' ' + e.captures.at(0));
        });
        web->on(method::get, "/api/orders/{id}/status", access::user, [](exchange& e) -> awaitable<response> {
            co_return make_response(200, "text/plain", "status of " + e.captures.at(0));
        });
        web->on(method::get, "/api/orders/recent", access::user,
                [](exchange&) -> awaitable<response> { co_return make_response(200, "text/plain", "recent"); });
        web->on(method::post, "/api/orders", access::user, [](exchange& e) -> awaitable<response> {
            e.correlation = "0197f0c0-0000-7000-8000-000000000001";
            co_return make_response(201, "application/json", "{}");
        });
        web->on_quick(method::get, "/api/orders", access::user,
                      [](exchange&) { return make_response(200, "text/plain", "list"); });
        web->on_quick(method::get, "/open", access::open, [](exchange& e) {
            return make_response(200, "text/plain", e.client_address + (e.request.secure ? " secure" : ""));
        });
        web->on_quick(method::get, "/breaks", access::open,
                      [](exchange&) -> response { throw std::runtime_error{"secret cause"}; });
        web->on(method::get, "/breaks-later", access::open, [](exchange&) -> awaitable<response> {
            throw std::runtime_error{"secret cause"};
            co_return response{};
        });
    }
    headers as(const std::string& user) { return {{"Authorization", bearer(user)}}; }
};

}  // namespace

TEST_F(Web, RoutesBySegmentsLiteralsFirst) {
    EXPECT_EQ("ann 17", get("/api/orders/17", as("ann")).body);
    EXPECT_EQ("recent", get("/api/orders/recent", as("ann")).body);
    EXPECT_EQ("status of recent", get("/api/orders/recent/status", as("ann")).body);  // the literal leads nowhere
    EXPECT_EQ("list", get("/api/orders?size=3", as("ann")).body);
    EXPECT_EQ("list", get("/api/orders/?size=3", as("ann")).body);
    for (const auto* path :
         {"/api/orders/17/nothing", "/api//orders", "/api/orders//", "/API/orders", "/api/orders/1/status/2"})
        EXPECT_EQ(404u, get(path, as("ann")).status) << path;
}

TEST_F(Web, CapturesAreDecoded) {
    EXPECT_EQ("ann a b/c", get("/api/orders/a%20b%2Fc", as("ann")).body);
    EXPECT_EQ("list", get("/api/%6Frders", as("ann")).body);
    for (const auto* path : {"/api/orders/%", "/api/orders/%zz", "/api/orders/%00", "/api/orders/a%2"})
        EXPECT_EQ(400u, get(path, as("ann")).status) << path;
    EXPECT_EQ(401u, get("/api/orders/%zz").status);
    EXPECT_EQ(404u, get("/api/" + std::string(4000, '/'), as("ann")).status);
}

TEST_F(Web, TwoRoutesOfOneKindAreABug) {
    const auto quick = [](exchange&) { return response{}; };
    EXPECT_THROW(web->on_quick(method::get, "/api/orders/{other}", access::user, quick), std::logic_error);
    EXPECT_THROW(web->on_quick(method::get, "no-slash", access::open, quick), std::logic_error);
    EXPECT_THROW(web->on_quick(method::get, "/half{brace", access::open, quick), std::logic_error);
}

TEST_F(Web, ProblemsAreExact) {
    const auto r = get("/nowhere/\"x\"?access_token=t");
    EXPECT_EQ(404u, r.status);
    EXPECT_EQ("application/problem+json", header_of(r, "Content-Type"));
    const auto p = json(r);
    EXPECT_EQ("about:blank", p.at("type"));
    EXPECT_EQ("Not Found", p.at("title"));
    EXPECT_EQ(404, p.at("status").as_int64());
    EXPECT_EQ("/nowhere/\"x\"", p.at("instance"));
    EXPECT_EQ(32u, p.at("traceId").as_string().size());
    EXPECT_TRUE(p.contains("detail"));
    EXPECT_EQ(6u, p.size());
}

TEST_F(Web, ProblemsCarryErrorsMembersAndHeaders) {
    exchange e;
    const auto r = platform::to_response({.status = 400,
                                          .title = "No good",
                                          .errors = {{"items[0].quantity", {"Too \"small\".", "Odd."}}, {"x", {}}},
                                          .members = {{"outcome", "\"unknown\""}},
                                          .headers = {{"Retry-After", "3"}}},
                                         e);
    EXPECT_THAT(r.body,
                HasSubstr(R"("errors":{"items[0].quantity":["Too \"small\".","Odd."],"x":[]},"outcome":"unknown"})"));
    EXPECT_EQ("No good", json(r).at("title"));
    EXPECT_EQ("3", header_of(r, "Retry-After"));
}

TEST_F(Web, TokensComeBeforeWhetherAPathExists) {
    for (const auto& [verb, path] :
         std::initializer_list<std::pair<const char*, const char*>>{{"GET", "/api/orders"},
                                                                    {"GET", "/api/nowhere"},
                                                                    {"PUT", "/api/orders"},
                                                                    {"OPTIONS", "/api/orders"},
                                                                    {"GET", "/api/"}}) {
        const auto r = send(verb, path);
        EXPECT_EQ(401u, r.status) << verb << path;
        EXPECT_EQ("Bearer", header_of(r, "WWW-Authenticate"));
        EXPECT_EQ("Unauthorized", json(r).at("title"));
    }
    EXPECT_EQ(404u, get("/api/nowhere", as("ann")).status);
    EXPECT_EQ(404u, get("/apiary").status);
}

TEST_F(Web, BadTokensAreSaidToBeBad) {
    const auto expired = "Bearer " + platform::make_token({"ann", "", "", secret, {}, -1h}, time).text;
    for (const auto& token : {std::string{"Bearer garbage"}, std::string{"Bearer a.b.c"}, expired}) {
        const auto r = get("/api/orders", {{"Authorization", token}});
        EXPECT_EQ(401u, r.status);
        EXPECT_EQ("Bearer error=\"invalid_token\"", header_of(r, "WWW-Authenticate"));
    }
    for (const auto* none : {"Basic dTpw", "Bearer ", ""})
        EXPECT_EQ("Bearer", header_of(get("/api/orders", {{"Authorization", none}}), "WWW-Authenticate"));
    const auto twice = get("/api/orders", {{"Authorization", bearer("ann")}, {"authorization", bearer("bob")}});
    EXPECT_EQ(401u, twice.status);
    EXPECT_EQ(401u, get("/api/orders?access_token=" + bearer("ann").substr(7)).status);
    EXPECT_EQ(403u, get("/api/orders", {{"Authorization", bearer("")}}).status);
}

TEST_F(Web, OtherVerbsAreRefusedWithAllow) {
    auto r = send("PUT", "/api/orders", as("ann"));
    EXPECT_EQ(405u, r.status);
    EXPECT_EQ("GET, HEAD, POST, OPTIONS", header_of(r, "Allow"));
    r = send("OPTIONS", "/open");
    EXPECT_EQ(204u, r.status);
    EXPECT_EQ("GET, HEAD, OPTIONS", header_of(r, "Allow"));
    EXPECT_EQ(405u, send("PROPFIND", "/open").status);
}

TEST_F(Web, HeadIsAnsweredAsGet) {
    const auto r = send("HEAD", "/api/orders", as("ann"));
    EXPECT_EQ(200u, r.status);
    EXPECT_EQ("list", r.body);  // the server drops it and keeps its length
}

TEST_F(Web, EveryAnswerHasOneCorrelationId) {
    EXPECT_EQ("0197f0c0-0000-7000-8000-000000000001",
              header_of(send("POST", "/api/orders", as("ann")), "X-Correlation-Id"));
    const headers given{{"X-Correlation-Id", "0197F0C0-AAAA-4BBB-8CCC-DDDDDDDDDDDD"}};
    EXPECT_EQ("0197f0c0-aaaa-4bbb-8ccc-dddddddddddd", header_of(get("/open", given), "X-Correlation-Id"));
    for (const auto* bad :
         {"", "abc", "00000000-0000-0000-0000-000000000000", "{0197f0c0-aaaa-4bbb-8ccc-dddddddddddd}"}) {
        const auto id = base::uuid::parse(header_of(get("/open", {{"X-Correlation-Id", bad}}), "X-Correlation-Id"));
        ASSERT_TRUE(id) << bad;
        EXPECT_EQ(7, id->version());
    }
    const auto r = requests.make("GET", "/x", given);
    for (const auto& answer :
         {get("/nowhere", given), get("/api/orders", given), send("PUT", "/open", given), get("/breaks", given),
          send("OPTIONS", "/x", {given[0], {"Origin", origin}, {"Access-Control-Request-Method", "GET"}}),
          web->refuse(413, "too large", r)})
        EXPECT_EQ("0197f0c0-aaaa-4bbb-8ccc-dddddddddddd", header_of(answer, "X-Correlation-Id")) << answer.status;
}

TEST_F(Web, PreflightsAreExactlyAsTheHubNeedsThem) {
    const auto strip = [](const response& r) {
        headers out;
        for (const auto& h : r.headers)
            if (h.first != "X-Correlation-Id") out.push_back(h);
        return out;
    };
    auto r = send("OPTIONS", "/hubs/order-status/negotiate?negotiateVersion=1",
                  {{"Origin", origin},
                   {"Access-Control-Request-Method", "POST"},
                   {"Access-Control-Request-Headers", "authorization,x-requested-with"}});
    EXPECT_EQ(204u, r.status);
    EXPECT_EQ((headers{{"Access-Control-Allow-Credentials", "true"},
                       {"Access-Control-Allow-Headers", "authorization,x-requested-with"},
                       {"Access-Control-Allow-Methods", "POST"},
                       {"Access-Control-Allow-Origin", origin},
                       {"Vary", "Origin"}}),
              strip(r));
    r = send("OPTIONS", "/api/orders/1", {{"Origin", origin}, {"Access-Control-Request-Method", "DELETE"}});
    EXPECT_EQ((headers{{"Access-Control-Allow-Credentials", "true"},
                       {"Access-Control-Allow-Methods", "DELETE"},
                       {"Access-Control-Allow-Origin", origin},
                       {"Vary", "Origin"}}),
              strip(r));
    for (const auto* foreign : {"http://evil.test", "null", "http://localhost:42000", "http://localhost:4200.evil.test",
                                "HTTP://LOCALHOST:4200"}) {
        r = send("OPTIONS", "/api/orders", {{"Origin", foreign}, {"Access-Control-Request-Method", "POST"}});
        EXPECT_EQ(204u, r.status);
        EXPECT_EQ(headers{}, strip(r)) << foreign;
    }
}

TEST_F(Web, OrdinaryAnswersCarryCorsForAllowedOriginsOnly) {
    const headers from{{"Origin", origin}};
    const auto bare = requests.make("GET", "/x", from);
    for (const auto& r :
         {get("/open", from), get("/nowhere", from), get("/api/orders", from), send("PUT", "/open", from),
          get("/breaks", from), get("/breaks-later", from), web->refuse(431, "", bare)}) {
        EXPECT_EQ(origin, header_of(r, "Access-Control-Allow-Origin")) << r.status;
        EXPECT_EQ("true", header_of(r, "Access-Control-Allow-Credentials"));
        EXPECT_EQ("Origin", header_of(r, "Vary"));
        EXPECT_THAT(header_of(r, "Access-Control-Expose-Headers"),
                    AllOf(HasSubstr("X-Correlation-Id"), HasSubstr("Location"), HasSubstr("Retry-After")));
    }
    EXPECT_EQ("", header_of(get("/open", {{"Origin", "http://evil.test"}}), "Access-Control-Allow-Origin"));
    EXPECT_EQ("", header_of(get("/open"), "Vary"));
}

TEST_F(Web, UpgradesCarryTheHeadersToo) {
    web->on_other([](exchange& e) -> std::optional<response> {
        if (e.request.path != "/hub") return std::nullopt;
        response r;
        r.status = 101;
        r.headers.emplace_back("Vary", "Accept-Encoding");
        return r;
    });
    const auto r = get("/hub", {{"Origin", origin}});
    EXPECT_EQ(101u, r.status);
    EXPECT_EQ(origin, header_of(r, "Access-Control-Allow-Origin"));
    EXPECT_EQ("Accept-Encoding, Origin", header_of(r, "Vary"));
    EXPECT_NE("", header_of(r, "X-Correlation-Id"));
    EXPECT_EQ(404u, get("/hub2").status);
}

TEST_F(Web, OthersAreAskedInOrderAndTheirBugsAreCaught) {
    web->on_other([](exchange& e) -> std::optional<response> {
        if (e.request.path == "/bug") throw std::runtime_error{"oops"};
        return std::nullopt;
    });
    web->on_other([](exchange& e) -> std::optional<response> {
        return make_response(200, "text/plain", "other " + std::string{e.request.path});
    });
    EXPECT_EQ(500u, get("/bug").status);
    EXPECT_EQ("other /x", get("/x").body);
    EXPECT_EQ("other /x", ask(*web, requests.make("GET", "/x")).body);
    EXPECT_EQ(401u, get("/api/x").status);
}

TEST_F(Web, ExceptionsAreAProblemForUsNotNewsForThem) {
    for (const auto* path : {"/breaks", "/breaks-later"}) {
        const auto r = get(path, {{"X-Correlation-Id", "0197f0c0-aaaa-4bbb-8ccc-dddddddddddd"}});
        EXPECT_EQ(500u, r.status);
        EXPECT_THAT(r.body, Not(HasSubstr("cause")));
        ASSERT_FALSE(log.lines().empty());
        const auto line = log.lines().back();
        EXPECT_EQ(base::log_level::error, line.level);
        EXPECT_THAT(line.json, AllOf(HasSubstr(R"("What":"secret cause")"),
                                     HasSubstr(R"("CorrelationId":"0197f0c0-aaaa-4bbb-8ccc-dddddddddddd")"),
                                     HasSubstr(R"("TraceId":)"), HasSubstr(path)));
    }
}

TEST_F(Web, TraceContextIsHonoured) {
    const std::string parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    base::call_context seen;
    web->on_quick(method::get, "/traced", access::open, [&](exchange& e) {
        seen = e.context;
        return response{};
    });
    get("/traced", {{"traceparent", parent}, {"tracestate", "a=1"}});
    EXPECT_EQ("4bf92f3577b34da6a3ce929d0e0e4736", seen.trace.trace_id_hex());
    EXPECT_NE(parent, seen.trace.traceparent());
    EXPECT_EQ("a=1", seen.trace.state);
    EXPECT_EQ(time.steady() + 30s, seen.due);
    EXPECT_EQ("4bf92f3577b34da6a3ce929d0e0e4736", json(get("/nowhere", {{"traceparent", parent}})).at("traceId"));
    for (const auto& bad :
         {headers{{"traceparent", "junk"}}, headers{{"traceparent", parent}, {"traceparent", parent}}, headers{}}) {
        get("/traced", bad);
        EXPECT_TRUE(seen.trace.valid());
        EXPECT_NE("4bf92f3577b34da6a3ce929d0e0e4736", seen.trace.trace_id_hex());
    }
}

TEST_F(Web, LogScopeNamesRequestAndUser) {
    web->on(method::get, "/api/logged", access::user, [](exchange& e) -> awaitable<response> {
        e.context.log.info("working");
        co_return response{};
    });
    get("/api/logged",
        {{"Authorization", bearer("ann")}, {"X-Correlation-Id", "0197f0c0-aaaa-4bbb-8ccc-dddddddddddd"}});
    EXPECT_THAT(log.lines().at(0).json,
                AllOf(HasSubstr(R"("UserId":"ann")"), HasSubstr(R"("CorrelationId":"0197f0c0-aaaa)"),
                      HasSubstr(R"("TraceId":")")));
}

TEST_F(Web, RateIsLimitedPerUser) {
    web = make({.rate_per_user = 2});
    web->on_quick(method::get, "/api/x", access::user, [](exchange&) { return response{}; });
    EXPECT_EQ(200u, get("/api/x", as("ann")).status);
    EXPECT_EQ(200u, get("/api/x", as("ann")).status);
    const auto refused = get("/api/x", as("ann"));
    EXPECT_EQ(429u, refused.status);
    EXPECT_EQ("1", header_of(refused, "Retry-After"));
    EXPECT_EQ(200u, get("/api/x", as("bob")).status);
    time.advance(500ms);
    EXPECT_EQ(200u, get("/api/x", as("ann")).status);
    EXPECT_EQ(429u, get("/api/x", as("ann")).status);
}

TEST_F(Web, OnlyKnownProxiesAreBelieved) {
    const headers forwarded{
        {"X-Forwarded-For", "6.6.6.6, 203.0.113.9"}, {"X-Forwarded-For", "10.0.0.2"}, {"X-Forwarded-Proto", "https"}};
    EXPECT_EQ("10.0.0.1", send("GET", "/open", forwarded, "10.0.0.1").body);
    web = make({.known_proxies = {"10.0.0.0/8"}});
    web->on_quick(method::get, "/open", access::open, [](exchange& e) {
        return make_response(200, "text/plain", e.client_address + (e.request.secure ? " secure" : ""));
    });
    EXPECT_EQ("203.0.113.9 secure", send("GET", "/open", forwarded, "10.0.0.1").body);
    EXPECT_EQ("203.0.113.9 secure", send("GET", "/open", forwarded, "::ffff:10.0.0.1").body);
    EXPECT_EQ("192.0.2.1", send("GET", "/open", forwarded, "192.0.2.1").body);
}

TEST_F(Web, MetricsAreForLoopbackAndTheAllowed) {
    web = make({.metrics_allow_from = {"192.0.2.0/24"}});
    web->on_quick(method::get, "/metrics", access::loopback_or_allowed, [](exchange&) { return response{}; });
    EXPECT_EQ(200u, send("GET", "/metrics", {}, "127.0.0.1").status);
    EXPECT_EQ(200u, send("GET", "/metrics", {}, "::1").status);
    EXPECT_EQ(200u, send("GET", "/metrics", {}, "192.0.2.77").status);
    EXPECT_EQ(404u, send("GET", "/metrics", {}, "198.51.100.1").status);
    for (const auto* name : {"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "x-forwarded-proto"})
        EXPECT_EQ(404u, send("GET", "/metrics", {{name, "127.0.0.1"}}, "127.0.0.1").status) << name;
}

TEST_F(Web, ALameDuckRefusesWhatItWasTold) {
    web->lame_duck(true, {"/api/orders"});
    const auto r = send("POST", "/api/orders", as("ann"));
    EXPECT_EQ(503u, r.status);
    EXPECT_EQ("1", header_of(r, "Retry-After"));
    EXPECT_TRUE(r.close);
    EXPECT_EQ(503u, send("POST", "/api/orders/").status);
    EXPECT_EQ(200u, get("/api/orders", as("ann")).status);
    web->lame_duck(false, {});
    EXPECT_EQ(201u, send("POST", "/api/orders", as("ann")).status);
}

TEST_F(Web, WhatTheParserRefusesIsAProblemToo) {
    const auto r = web->refuse(431, "header fields over 16 KiB", requests.make("GET", "/x"));
    EXPECT_EQ(431u, r.status);
    EXPECT_EQ("header fields over 16 KiB", json(r).at("detail"));
    EXPECT_EQ("/x", json(r).at("instance"));
    EXPECT_THAT(web->refuse(400, "", net::http::request{}).body, HasSubstr(R"("title":"Bad Request")"));
}

TEST_F(Web, RequestsAreCountedByRoute) {
    get("/api/orders/17", as("ann"));
    get("/api/orders/18", as("ann"));
    get("/api/orders/18");
    get("/nowhere/1");
    get("/nowhere/2");
    const auto text = metrics.prometheus_text();
    EXPECT_THAT(
        text,
        HasSubstr(R"(http_requests_total{server="contoso",method="GET",route="/api/orders/{id}",status="200"} 2)"));
    EXPECT_THAT(
        text,
        HasSubstr(R"(http_requests_total{server="contoso",method="GET",route="/api/orders/{id}",status="401"} 1)"));
    EXPECT_THAT(text, HasSubstr(R"x(route="(none)",status="404"} 2)x"));
    EXPECT_THAT(
        text,
        HasSubstr(R"(http_request_duration_seconds_count{server="contoso",method="GET",route="/api/orders/{id}"} 3)"));
    EXPECT_THAT(text, HasSubstr(R"(http_requests_in_flight{server="contoso"} 0)"));
    EXPECT_THAT(text, Not(HasSubstr("nowhere")));
}

TEST_F(Web, AccessLogHasNoQuery) {
    web = make({.access_log = true});
    get("/hub?access_token=hush");
    const auto line = log.lines().at(0).json;
    EXPECT_THAT(line, AllOf(HasSubstr(R"("Path":"/hub")"), HasSubstr(R"("Status":"404")"), Not(HasSubstr("hush"))));
}

TEST_F(Web, WithoutAVerifierNobodyIsAUser) {
    web = platform::make_web({}, nullptr, time, ids, {}, metrics);
    web->on_quick(method::get, "/api/x", access::user, [](exchange&) { return response{}; });
    EXPECT_EQ(401u, get("/api/x", as("ann")).status);
}

TEST_F(Web, BadAddressBlocksAreRefusedAtOnce) {
    EXPECT_THROW(make({.known_proxies = {"10.0.0.0/33"}}), std::invalid_argument);
}

TEST_F(Web, OriginIsAllowedByListOrByHost) {
    const std::vector<std::string> allowed{"https://shop.example"};
    const auto asks = [&](const headers& h) {
        return platform::origin_allowed(requests.make("GET", "/hub", h), allowed);
    };
    EXPECT_TRUE(asks({}));
    EXPECT_TRUE(asks({{"Origin", "https://shop.example"}, {"Host", "api.example"}}));
    EXPECT_TRUE(asks({{"Origin", "http://localhost:5006"}, {"Host", "localhost:5006"}}));
    EXPECT_TRUE(asks({{"Origin", "https://Api.Example"}, {"Host", "api.example"}}));
    for (const auto* foreign : {"null", "http://shop.example", "https://shop.example.evil.test", "https://evil.test",
                                "api.example", "ftp://api.example", "http://", "https://api.example/"})
        EXPECT_FALSE(asks({{"Origin", foreign}, {"Host", "api.example"}})) << foreign;
    EXPECT_FALSE(asks({{"Origin", ""}, {"Host", ""}}));
}
