#include "cors.hpp"

#include <algorithm>

#include "platform/web.hpp"
#include "text.hpp"

namespace platform {

const std::string* cors::allowed(std::string_view origin) const noexcept {
    if (origin.empty()) return nullptr;
    const auto at = std::find(origins_.begin(), origins_.end(), origin);
    return at == origins_.end() ? nullptr : &*at;
}

net::http::response cors::preflight(const net::http::request& r) const {
    net::http::response out;
    out.status = 204;
    const auto* origin = allowed(r.get("Origin"));
    if (!origin) return out;
    out.headers.emplace_back("Access-Control-Allow-Credentials", "true");
    if (const auto wanted = r.get("Access-Control-Request-Headers"); !wanted.empty())
        out.headers.emplace_back("Access-Control-Allow-Headers", wanted);
    out.headers.emplace_back("Access-Control-Allow-Methods", r.get("Access-Control-Request-Method"));
    out.headers.emplace_back("Access-Control-Allow-Origin", *origin);
    out.headers.emplace_back("Vary", "Origin");
    return out;
}

void add_cors_headers(net::http::response& to, const std::string* origin) {
    if (!origin) return;
    to.headers.emplace_back("Access-Control-Allow-Credentials", "true");
    to.headers.emplace_back("Access-Control-Allow-Origin", *origin);
    to.headers.emplace_back("Access-Control-Expose-Headers", "X-Correlation-Id, Location, Retry-After");
    for (auto& [name, value] : to.headers) {
        if (!same_text(name, "Vary")) continue;
        value += ", Origin";
        return;
    }
    to.headers.emplace_back("Vary", "Origin");
}

bool origin_allowed(const net::http::request& r, const std::vector<std::string>& allowed) {
    const auto origin = r.get("Origin");
    if (origin.empty()) return !r.has("Origin");
    if (std::find(allowed.begin(), allowed.end(), origin) != allowed.end()) return true;
    // Same origin by its authority. The scheme may differ: TLS often ends at a proxy, and Host is all that we are told.
    auto authority = origin;
    if (starts_with_text(authority, "https://"))
        authority.remove_prefix(8);
    else if (starts_with_text(authority, "http://"))
        authority.remove_prefix(7);
    else
        return false;
    return !authority.empty() && same_text(authority, r.get("Host"));
}

}  // namespace platform
