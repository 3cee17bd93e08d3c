#include "endpoint.hpp"

#include <charconv>
#include <variant>

#include "hub_connection.hpp"
#include "net/websocket/session.hpp"
#include "websocket_transport.hpp"

namespace signalr {
namespace {

using net::http::method;
using net::http::request;
using net::http::response;

enum class place : unsigned char { elsewhere, hub, negotiate };

place find_place(std::string_view hub_path, std::string_view path) noexcept {
    if (path.size() < hub_path.size() || !same_letters(path.substr(0, hub_path.size()), hub_path))
        return place::elsewhere;
    const std::string_view rest = path.substr(hub_path.size());
    if (rest.empty() || rest == "/") return place::hub;
    return same_letters(rest, "/negotiate") || same_letters(rest, "/negotiate/") ? place::negotiate : place::elsewhere;
}

response plain(unsigned status, std::string text) {
    return net::http::make_response(status, "text/plain", std::move(text));
}

response busy() { return plain(503, "").set("Retry-After", "1"); }

steady_time now_for(const request& r) { return r.via ? r.via->home().now() : std::chrono::steady_clock::now(); }

// --- negotiate

constexpr std::string_view transports =
    R"("availableTransports":[{"transport":"WebSockets","transferFormats":["Text","Binary"]}]})";

// How often a key stands in a query, whatever its letter case.
std::size_t occurrences(std::string_view query, std::string_view key) {
    std::size_t found = 0;
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        found += same_letters(pair.substr(0, pair.find('=')), key) ? 1 : 0;
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
    }
    return found;
}

std::expected<int, std::string> asked_version(std::string_view query) {
    const std::unexpected not_a_number{std::string{"The client requested a non-integer protocol version."}};
    const auto text = net::http::query_value(query, "negotiateVersion", true);
    if (!text) return 0;
    const auto from = text->find_first_not_of(" \t");
    if (from == std::string::npos || occurrences(query, "negotiateVersion") > 1) return not_a_number;
    const std::string_view digits = std::string_view{*text}.substr(from, text->find_last_not_of(" \t") - from + 1);
    std::int32_t version = 0;
    const auto [end, ec] = std::from_chars(digits.begin(), digits.end(), version);
    if (ec != std::errc{} || end != digits.end()) return not_a_number;
    if (version < 0)
        return std::unexpected{"The client requested version '" + std::to_string(version) +
                               "', but the server does not support this version."};
    return std::min(version, 1);
}

response json(std::string body) { return net::http::make_response(200, "application/json", std::move(body)); }

response negotiate(hub_core& core, const request& r) {
    if (core.draining) return busy();
    const auto version = asked_version(r.query);
    if (!version) return json(R"({"error":")" + version.error() + "\"}");

    const auto id = connection_id::fresh(core.ids());
    const auto token = *version == 0 ? id : connection_id::fresh(core.ids());
    if (!core.tokens.add(token, id, now_for(r))) {
        core.log.warn("negotiate refused: too many ids wait for their first use");
        return busy();
    }
    std::string body = R"({"negotiateVersion":)" + std::to_string(*version) + R"(,"connectionId":")";
    body.append(id.text()).append("\",");
    if (*version > 0) body.append(R"("connectionToken":")").append(token.text()).append("\",");
    return json(body.append(transports));
}

// --- transports

// A comma-separated list that holds exactly text/event-stream.
bool accepts_events(const request& r) {
    for (const auto& h : r.headers) {
        if (!same_letters(h.name, "Accept")) continue;
        for (std::string_view rest = h.value; !rest.empty();) {
            std::string_view item = rest.substr(0, rest.find(','));
            rest.remove_prefix(std::min(item.size() + 1, rest.size()));
            while (item.starts_with(' ')) item.remove_prefix(1);
            while (item.ends_with(' ')) item.remove_suffix(1);
            if (same_letters(item, "text/event-stream")) return true;
        }
    }
    return false;
}

response no_id() { return plain(400, "Connection ID required"); }
response unknown_id() { return plain(404, "No Connection with that ID"); }
response not_enabled(std::string name) { return plain(404, name + " transport not supported by this end point type"); }

response open_websocket(const std::shared_ptr<hub_core>& core, const request& r, principal who,
                        std::string_view token_text) {
    if (core->draining) return busy();
    std::optional<connection_id> token;
    auto id = connection_id::fresh(core->ids());
    if (!token_text.empty()) {
        const auto known = core->tokens.attach(token_text, now_for(r));
        if (!known) return known.error() == connection_table::refusal::in_use ? plain(409, "") : unknown_id();
        id = *known;
        token = connection_id::parse(token_text);
    }
    net::websocket::session_limits limits;
    limits.frame = core->options.maximum_frame;
    limits.close_timeout = core->options.close_timeout;
    core->attached.fetch_add(1, std::memory_order_relaxed);
    return accept_websocket(
        r, limits,
        [core, who = std::move(who), id, token](transport& via) {
            return std::make_shared<hub_connection>(core, who, id, token, via);
        },
        [core, token] {
            if (token) core->tokens.remove(*token);
            core->attached.fetch_sub(1, std::memory_order_relaxed);
        });
}

// Long polls are told not to be kept by caches, also when they are refused.
response uncached(response answer) {
    answer.set("Cache-Control", "no-cache, no-store");
    answer.set("Expires", "Thu, 01 Jan 1970 00:00:00 GMT");
    answer.set("Pragma", "no-cache");
    return answer;
}

response get(const std::shared_ptr<hub_core>& core, const request& r, principal who, std::string_view token) {
    const bool events = accepts_events(r);
    if (!events && net::websocket::is_upgrade(r)) return open_websocket(core, r, std::move(who), token);
    response refusal = token.empty()                            ? no_id()
                       : !core->tokens.knows(token, now_for(r)) ? unknown_id()
                       : events                                 ? not_enabled("ServerSentEvents")
                                                                : not_enabled("LongPolling");
    return events ? std::move(refusal) : uncached(std::move(refusal));
}

response transport_request(const std::shared_ptr<hub_core>& core, const request& r, principal who) {
    const std::string token = net::http::query_value(r.query, "id", true).value_or("");
    switch (r.verb) {
        case method::get:
            return get(core, r, std::move(who), token);
        case method::post:
        case method::delete_:
            if (token.empty()) return no_id();
            if (!core->tokens.knows(token, now_for(r))) return unknown_id();
            return r.verb == method::post ? plain(405, "POST requests are not allowed for WebSocket connections.")
                                          : plain(400, "Cannot terminate this connection using the DELETE endpoint.");
        default:
            return plain(405, "");
    }
}

}  // namespace

bool is_hub_path(const hub_core& core, std::string_view path) noexcept {
    return find_place(core.path, path) != place::elsewhere;
}

response answer(const std::shared_ptr<hub_core>& core, const request& r) {
    const place where = find_place(core->path, r.path);
    if (where == place::elsewhere) return net::http::make_response(404, "text/plain", "");
    auto judged = core->who(r);
    if (auto* refused = std::get_if<response>(&judged)) return std::move(*refused);
    if (where == place::hub) return transport_request(core, r, std::get<principal>(std::move(judged)));
    return r.verb == method::post ? negotiate(*core, r) : plain(405, "");
}

}  // namespace signalr
