#include "order_accept/http_api.hpp"

#include <gtest/gtest.h>

#include "contracts/json.hpp"
#include "support/fakes.hpp"

namespace {

using net::http::method;
using net::http::response;

// Holds the routes; what platform does around them is tested there.
class routes final : public platform::web {
public:
    std::map<std::pair<method, std::string>, platform::endpoint> slow;
    std::map<std::pair<method, std::string>, platform::quick_endpoint> quick;
    std::vector<std::string> open;

    void on(method verb, std::string pattern, platform::access who, platform::endpoint run) override {
        note(pattern, who);
        slow[{verb, std::move(pattern)}] = std::move(run);
    }
    void on_quick(method verb, std::string pattern, platform::access who, platform::quick_endpoint run) override {
        note(pattern, who);
        quick[{verb, std::move(pattern)}] = std::move(run);
    }
    void on_other(std::function<std::optional<response>(platform::exchange&)>) override {}
    void lame_duck(bool, std::vector<std::string>) override {}
    boost::asio::awaitable<response> handle(net::http::request) override { co_return response{}; }
    response refuse(unsigned, std::string_view, const net::http::request&) override { return {}; }

private:
    void note(const std::string& pattern, platform::access who) {
        if (who == platform::access::open) open.push_back(pattern);
    }
};

struct call {
    std::string body{}, query{}, capture{};
    std::vector<net::http::header> headers{{"Content-Type", "application/json"}};
};

struct HttpApi : testing::Test {
    fakes::shop parts;
    order_accept::service service{parts.needs};
    routes web;
    std::string correlation;  // of the last exchange

    HttpApi() {
        EXPECT_TRUE(order_accept::mount(web, service));
        (void)fakes::run(service.products().refresh());
    }
    response ask(method verb, const std::string& pattern, const call& c = {}) {
        platform::exchange e;
        e.request.verb = verb;
        e.request.path = e.request.target = pattern;
        e.request.query = c.query;
        e.request.body = c.body;
        e.request.headers = c.headers;
        e.context.trace = base::trace_context::fresh(parts.ids);
        e.caller.user = "CUST-0001";
        e.captures = {c.capture};
        response r;
        if (const auto q = web.quick.find({verb, pattern}); q != web.quick.end())
            r = q->second(e);
        else
            r = fakes::run(web.slow.at({verb, pattern})(e));
        correlation = e.correlation;
        return r;
    }
    response order(std::string body, std::vector<net::http::header> more = {}) {
        call c;
        c.body = std::move(body);
        c.headers.insert(c.headers.end(), more.begin(), more.end());
        return ask(method::post, "/api/orders", c);
    }
    response get(const std::string& pattern, std::string capture) {
        call c;
        c.capture = std::move(capture);
        return ask(method::get, pattern, c);
    }
    unsigned list(const char* query) {
        call c;
        c.query = query;
        return ask(method::get, "/api/products", c).status;
    }
};

constexpr auto good = R"({"items":[{"productId":"AZ-700","quantity":1}]})";

std::string header(const response& r, std::string_view name) {
    for (const auto& [n, v] : r.headers)
        if (n == name) return v;
    return {};
}
std::string text(const response& r) { return r.shared_body ? std::string{} : r.body; }
std::string member(const response& r, const char* name) {
    const auto v = contracts::json::parse(text(r));
    const auto* m = v ? v->find(name) : nullptr;
    return std::string{m ? m->text : ""};
}

}  // namespace

TEST_F(HttpApi, EveryRouteNeedsAUser) {
    EXPECT_TRUE(web.open.empty());
    EXPECT_EQ(8u, web.slow.size() + web.quick.size());
}

TEST_F(HttpApi, AnOrderAnswers201WithItsPlaceAndItsOwnCorrelation) {
    const auto r = order(good);
    EXPECT_EQ(201u, r.status);
    const auto id = member(r, "correlationId");
    EXPECT_TRUE(contracts::read_correlation_id(id));
    EXPECT_EQ("/api/orders/" + id, header(r, "Location"));
    EXPECT_EQ(id, correlation);
}

TEST_F(HttpApi, ChecksTypeThenFormThenProductsThenKey) {
    EXPECT_EQ(201u, order(good, {{"Idempotency-Key", "k"}}).status);
    const net::http::header key{"Idempotency-Key", "k"};

    call wrong_type;
    wrong_type.headers = {{"Content-Type", "text/plain"}};
    wrong_type.body = "nope";
    EXPECT_EQ(415u, ask(method::post, "/api/orders", wrong_type).status);
    EXPECT_EQ(400u, order("nope", {key}).status);
    EXPECT_EQ(400u, order(R"({"items":[]})", {key}).status);
    EXPECT_EQ(404u, order(R"({"items":[{"productId":"NOPE","quantity":1}]})").status);
    EXPECT_EQ(422u, order(R"({"items":[{"productId":"AZ-900","quantity":1}]})", {key}).status);
}

TEST_F(HttpApi, TakesJsonTypesInUtf8Only) {
    const std::pair<const char*, unsigned> cases[] = {{"application/json", 201},
                                                      {"Application/JSON; charset=\"UTF-8\"", 201},
                                                      {"application/vnd.x+json;v=1", 201},
                                                      {"application/json; charset=utf-16", 415},
                                                      {"text/json", 415},
                                                      {"application/jsonx", 415},
                                                      {"", 415}};
    for (const auto& [type, status] : cases) {
        call c;
        c.body = good;
        c.headers = {{"Content-Type", type}};
        EXPECT_EQ(status, ask(method::post, "/api/orders", c).status) << type;
    }
}

TEST_F(HttpApi, NamesEveryMemberAtFaultAndNeverTheInput) {
    const auto r =
        order(R"({"items":[{"productId":"secret\u0001","quantity":0},{"quantity":1}]})", {{"Idempotency-Key", "a b"}});
    EXPECT_EQ(400u, r.status);
    const auto v = contracts::json::parse(text(r));
    ASSERT_TRUE(v);
    const auto* errors = v->find("errors");
    ASSERT_TRUE(errors);
    EXPECT_EQ("Quantity must be greater than 0.", errors->find("items[0].quantity")->items()[0].text);
    EXPECT_TRUE(errors->find("items[0].productId"));
    EXPECT_TRUE(errors->find("items[1].productId"));
    EXPECT_TRUE(errors->find("Idempotency-Key"));
    EXPECT_EQ(std::string::npos, text(r).find("secret"));
}

TEST_F(HttpApi, OneKeyAtMost) {
    EXPECT_EQ(400u, order(good, {{"Idempotency-Key", "a"}, {"idempotency-key", "b"}}).status);
    EXPECT_EQ(400u, order(good, {{"Idempotency-Key", ""}}).status);
}

TEST_F(HttpApi, NamesEveryUnknownProduct) {
    const auto r = order(R"({"items":[{"productId":"X-1","quantity":1},{"productId":"X-2","quantity":1}]})");
    EXPECT_EQ("Unknown or inactive products: X-1, X-2.", member(r, "detail"));
}

TEST_F(HttpApi, AnUnconfirmedOrderWithoutAKeyMustNotBeTriedAgainBlindly) {
    parts.broker.fault = base::fault_kind::unconfirmed;
    const auto r = order(good);
    EXPECT_EQ(503u, r.status);
    EXPECT_EQ("", header(r, "Retry-After"));
    EXPECT_EQ("unknown", member(r, "outcome"));
    EXPECT_EQ(correlation, member(r, "correlationId"));

    const auto keyed = order(good, {{"Idempotency-Key", "k"}});
    EXPECT_EQ(503u, keyed.status);
    EXPECT_NE("", header(keyed, "Retry-After"));
    EXPECT_EQ("", member(keyed, "outcome"));
}

TEST_F(HttpApi, ABrokerThatIsAwayAsksForAnotherTry) {
    parts.broker.fault = base::fault_kind::unavailable;
    const auto r = order(good);
    EXPECT_EQ(503u, r.status);
    EXPECT_EQ("2", header(r, "Retry-After"));
    EXPECT_EQ("", member(r, "outcome"));
}

TEST_F(HttpApi, ChecksQueries) {
    EXPECT_EQ(200u, list(""));
    EXPECT_EQ(200u, list("offset=5&SIZE=100&q=az&vendor=AWS&category=Cloud&sort=-price"));
    for (const auto* query : {"offset=-1", "offset=x", "offset=", "size=0", "size=101", "size=1.5", "sort=nope",
                              "offset=99999999999999999999"})
        EXPECT_EQ(400u, list(query)) << query;
}

TEST_F(HttpApi, ServesProducts) {
    EXPECT_EQ("AZ-700", member(get("/api/products/{productId}", "AZ-700"), "externalProductId"));
    for (const auto* id : {"OLD-1", "NOPE", "az-700"})
        EXPECT_EQ(404u, get("/api/products/{productId}", id).status) << id;
}

TEST_F(HttpApi, ReadsOrdersByEitherId) {
    const auto id = member(order(good), "correlationId");
    EXPECT_EQ(200u, get("/api/orders/{id}", id).status);
    EXPECT_EQ("Accepted", member(get("/api/orders/{id}/status", id), "status"));
    EXPECT_EQ(200u, get("/api/orders/{id}/timeline", id).status);
    for (const auto* other : {"0", "-1", "abc", "5", "99999999999999999999", "00000000-0000-0000-0000-000000000000",
                              "0199a8f0-1c2d-7fd5-af35-cf26d1f3ca99"}) {
        EXPECT_EQ(404u, get("/api/orders/{id}", other).status) << other;
        EXPECT_EQ(404u, get("/api/orders/{id}/status", other).status) << other;
        EXPECT_EQ(404u, get("/api/orders/{id}/timeline", other).status) << other;
        call c;
        c.capture = other;
        EXPECT_EQ(404u, ask(method::delete_, "/api/orders/{id}", c).status) << other;
    }
}

TEST_F(HttpApi, StoresThatAreAwayAnswer503WithRetryAfter) {
    parts.orders.is_away = true;
    const auto r = get("/api/orders/{id}", "0199a8f0-1c2d-7fd5-af35-cf26d1f3ca99");
    EXPECT_EQ(503u, r.status);
    EXPECT_EQ("2", header(r, "Retry-After"));
    EXPECT_EQ(503u, ask(method::get, "/api/orders").status);
}

TEST_F(HttpApi, ADocumentThatIsMissingStopsTheStart) {
    EXPECT_FALSE(order_accept::mount(web, service, {.openapi = "/nowhere/openapi.yaml", .page = {}}));
}
