#include "prepare.hpp"

#include <algorithm>

#include "platform/auth.hpp"
#include "scan.hpp"

namespace load {
namespace {

constexpr std::size_t basket_kinds = 64;

std::unique_ptr<net::http::client> client_for(net::loop& on, const place& at) {
    net::http::client_options o;
    o.to = at.connect;
    return net::http::make_client(on, std::move(o));
}

std::vector<std::string> sign_tokens(const options& o, const std::vector<std::string>& users) {
    std::vector<std::string> out;
    for (const auto& user : users)
        out.push_back(platform::make_token({.user = user,
                                            .issuer = o.token_issuer,
                                            .audience = o.token_audience,
                                            .secret = o.token_key,
                                            .roles = {},
                                            .lifetime = std::chrono::hours{24}},
                                           base::system_clock())
                          .text);
    return out;
}

base::task<std::string> dev_token(net::http::client& by, std::string user) {
    net::http::client_request r;
    r.method = "POST";
    r.target = "/dev/token";
    r.headers = {{"Content-Type", "application/json"}};
    r.body = R"({"userId":")" + user + R"("})";  // our users hold nothing to escape
    auto a = co_await by.fetch(std::move(r));
    if (!a) co_return std::unexpected(a.error());
    const auto token = scan::text(scan::member(a->body, "token"));
    if (a->status != 200 || token.empty())
        co_return base::fail(base::fault_kind::invalid, "POST /dev/token answered " + std::to_string(a->status) +
                                                            "; outside Development give --token-key");
    co_return std::string{token};
}

basket choose(const std::vector<std::string>& products, base::id_source& chance) {
    basket out;
    const auto lines = 1 + chance.next_u64() % 3;
    for (std::uint64_t i = 0; i < lines; ++i)
        out.lines.push_back({products[chance.next_u64() % products.size()], std::int64_t(1 + chance.next_u64() % 5)});
    return out;
}

}  // namespace

base::result<places> read_places(const options& o) {
    places out;
    auto api = read_place(o.url);
    if (!api) return std::unexpected(api.error());
    out.api = std::move(*api);
    for (const auto& url : o.hubs) {
        auto hub = read_place(url);
        if (!hub) return std::unexpected(hub.error());
        out.hubs.push_back(std::move(*hub));
    }
    if (out.hubs.empty()) out.hubs.push_back(out.api);
    return out;
}

base::task<std::vector<std::string>> get_tokens(net::loop& on, const options& o, const places& at,
                                                std::vector<std::string> users) {
    if (!o.token_key.empty()) co_return sign_tokens(o, users);
    const auto by = client_for(on, at.hubs.front());
    std::vector<std::string> out;
    for (auto& user : users) {
        auto token = co_await dev_token(*by, std::move(user));
        if (!token) co_return std::unexpected(token.error());
        out.push_back(std::move(*token));
    }
    by->close();
    co_return out;
}

base::task<std::string> get(net::http::client& by, std::string target, std::string token) {
    net::http::client_request r;
    r.target = target;
    r.headers = {{"Authorization", "Bearer " + token}};
    auto a = co_await by.fetch(std::move(r));
    if (!a) co_return std::unexpected(a.error());
    if (a->status != 200)
        co_return base::fail(base::fault_kind::invalid, "GET " + target + " answered " + std::to_string(a->status));
    co_return std::move(a->body);
}

base::task<std::vector<basket>> get_baskets(net::loop& on, const place& api, std::string token,
                                            base::id_source& chance) {
    const auto by = client_for(on, api);
    auto page = co_await get(*by, "/api/products?size=100", std::move(token));
    by->close();
    if (!page) co_return std::unexpected(page.error());
    std::vector<std::string> products;
    scan::elements walk{scan::member(*page, "items")};
    for (std::string_view item; walk.next(item);)
        if (const auto id = scan::text(scan::member(item, "externalProductId")); !id.empty()) products.emplace_back(id);
    if (products.empty()) co_return base::fail(base::fault_kind::invalid, "the catalogue is empty");
    std::vector<basket> out;
    for (std::size_t i = 0; i < basket_kinds; ++i) out.push_back(choose(products, chance));
    co_return out;
}

}  // namespace load
