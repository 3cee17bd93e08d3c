#include "place.hpp"

#include <charconv>

#include "net/tls.hpp"

namespace load {
namespace {

constexpr std::size_t largest_answer = 4 * 1024 * 1024;  // a page of 100 orders of 100 lines each

bool read_port(std::string_view text, std::uint16_t& into) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
    return error == std::errc{} && end == text.data() + text.size() && into != 0;
}

}  // namespace

base::result<place> read_place(std::string_view url) {
    const auto bad = [&] {
        return base::fail(base::fault_kind::invalid, std::string{url} + " is not http://host:port");
    };
    place out;
    auto rest = url;
    const bool secure = rest.starts_with("https://");
    if (!secure && !rest.starts_with("http://")) return bad();
    rest.remove_prefix(secure ? 8 : 7);
    if (rest.ends_with('/')) rest.remove_suffix(1);
    if (rest.empty() || rest.find_first_of("/?#@ ") != rest.npos) return bad();
    out.authority = rest;
    out.port = secure ? 443 : 80;
    const auto bracket = rest.find(']');
    const auto colon = rest.find(':', bracket == rest.npos ? 0 : bracket);
    if (colon != rest.npos && !read_port(rest.substr(colon + 1), out.port)) return bad();
    auto host = rest.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (host.empty()) return bad();
    out.host = host;
    out.connect.host = out.host;
    out.connect.port = out.port;
    out.connect.limits.leftover = largest_answer;
    if (secure) {
        auto tls = net::make_tls_client({});
        if (!tls) return std::unexpected(tls.error());
        out.connect.tls = *tls;
    }
    return out;
}

}  // namespace load
