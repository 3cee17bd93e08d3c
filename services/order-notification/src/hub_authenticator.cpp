#include <utility>

#include "order_notification/order_status_hub.hpp"
#include "platform/web.hpp"

namespace order_notification {
namespace {

// The reasons are in WWW-Authenticate; the body stays empty, as the official clients put it into their error
// text.
net::http::response refused(unsigned status, std::string challenge = {}) {
    net::http::response r;
    r.status = status;
    if (!challenge.empty()) r.set("WWW-Authenticate", std::move(challenge));
    return r;
}

std::expected<platform::identity, platform::token_fault> identify(platform::token_verifier& tokens,
                                                                  const net::http::request& r) {
    if (const auto token = net::http::query_value(r.query, "access_token", true); token && !token->empty())
        return tokens.verify(*token);
    return tokens.verify_header(r.get("Authorization"));
}

// The connection ends when its token would no longer be let in.
signalr::principal principal_of(const platform::identity& who, std::chrono::seconds leeway) {
    signalr::principal p;
    if (!who.user.empty()) p.user = who.user;
    if (who.expires)
        p.expires =
            std::chrono::system_clock::time_point{std::chrono::duration_cast<std::chrono::system_clock::duration>(
                std::chrono::microseconds{who.expires} + leeway)};
    return p;
}

}  // namespace

signalr::authenticator hub_authenticator(platform::token_verifier& tokens, std::vector<std::string> origins,
                                         std::chrono::seconds leeway) {
    return [&tokens, origins = std::move(origins),
            leeway](const net::http::request& r) -> std::variant<signalr::principal, net::http::response> {
        if (r.has("Origin") && !platform::origin_allowed(r, origins)) return refused(403);
        const auto who = identify(tokens, r);
        if (who) return principal_of(*who, leeway);
        switch (who.error()) {
            case platform::token_fault::no_identity:
                return signalr::principal{};
            case platform::token_fault::missing:
                return refused(401, "Bearer");
            case platform::token_fault::invalid:
            case platform::token_fault::expired:
                break;
        }
        return refused(401, "Bearer error=\"invalid_token\"");
    };
}

}  // namespace order_notification
