#include "endpoint.hpp"

#include <expected>
#include <utility>
#include <variant>

#include "hub_connection.hpp"
#include "long_polling_transport.hpp"
#include "negotiate.hpp"
#include "net/websocket/session.hpp"
#include "resumable_transport.hpp"
#include "sse_transport.hpp"
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

response not_enabled(std::string name) { return plain(404, name + " transport not supported by this end point type"); }
response no_id() { return plain(400, "Connection ID required"); }

// What a first GET comes to.
using refusal = connection_table::refusal;
response refused(refusal why) {
    switch (why) {
        case refusal::in_use:
            return plain(409, "");
        case refusal::other_transport:
            return plain(400, "Cannot change transports mid-connection");
        case refusal::unknown:
            break;
    }
    return unknown_id();
}

// A token that another replica gave out looks like one that nobody did.
response not_ours(hub_core& core) {
    if (core.unknown_tokens.fetch_add(1, std::memory_order_relaxed) % 1000 == 0)
        core.log.info(
            "unknown connection token: expired, or another replica's; Server-Sent Events, long polling and negotiation "
            "need affinity, WebSockets with skipNegotiation do not");
    return unknown_id();
}

struct asked {
    const std::shared_ptr<hub_core>& core;
    const request& r;
    principal who;
    std::string token;
    steady_time now;
};

user_factory hub_side(const asked& a, const connection_id& id, std::optional<connection_id> token) {
    return [core = a.core, who = a.who, id, token](transport& via) {
        return std::make_shared<hub_connection>(core, who, id, token, via);
    };
}

net::websocket::session_limits socket_limits(const hub_core& core) {
    net::websocket::session_limits limits;
    limits.frame = core.options.maximum_frame;
    limits.close_timeout = core.options.close_timeout;
    return limits;
}

// A further WebSocket of a connection that has one, or lost it a moment ago.
response go_on_with_websocket(const asked& a) {
    const auto known = a.core->tokens.find(a.token, a.now);
    const auto lasting = known ? std::dynamic_pointer_cast<resumable_transport>(known->via) : nullptr;
    if (!lasting || !lasting->may_go_on()) return plain(409, "");
    if (!lasting->belongs_to(a.who)) return plain(403, "");
    return accept_websocket(a.r, socket_limits(*a.core), lasting->next_socket(a.who), [] {});
}

response open_websocket(const asked& a) {
    const auto& core = a.core;
    if (!core->options.transports.websockets) return not_enabled("WebSockets");
    if (core->draining) return busy();
    std::optional<connection_id> token;
    auto id = connection_id::fresh(core->ids());
    std::shared_ptr<resumable_transport> lasting;
    if (!a.token.empty()) {
        const auto known = core->tokens.attach(a.token, transport_kind::websockets, a.now, [&](bool stateful) {
            if (stateful && a.r.via) lasting = std::make_shared<resumable_transport>(core, a.who, a.r.via->home());
            return lasting;
        });
        if (!known) return known.error() == refusal::in_use ? go_on_with_websocket(a) : refused(known.error());
        id = known->id;
        token = connection_id::parse(a.token);
    }
    core->attached.fetch_add(1, std::memory_order_relaxed);
    auto side = hub_side(a, id, token);
    if (lasting) side = lasting->first_socket(std::move(side));
    return accept_websocket(a.r, socket_limits(*core), std::move(side), [core, token] {
        if (token) core->tokens.remove(*token);
        core->attached.fetch_sub(1, std::memory_order_relaxed);
    });
}

// The transport of a token's first GET, on the loop of that request.
template <class T>
std::expected<std::pair<std::shared_ptr<T>, connection_table::attached>, response> attach(const asked& a,
                                                                                          transport_kind kind) {
    if (a.core->draining || !a.r.via) return std::unexpected(busy());
    std::shared_ptr<T> made;
    auto known = a.core->tokens.attach(a.token, kind, a.now, [&](bool) {
        return made = std::make_shared<T>(a.core, *connection_id::parse(a.token), a.r.via->home());
    });
    if (!known) return std::unexpected(refused(known.error()));
    a.core->attached.fetch_add(1, std::memory_order_relaxed);
    return std::pair{std::move(made), std::move(*known)};
}

response open_events(const asked& a) {
    auto fresh = attach<sse_transport>(a, transport_kind::server_sent_events);
    if (!fresh) return std::move(fresh.error());
    auto& [made, known] = *fresh;
    return made->open(*a.r.via, hub_side(a, known.id, std::nullopt), std::move(known.early));
}

response poll(const asked& a, const connection_table::known& known) {
    if (known.bound == transport_kind::long_polling) {
        if (!known.via || !a.r.via) return plain(409, "");
        return std::dynamic_pointer_cast<long_polling_transport>(known.via)->poll(*a.r.via, a.who);
    }
    auto fresh = attach<long_polling_transport>(a, transport_kind::long_polling);
    if (!fresh) return std::move(fresh.error());
    auto& [made, first] = *fresh;
    return made->open(hub_side(a, first.id, std::nullopt), first.early);
}

response get(const asked& a) {
    const bool events = accepts_events(a.r);
    const auto polled = [events](response r) { return events ? std::move(r) : uncached(std::move(r)); };
    if (!events && net::websocket::is_upgrade(a.r)) {
        if (!a.token.empty() && !a.core->tokens.find(a.token, a.now)) {
            auto refusal = not_ours(*a.core);
            refusal.headers.clear();  // as there
            return refusal;
        }
        return open_websocket(a);
    }
    if (a.token.empty()) return polled(no_id());
    const auto known = a.core->tokens.find(a.token, a.now);
    if (!known) return polled(not_ours(*a.core));
    const auto& offered = a.core->options.transports;
    if (events) return offered.server_sent_events ? open_events(a) : not_enabled("ServerSentEvents");
    if (!offered.long_polling) return polled(not_enabled("LongPolling"));
    auto answer = poll(a, *known);
    return answer.later || answer.status == 200 ? std::move(answer) : uncached(std::move(answer));
}

response post(const asked& a, const connection_table::known& known) {
    if (known.bound == transport_kind::websockets)
        return plain(405, "POST requests are not allowed for WebSocket connections.");
    if (const auto via = std::dynamic_pointer_cast<http_transport>(known.via)) return via->post(a.r, a.who);
    switch (a.core->tokens.keep_early(a.token, a.r.body)) {
        case connection_table::keeping::kept:
            return plain(200, "");
        case connection_table::keeping::full:
            return busy();
        case connection_table::keeping::bound:
            break;
    }
    const auto again = a.core->tokens.find(a.token, a.now);
    const auto via = again ? std::dynamic_pointer_cast<http_transport>(again->via) : nullptr;
    return via ? via->post(a.r, a.who) : plain(404, "");
}

response terminate(const asked& a, const connection_table::known& known) {
    if (known.bound != transport_kind::long_polling || !known.via || !a.r.via)
        return plain(400, "Cannot terminate this connection using the DELETE endpoint.");
    return std::dynamic_pointer_cast<long_polling_transport>(known.via)->terminate(*a.r.via, a.who);
}

response transport_request(const std::shared_ptr<hub_core>& core, const request& r, principal who) {
    const asked a{core, r, std::move(who), net::http::query_value(r.query, "id", true).value_or(""), now_for(r)};
    if (r.verb == method::get) return get(a);
    if (r.verb != method::post && r.verb != method::delete_) return plain(405, "");
    if (a.token.empty()) return no_id();
    const auto known = core->tokens.find(a.token, a.now);
    if (!known) return not_ours(*core);
    return r.verb == method::post ? post(a, *known) : terminate(a, *known);
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
