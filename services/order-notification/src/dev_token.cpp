#include "order_notification/dev_token.hpp"

#include "contracts/ids.hpp"
#include "contracts/json.hpp"

namespace order_notification {
namespace {

std::optional<contracts::user_id> read_user(std::string_view body) {
    const auto parsed = contracts::json::parse(body, {.bytes = 4096, .depth = 4, .members = 32}, true);
    if (!parsed || !parsed->is(contracts::json::value::kind::object)) return std::nullopt;
    const auto* user = parsed->find_any_case("userId");
    if (!user || !user->is(contracts::json::value::kind::string)) return std::nullopt;
    return contracts::read_user_id(user->text);
}

net::http::response refuse(const platform::exchange& e) {
    platform::problem p;
    p.status = 400;
    p.detail = "The request is not valid.";
    p.errors = {
        {"userId",
         {"UserId must have 1 to 64 characters, without control characters and without white space at either end."}}};
    return to_response(p, e);
}

}  // namespace

void mount_dev_token(platform::web& on, dev_token_options options, const base::clock& time) {
    on.on_quick(net::http::method::post, "/dev/token", platform::access::open,
                [options = std::move(options), &time](platform::exchange& e) {
                    const auto user = read_user(e.request.body);
                    if (!user) return refuse(e);
                    platform::token_request wanted;
                    wanted.user = user->str();
                    wanted.issuer = options.issuer;
                    wanted.audience = options.audience;
                    wanted.secret = options.secret;
                    wanted.lifetime = options.lifetime;
                    const auto token = platform::make_token(wanted, time);

                    std::string body = R"({"userId":)";
                    contracts::json::append_string(body, wanted.user);
                    body += R"(,"token":)";
                    contracts::json::append_string(body, token.text);
                    body += R"(,"expiresAtUtc":")";
                    base::append_rfc3339(body, token.expires);
                    body += "\"}";
                    auto r = net::http::make_response(200, "application/json; charset=utf-8", std::move(body));
                    r.set("Cache-Control", "no-store");
                    return r;
                });
}

}  // namespace order_notification
