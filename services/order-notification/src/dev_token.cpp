#include "order_notification/dev_token.hpp"

#include "contracts/ids.hpp"
#include "contracts/json.hpp"

namespace order_notification {
namespace {

constexpr std::size_t body_limit = 4 * 1024;

std::optional<contracts::user_id> asked_for(std::string_view body) {
    const auto parsed = contracts::json::parse(body, {.bytes = body_limit});
    if (!parsed) return std::nullopt;
    const auto* member = parsed->find_any_case("userId");
    if (!member || !member->is(contracts::json::value::kind::string)) return std::nullopt;
    return contracts::read_user_id(member->text);
}

std::string answer(const contracts::user_id& user, const platform::made_token& token) {
    std::string out = "{\"userId\":";
    contracts::json::append_string(out, user.str());
    out += ",\"token\":";
    contracts::json::append_string(out, token.text);
    out += ",\"expiresAtUtc\":\"";
    base::append_rfc3339(out, token.expires);
    return out += "\"}";
}

}  // namespace

void mount_dev_token(platform::web& on, platform::token_request like, const base::clock& time) {
    on.on_quick(
        net::http::method::post, "/dev/token", platform::access::open,
        [like = std::move(like), &time](platform::exchange& e) {
            const auto user = asked_for(e.request.body);
            if (!user)
                return platform::to_response(
                    {.status = 400,
                     .detail = "Send {\"userId\":\"…\"} with 1 to 64 characters and no white space around them."},
                    e);
            auto request = like;
            request.user = user->str();
            auto r =
                net::http::make_response(200, "application/json", answer(*user, platform::make_token(request, time)));
            r.set("Cache-Control", "no-store");
            return r;
        });
}

}  // namespace order_notification
