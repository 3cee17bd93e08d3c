#include "negotiate.hpp"

#include <charconv>
#include <expected>

#include "hub_connection.hpp"
#include "remote_answer.hpp"

namespace signalr {
namespace {

using net::http::request;
using net::http::response;

std::string transport_list(const offered_transports& offered) {
    std::string list;
    const auto add = [&list](bool on, std::string_view text) {
        if (on) list.append(list.empty() ? "" : ",").append(text);
    };
    add(offered.websockets, R"({"transport":"WebSockets","transferFormats":["Text","Binary"]})");
    add(offered.server_sent_events, R"({"transport":"ServerSentEvents","transferFormats":["Text"]})");
    add(offered.long_polling, R"({"transport":"LongPolling","transferFormats":["Text","Binary"]})");
    return list;
}

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

std::expected<int, std::string> asked_version(std::string_view query, int minimum) {
    const std::unexpected not_a_number{std::string{"The client requested a non-integer protocol version."}};
    const auto text = net::http::query_value(query, "negotiateVersion", true);
    const auto too_old = [](int asked) {
        return std::unexpected{"The client requested version '" + std::to_string(asked) +
                               "', but the server does not support this version."};
    };
    if (!text) {
        if (minimum > 0) return too_old(0);
        return 0;
    }
    const auto from = text->find_first_not_of(" \t");
    if (from == std::string::npos || occurrences(query, "negotiateVersion") > 1) return not_a_number;
    const std::string_view digits = std::string_view{*text}.substr(from, text->find_last_not_of(" \t") - from + 1);
    std::int32_t version = 0;
    const auto [end, ec] = std::from_chars(digits.begin(), digits.end(), version);
    if (ec != std::errc{} || end != digits.end()) return not_a_number;
    if (version < std::max(minimum, 0)) return too_old(version);
    return std::min(version, 1);
}

bool asks_for_stateful(std::string_view query) {
    return same_letters(net::http::query_value(query, "useStatefulReconnect", true).value_or(""), "true");
}

response json(std::string body) { return net::http::make_response(200, "application/json", std::move(body)); }

}  // namespace

response busy() { return plain(503, "").set("Retry-After", "1"); }

steady_time now_for(const request& r) { return r.via ? r.via->home().now() : std::chrono::steady_clock::now(); }

response negotiate(hub_core& core, const request& r) {
    if (core.draining) return busy();
    const auto version = asked_version(r.query, core.options.minimum_negotiate_version);
    if (!version) return json(R"({"error":")" + version.error() + "\"}");

    const auto id = connection_id::fresh(core.ids());
    const auto token = *version == 0 ? id : connection_id::fresh(core.ids());
    const bool stateful = core.options.allow_stateful_reconnects && asks_for_stateful(r.query);
    if (!core.tokens.add(token, id, now_for(r), stateful)) {
        core.log.warn("negotiate refused: too many ids wait for their first use");
        return busy();
    }
    std::string body = stateful ? R"({"useStatefulReconnect":true,"negotiateVersion":)" : R"({"negotiateVersion":)";
    body += std::to_string(*version) + R"(,"connectionId":")";
    body.append(id.text()).append("\",");
    if (*version > 0) body.append(R"("connectionToken":")").append(token.text()).append("\",");
    body.append(R"("availableTransports":[)").append(transport_list(core.options.transports)).append("]}");
    return json(std::move(body));
}

}  // namespace signalr
