#include "order_accept/http_api.hpp"

#include <charconv>

#include "documents.hpp"
#include "requests.hpp"

namespace order_accept {
namespace {

using boost::asio::awaitable;
using net::http::method;
using net::http::response;
using platform::exchange;

constexpr const char* json_type = "application/json; charset=utf-8";

response json(unsigned status, std::string body) {
    return net::http::make_response(status, json_type, std::move(body));
}

platform::problem plain_problem(unsigned status, std::string detail) {
    platform::problem p;
    p.status = status;
    p.detail = std::move(detail);
    return p;
}

class http_api {
public:
    explicit http_api(service& of) : of_{of} {}

    response list_products(exchange& e) const {
        const auto query = read_product_query(e.request.query);
        if (!query.errors.empty()) return invalid(query.errors, e);
        const auto snapshot = of_.products().current();
        return snapshot ? json(200, snapshot->page(query.value)) : away(e);
    }

    response get_product(exchange& e) const {
        const auto snapshot = of_.products().current();
        if (!snapshot) return away(e);
        const auto* found = snapshot->find_json(e.captures[0]);
        return found ? json(200, *found) : missing(e);
    }

    awaitable<response> place(exchange& e) const {
        const auto fields = read_order_fields(e.request);
        if (!is_json(fields.content_type))
            co_return to_response(plain_problem(415, "The body must be application/json in UTF-8."), e);
        if (!fields.content_encoding.empty() && fields.content_encoding != "identity")
            co_return to_response(plain_problem(415, "The body must not be compressed."), e);
        std::vector<contracts::validation_error> errors;
        judge_key(fields, errors);
        auto body = contracts::read_order_request(e.request.body);
        if (!body)
            co_return to_response(plain_problem(400, "The body is not valid JSON: " + body.error().message + '.'), e);
        errors.insert(errors.end(), body->errors.begin(), body->errors.end());
        if (!errors.empty()) co_return invalid(errors, e);

        place_order order{user(e), std::move(body->lines), std::string{fields.key}};
        co_return answer_to(co_await of_.use_case().run(e.context, std::move(order)), fields.keys > 0, e);
    }

    awaitable<response> list_orders(exchange& e) const {
        const auto query = read_page_query(e.request.query, 10);
        if (!query.errors.empty()) co_return invalid(query.errors, e);
        co_return answer_to(co_await of_.reads().page(e.context, user(e), query.value.offset, query.value.size), e);
    }

    awaitable<response> get_order(exchange& e) const {
        if (const auto id = contracts::read_correlation_id(e.captures[0]))
            co_return answer_to(co_await of_.reads().order(e.context, user(e), *id), e);
        if (const auto id = read_order_id(e.captures[0]))
            co_return answer_to(co_await of_.reads().order(e.context, user(e), *id), e);
        co_return missing(e);
    }

    awaitable<response> get_status(exchange& e) const {
        const auto id = contracts::read_correlation_id(e.captures[0]);
        if (!id) co_return missing(e);
        co_return answer_to(co_await of_.reads().status(e.context, user(e), *id), e);
    }

    awaitable<response> get_timeline(exchange& e) const {
        if (const auto id = contracts::read_correlation_id(e.captures[0]))
            co_return answer_to(co_await of_.reads().timeline(e.context, user(e), *id), e);
        if (const auto id = read_order_id(e.captures[0]))
            co_return answer_to(co_await of_.reads().timeline(e.context, user(e), *id), e);
        co_return missing(e);
    }

    awaitable<response> remove(exchange& e) const {
        const auto id = read_order_id(e.captures[0]);
        if (!id) co_return missing(e);
        const auto done = co_await of_.reads().remove(e.context, user(e), *id);
        if (done.what != reading::found) co_return answer_to(done, e);
        response gone;
        gone.status = 204;
        co_return gone;
    }

private:
    static contracts::user_id user(const exchange& e) { return contracts::user_id{e.caller.user}; }

    response missing(const exchange& e) const {
        return to_response(plain_problem(404, "There is nothing here, or it is not yours."), e);
    }

    platform::problem away_problem(std::string detail) const {
        auto p = plain_problem(503, std::move(detail));
        p.headers.emplace_back("Retry-After", std::to_string(of_.limits().retry_after.count()));
        return p;
    }
    response away(const exchange& e) const { return to_response(away_problem("A dependency is away. Try again."), e); }

    response answer_to(const answer& a, const exchange& e) const {
        switch (a.what) {
            case reading::found:
                return json(200, a.body);
            case reading::missing:
                return missing(e);
            case reading::away:
                break;
        }
        return away(e);
    }

    response answer_to(placed&& p, bool keyed, exchange& e) const {
        switch (p.what) {
            case placement::accepted:
                return created(std::move(p), e);
            case placement::unknown_products:
                return to_response(plain_problem(404, unknown_products(p.products)), e);
            case placement::key_reused:
                return to_response(plain_problem(422, "The Idempotency-Key stands for an order with other items."), e);
            case placement::unconfirmed:
                return unconfirmed(p, e);
            case placement::unavailable:
                break;
        }
        return to_response(away_problem(keyed ? "The order was not confirmed. Try again with the same Idempotency-Key."
                                              : "The order was not taken. Try again."),
                           e);
    }

    static response created(placed&& p, exchange& e) {
        e.correlation = p.id.str();
        response r;
        r.status = 201;
        r.headers.reserve(4);  // the web adds one or two
        r.headers.emplace_back("Content-Type", json_type);
        r.headers.emplace_back("Location", "/api/orders/" + e.correlation);
        r.body = std::move(p.body);
        return r;
    }

    // No Retry-After: a second try without a key could be a second order.
    static response unconfirmed(const placed& p, exchange& e) {
        e.correlation = p.id.str();
        auto problem = plain_problem(
            503, "The broker did not confirm the order in time. Ask for its status before ordering again.");
        problem.members = {{"correlationId", '"' + e.correlation + '"'}, {"outcome", "\"unknown\""}};
        return to_response(problem, e);
    }

    static response invalid(const std::vector<contracts::validation_error>& errors, const exchange& e) {
        auto p = plain_problem(400, "The request is not valid.");
        for (const auto& error : errors) {
            const auto same = std::find_if(p.errors.begin(), p.errors.end(),
                                           [&](const auto& known) { return known.first == error.member; });
            if (same != p.errors.end())
                same->second.push_back(error.text);
            else
                p.errors.emplace_back(error.member, std::vector<std::string>{error.text});
        }
        return to_response(p, e);
    }

    service& of_;
};

}  // namespace

base::result<> mount(platform::web& on, service& of, const documents& docs) {
    using platform::access;
    const auto api = std::make_shared<const http_api>(of);
    on.on_quick(method::get, "/api/products", access::user, [api](exchange& e) { return api->list_products(e); });
    on.on_quick(method::get, "/api/products/{productId}", access::user,
                [api](exchange& e) { return api->get_product(e); });
    on.on(method::post, "/api/orders", access::user, [api](exchange& e) { return api->place(e); });
    on.on(method::get, "/api/orders", access::user, [api](exchange& e) { return api->list_orders(e); });
    on.on(method::get, "/api/orders/{id}", access::user, [api](exchange& e) { return api->get_order(e); });
    on.on(method::delete_, "/api/orders/{id}", access::user, [api](exchange& e) { return api->remove(e); });
    on.on(method::get, "/api/orders/{id}/status", access::user, [api](exchange& e) { return api->get_status(e); });
    on.on(method::get, "/api/orders/{id}/timeline", access::user, [api](exchange& e) { return api->get_timeline(e); });
    return mount_documents(on, docs);
}

}  // namespace order_accept
