#include <algorithm>

#include "net/websocket/session.hpp"
#include "websocket_session.hpp"

namespace net::websocket {
namespace {

bool same_word(std::string_view a, std::string_view b) noexcept {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view trimmed(std::string_view text) noexcept {
    const auto from = text.find_first_not_of(" \t");
    if (from == std::string_view::npos) return {};
    return text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

// Does any header of that name list the token?
bool lists(const http::request& r, std::string_view name, std::string_view token) {
    for (const auto& h : r.headers) {
        if (!same_word(h.name, name)) continue;
        for (std::string_view rest = h.value; !rest.empty();) {
            const auto comma = rest.find(',');
            if (same_word(trimmed(rest.substr(0, comma)), token)) return true;
            rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
        }
    }
    return false;
}

// The value of a header that must stand exactly once; empty otherwise.
std::string_view only(const http::request& r, std::string_view name) {
    std::string_view found;
    for (const auto& h : r.headers) {
        if (!same_word(h.name, name)) continue;
        if (!found.empty()) return {};
        found = h.value;
    }
    return found;
}

}  // namespace

bool is_upgrade(const http::request& r) {
    return r.verb == http::method::get && r.minor_version >= 1 && lists(r, "Connection", "upgrade") &&
           lists(r, "Upgrade", "websocket") && only(r, "Sec-WebSocket-Version") == "13" &&
           valid_key(only(r, "Sec-WebSocket-Key"));
}

http::response accept(const http::request& r, std::unique_ptr<session_handler> rider, const session_limits& limits) {
    http::response answer;
    answer.status = 101;
    answer.set("Connection", "Upgrade");
    answer.set("Upgrade", "websocket");
    answer.set("Sec-WebSocket-Accept", accept_value(only(r, "Sec-WebSocket-Key")));
    answer.upgrade = make_session(role::server, std::move(rider), limits);
    return answer;
}

}  // namespace net::websocket
