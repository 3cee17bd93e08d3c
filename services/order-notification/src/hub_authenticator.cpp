#include "order_notification/hub_authenticator.hpp"

#include "platform/web.hpp"

namespace order_notification {
namespace {

using answer = std::variant<signalr::principal, net::http::response>;

net::http::response refuse(unsigned status) {
    net::http::response r;
    r.status = status;
    return r;
}

net::http::response unauthorized(platform::token_fault why) {
    const bool sent = why != platform::token_fault::missing;
    return refuse(401).set("WWW-Authenticate", sent ? "Bearer error=\"invalid_token\"" : "Bearer");
}

// The hub's path itself or a segment below it.
bool below(std::string_view path, std::string_view hub) noexcept {
    return path.starts_with(hub) && (path.size() == hub.size() || path[hub.size()] == '/');
}

std::expected<platform::identity, platform::token_fault> verify(platform::token_verifier& verifier,
                                                                const hub_access& access, const net::http::request& r) {
    if (below(r.path, access.path))
        if (const auto token = net::http::query_value(r.query, "access_token", true); token && !token->empty())
            return verifier.verify(*token);
    const auto header = r.get("Authorization");
    if (header.empty()) return std::unexpected(platform::token_fault::missing);
    return verifier.verify_header(header);
}

}  // namespace

signalr::authenticator make_hub_authenticator(platform::token_verifier& verifier, hub_access access) {
    return [&verifier, access = std::move(access)](const net::http::request& r) -> answer {
        if (r.has("Origin") && !platform::origin_allowed(r, access.origins)) return refuse(403);
        const auto who = verify(verifier, access, r);
        if (!who && who.error() == platform::token_fault::no_identity) return signalr::principal{};
        if (!who) return unauthorized(who.error());
        signalr::principal p;
        if (!who->user.empty()) p.user = who->user;
        if (who->expires > 0)
            p.expires = std::chrono::system_clock::time_point{std::chrono::microseconds{who->expires}} + access.leeway;
        return p;
    };
}

}  // namespace order_notification
