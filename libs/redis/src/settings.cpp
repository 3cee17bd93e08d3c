#include "redis/settings.hpp"

#include <charconv>
#include <functional>
#include <optional>

namespace redis {
namespace {

constexpr std::uint16_t plain_port = 6379, tls_port = 6380;  // the latter as StackExchange.Redis supposes it

using status = base::result<>;

std::unexpected<base::fault> wrong(std::string what) {
    return base::fail(base::fault_kind::invalid, "redis connection string: " + std::move(what));
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::string lowered(std::string_view text) {
    std::string out{text};
    for (auto& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

template <class T>
std::optional<T> number(std::string_view text, T max) {
    T value{};
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (ec != std::errc{} || end != text.data() + text.size() || text.empty() || value > max) return std::nullopt;
    return value;
}

// `host`, `host:port`, `[v6]:port`; port 0 where none is said.
std::optional<endpoint> parse_endpoint(std::string_view text) {
    endpoint made;
    made.port = 0;
    std::string_view port;
    if (text.starts_with('[')) {
        const auto close = text.find(']');
        if (close == std::string_view::npos) return std::nullopt;
        made.host = text.substr(1, close - 1);
        const auto rest = text.substr(close + 1);
        if (!rest.empty() && !rest.starts_with(':')) return std::nullopt;
        if (!rest.empty()) port = rest.substr(1);
        if (!rest.empty() && port.empty()) return std::nullopt;
    } else {
        const auto colon = text.find(':');
        made.host = text.substr(0, colon);
        if (colon != std::string_view::npos) {
            port = text.substr(colon + 1);
            if (port.empty()) return std::nullopt;
        }
    }
    const bool odd = made.host.find_first_of(" \t/@[]\\\"'") != std::string::npos;
    if (made.host.empty() || odd) return std::nullopt;
    if (!port.empty()) {
        const auto n = number<std::uint16_t>(port, 65535);
        if (!n || *n == 0) return std::nullopt;
        made.port = *n;
    }
    return made;
}

// --- host:port,option=value ------------------------------------------------------------------------------------------

struct option {
    std::string_view name;
    std::function<bool(settings&, std::string_view)> take;  // false: not a value for it
};

bool take_flag(bool& into, std::string_view value) {
    const auto v = lowered(value);
    if (v != "true" && v != "false" && v != "yes" && v != "no") return false;
    into = v == "true" || v == "yes";
    return true;
}

template <class Unit>
bool take_time(milliseconds& into, std::string_view value) {
    const auto n = number<std::int32_t>(value, 24 * 3600 * 1000);
    if (!n || *n <= 0) return false;
    into = Unit{*n};
    return true;
}

bool take_keep_alive(settings& s, std::string_view value) {
    if (value == "-1" || value == "0") return true;  // StackExchange.Redis: its default
    return take_time<std::chrono::seconds>(s.heartbeat_after, value);
}

bool take_database(settings& s, std::string_view value) {
    const auto n = number<std::uint32_t>(value, 1'000'000);
    if (n) s.database = *n;
    return n.has_value();
}

bool ignored(settings&, std::string_view) { return true; }
bool only_empty(settings&, std::string_view value) { return value.empty(); }

const option* find_option(std::string_view name) {
    static const option known[] = {
        {"password", [](settings& s, std::string_view v) { return s.password = v, true; }},
        {"user", [](settings& s, std::string_view v) { return s.user = v, true; }},
        {"name", [](settings& s, std::string_view v) { return s.name = v, v.find_first_of(" \n") == v.npos; }},
        {"ssl", [](settings& s, std::string_view v) { return take_flag(s.tls, v); }},
        {"sslhost", [](settings& s, std::string_view v) { return s.tls_host = v, !v.empty(); }},
        {"sslcafile", [](settings& s, std::string_view v) { return s.tls_ca = v, !v.empty(); }},
        {"sslverify", [](settings& s, std::string_view v) { return take_flag(s.tls_verify, v); }},
        {"defaultdatabase", take_database},
        {"abortconnect", [](settings& s, std::string_view v) { return take_flag(s.abort_connect, v); }},
        {"connecttimeout",
         [](settings& s, std::string_view v) { return take_time<milliseconds>(s.connect_timeout, v); }},
        {"synctimeout", [](settings& s, std::string_view v) { return take_time<milliseconds>(s.command_timeout, v); }},
        {"asynctimeout", [](settings& s, std::string_view v) { return take_time<milliseconds>(s.command_timeout, v); }},
        {"keepalive", take_keep_alive},
        // They say how another client works inside.
        {"allowadmin", ignored},
        {"checkcertificaterevocation", ignored},
        {"configchannel", ignored},
        {"configcheckseconds", ignored},
        {"connectretry", ignored},
        {"highintegrity", ignored},
        {"protocol", ignored},
        {"resolvedns", ignored},
        {"responsetimeout", ignored},
        {"setlib", ignored},
        {"sslprotocols", ignored},
        {"tiebreaker", ignored},
        {"version", ignored},
        {"writebuffer", ignored},
        // They would change whom we talk to, or what a key or channel is called.
        {"channelprefix", only_empty},
        {"proxy", [](settings&, std::string_view v) { return lowered(v) == "none"; }},
        {"servicename", only_empty},
        {"tunnel", only_empty},
    };
    for (const auto& o : known)
        if (o.name == name) return &o;
    return nullptr;
}

// Behind a password anything may be a piece of it (a comma can't be written there), so it is not shown.
std::string shown(std::string_view name, std::size_t position, bool password_seen) {
    if (password_seen) return "option " + std::to_string(position);
    return "option '" + std::string{name} + "'";
}

status take_option(settings& s, std::string_view part, std::size_t position, bool& password_seen) {
    const auto equals = part.find('=');
    const auto name = lowered(trimmed(part.substr(0, equals)));
    const auto value = trimmed(part.substr(equals + 1));
    const auto* o = find_option(name);
    if (!o) return wrong(shown(name, position, password_seen) + " is not known");
    if (!o->take(s, value)) return wrong(shown(name, position, password_seen) + " has a value that can't be used");
    password_seen = password_seen || name == "password";
    return {};
}

base::result<settings> parse_list(std::string_view text) {
    settings s;
    bool password_seen = false;
    std::size_t position = 0;
    while (!text.empty()) {
        const auto comma = text.find(',');
        const auto part = trimmed(text.substr(0, comma));
        text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
        ++position;
        if (part.empty()) continue;
        if (part.find('=') != std::string_view::npos) {
            if (auto done = take_option(s, part, position, password_seen); !done)
                return std::unexpected(std::move(done.error()));
            continue;
        }
        auto e = parse_endpoint(part);
        if (!e) return wrong("part " + std::to_string(position) + " is neither host:port nor option=value");
        s.endpoints.push_back(std::move(*e));
    }
    for (auto& e : s.endpoints)
        if (e.port == 0) e.port = s.tls ? tls_port : plain_port;
    return s;
}

// --- redis://user:password@host:port/db ------------------------------------------------------------------------------

std::optional<std::string> decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out.push_back(text[i]);
            continue;
        }
        unsigned value = 0;
        const auto* first = text.data() + i + 1;
        if (text.size() - i < 3 || std::from_chars(first, first + 2, value, 16).ptr != first + 2) return std::nullopt;
        out.push_back(static_cast<char>(value));
        i += 2;
    }
    return out;
}

status take_credentials(settings& s, std::string_view text) {
    const auto colon = text.find(':');
    const auto user = decoded(text.substr(0, colon));
    const auto password = decoded(colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1));
    if (!user || !password) return wrong("user or password are not percent-encoded as they should be");
    s.user = *user;
    s.password = *password;
    return {};
}

base::result<settings> parse_url(std::string_view text, bool tls) {
    settings s;
    s.tls = tls;
    if (text.find_first_of("?#") != std::string_view::npos) return wrong("a URL takes no query or fragment here");
    if (const auto at = text.rfind('@'); at != std::string_view::npos) {
        if (auto done = take_credentials(s, text.substr(0, at)); !done) return std::unexpected(std::move(done.error()));
        text = text.substr(at + 1);
    }
    const auto slash = text.find('/');
    auto e = parse_endpoint(text.substr(0, slash));
    if (!e) return wrong("the URL's host or port can't be read");
    if (e->port == 0) e->port = plain_port;
    s.endpoints.push_back(std::move(*e));
    const auto path = slash == std::string_view::npos ? std::string_view{} : text.substr(slash + 1);
    if (!path.empty() && !take_database(s, path)) return wrong("the URL's path is not a database number");
    return s;
}

}  // namespace

base::result<settings> parse_settings(std::string_view connection_string) {
    const auto text = trimmed(connection_string);
    const auto scheme = lowered(text.substr(0, text.find("://")));
    const bool url = text.find("://") != std::string_view::npos && (scheme == "redis" || scheme == "rediss");
    auto s = url ? parse_url(text.substr(scheme.size() + 3), scheme == "rediss") : parse_list(text);
    if (!s) return s;
    if (s->endpoints.empty()) return wrong("it names no server");
    if (!s->user.empty() && s->password.empty()) return wrong("there is a user but no password");
    return s;
}

}  // namespace redis
