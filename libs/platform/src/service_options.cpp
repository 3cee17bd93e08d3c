#include <charconv>

#include "address_blocks.hpp"
#include "net/tls.hpp"
#include "platform/service.hpp"
#include "text.hpp"

namespace platform {
namespace {

using base::fault_kind;

struct url {
    bool secure = false;
    std::string address;
    std::uint16_t port = 0;
};

base::result<url> bad(const std::string& text, const std::string& why) {
    return base::fail(fault_kind::invalid, "Urls: " + text + ": " + why);
}

bool listenable(const std::string& address) {
    if (address == "*") return true;
    boost::system::error_code ec;
    boost::asio::ip::make_address(address, ec);
    return !ec;
}

base::result<url> read_url(const std::string& text) {
    url out;
    std::string_view rest = text;
    if (starts_with_text(rest, "http://"))
        rest.remove_prefix(7);
    else if ((out.secure = starts_with_text(rest, "https://")))
        rest.remove_prefix(8);
    else
        return bad(text, "http:// or https:// is expected");
    if (rest.ends_with('/')) rest.remove_suffix(1);
    if (rest.find_first_of("/?#@") != std::string_view::npos)
        return bad(text, "a host and a port are expected, no path");

    out.port = out.secure ? 443 : 80;
    const auto bracket = rest.rfind(']');
    const auto colon = rest.rfind(':');
    if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
        const auto number = rest.substr(colon + 1);
        const auto [end, ec] = std::from_chars(number.data(), number.data() + number.size(), out.port);
        if (number.empty() || ec != std::errc{} || end != number.data() + number.size())
            return bad(text, "a port from 0 to 65535 is expected");
        rest = rest.substr(0, colon);
    }
    if (rest.starts_with('[') && rest.ends_with(']')) rest = rest.substr(1, rest.size() - 2);
    out.address = same_text(rest, "localhost") ? "127.0.0.1" : rest == "+" ? "*" : std::string{rest};
    if (!listenable(out.address)) return bad(text, "localhost, an IP address or * is expected");
    return out;
}

base::result<std::shared_ptr<net::tls_context>> certificate(const settings& s) {
    const net::tls_server_options o{s.text("Https:CertificatePath"), s.text("Https:KeyPath"), s.text("Https:PfxPath"),
                                    s.text("Https:PfxPassword")};
    if (o.pfx_path.empty() && (o.certificate_path.empty() || o.key_path.empty()))
        return base::fail(fault_kind::invalid,
                          "Urls: https needs Https:CertificatePath and Https:KeyPath, or Https:PfxPath");
    auto made = net::make_tls_server(o);
    if (!made) return base::fail(fault_kind::invalid, "Https: " + made.error().message);
    return made;
}

std::size_t size_of(const settings& s, std::string_view name) { return static_cast<std::size_t>(s.integer(name)); }

void check_blocks(const settings& s, const char* name, std::vector<std::string>& out) {
    for (const auto& block : s.list(name))
        if (!good_address_block(block))
            out.push_back(std::string{name} + ": " + block + " is neither an address nor a CIDR block");
}

bool development(const settings& s) { return s.text("Environment") == "Development"; }

void check_tokens(const settings& s, std::vector<std::string>& out) {
    if (!s.text("Jwt:Authority").empty())
        out.push_back("Jwt:Authority: keys of an authority can't be fetched by this version; set Jwt:SigningKey");
    if (development(s)) return;
    if (const auto weakness = weakness_of_key(s.text("Jwt:SigningKey")); !weakness.empty())
        out.push_back("Jwt:SigningKey: " + weakness + "; outside Development at least 32 random bytes are needed");
    for (const auto* name : {"Jwt:Issuer", "Jwt:Audience"})
        if (s.text(name).empty()) out.push_back(std::string{name} + ": required outside Development");
    if (!s.text("DevJwt:SigningKey").empty()) out.push_back("DevJwt:SigningKey: only in Development; take it out");
}

void check_origins(const settings& s, std::vector<std::string>& out) {
    for (const auto& origin : s.list("Cors:Origins")) {
        const auto authority = origin.find("://");
        const bool good = (origin.starts_with("http://") || origin.starts_with("https://")) &&
                          origin.find_first_of("/*", authority + 3) == std::string::npos;
        if (!good)
            out.push_back("Cors:Origins: " + origin + " is no origin; https://host[:port] without a path is expected");
    }
}

}  // namespace

base::result<std::vector<net::listen_options>> parse_urls(const settings& s) {
    std::vector<net::listen_options> out;
    std::shared_ptr<net::tls_context> tls;
    for (const auto& text : s.list("Urls")) {
        const auto read = read_url(text);
        if (!read) return std::unexpected(read.error());
        if (read->secure && !tls) {
            auto made = certificate(s);
            if (!made) return std::unexpected(made.error());
            tls = std::move(*made);
        }
        net::listen_options o;
        o.address = read->address;
        o.port = read->port;
        o.backlog = static_cast<int>(s.integer("Http:Backlog"));
        o.max_connections = size_of(s, "Http:MaxConnections");
        if (read->secure) o.tls = tls;
        out.push_back(std::move(o));
    }
    if (out.empty()) return base::fail(fault_kind::invalid, "Urls: at least one is needed");
    return out;
}

web_options web_options_from(const settings& s) {
    return {.cors_origins = s.list("Cors:Origins"),
            .known_proxies = s.list("ForwardedHeaders:KnownProxies"),
            .metrics_allow_from = s.list("Metrics:AllowFrom"),
            .rate_per_user = static_cast<double>(s.integer("RateLimit:PerUserPerSecond")),
            .access_log = s.boolean("Log:Access"),
            .request_deadline = s.duration("Http:RequestTimeout")};
}

net::http::server_limits server_limits_from(const settings& s) {
    net::http::server_limits out;
    out.target = size_of(s, "Http:TargetLimit");
    out.header = size_of(s, "Http:HeaderLimit");
    out.header_count = size_of(s, "Http:HeaderCount");
    out.body = size_of(s, "Http:BodyLimit");
    out.header_timeout = s.duration("Http:HeaderTimeout");
    out.idle_timeout = s.duration("Http:IdleTimeout");
    out.handler_timeout = s.duration("Http:HandlerTimeout");
    return out;
}

jwt_options jwt_options_from(const settings& s) {
    jwt_options out;
    out.cache = size_of(s, "Jwt:CachedTokens");
    if (const auto key = s.text("Jwt:SigningKey"); !key.empty())
        out.keys.push_back({key, s.text("Jwt:Issuer"), s.text("Jwt:Audience")});
    if (const auto key = s.text("DevJwt:SigningKey"); development(s) && !key.empty())
        out.keys.push_back({key, s.text("DevJwt:Issuer"), s.text("DevJwt:Audience")});
    return out;
}

std::vector<std::string> settings_problems(const settings& s) {
    std::vector<std::string> out;
    if (const auto urls = parse_urls(s); !urls) out.push_back(urls.error().message);
    check_blocks(s, "ForwardedHeaders:KnownProxies", out);
    check_blocks(s, "Metrics:AllowFrom", out);
    check_origins(s, out);
    check_tokens(s, out);
    if (!s.text("RabbitMQ:ConnectionString").empty() && !s.text("AzureServiceBus:ConnectionString").empty())
        out.push_back(
            "RabbitMQ:ConnectionString and AzureServiceBus:ConnectionString are both set; keep the broker's that is "
            "meant");
    return out;
}

}  // namespace platform
