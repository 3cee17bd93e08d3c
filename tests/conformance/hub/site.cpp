#include "site.hpp"

#include <atomic>

#include "methods.hpp"
#include "net/http/server.hpp"
#include "platform/auth.hpp"

namespace conformance {
namespace {

namespace asio = boost::asio;
using net::http::make_response;
using net::http::request;
using net::http::response;
using verdict = std::variant<signalr::principal, response>;

constexpr const char* signing_key = "9f4c1d7ae2b85306c4d1f0a97b6e2358d0c4b1a2f3e49586";

response text(std::string body) { return make_response(200, "text/plain", std::move(body)); }

signalr::authenticator anybody(request_book& book) {
    return [&book](const request& r) -> verdict { return signalr::principal{book.name(r), std::nullopt}; };
}

signalr::authenticator only_with_a_token(std::shared_ptr<platform::token_verifier> tokens) {
    return [tokens](const request& r) -> verdict {
        const auto query = net::http::query_value(r.query, "access_token");
        const auto who = query ? tokens->verify(*query) : tokens->verify_header(r.get("Authorization"));
        if (!who) return make_response(401, "", "");
        return signalr::principal{who->user, std::nullopt};
    };
}

class handler final : public net::http::handler {
public:
    handler(variant what, net::loops& loops) : what_{std::move(what)} {
        const auto add = [&](std::string path, bool websockets, bool events, bool polling) {
            auto options = what_.options;
            options.transports = {websockets, events, polling};
            auto& hub = *hubs_.emplace_back(signalr::make_hub(std::move(path), options, anybody(book_), loops, {}));
            add_calls(hub, book_);
            add_streams(hub);
            add_values(hub);
        };
        add("/testhub", true, true, true);
        add("/testhub-nowebsockets", false, true, true);
        add("/ws-only", true, false, false);
        add("/lp-only", false, false, true);
        add("/sse-only", false, true, false);
        tokens_ = platform::make_verifier({.keys = {{.secret = signing_key}}}, base::system_clock());
        auto& guarded = *hubs_.emplace_back(
            signalr::make_hub("/authorizedhub", what_.options, only_with_a_token(tokens_), loops, {}));
        guarded.on("Echo", [](std::string said) { return said; });
    }

    asio::awaitable<response> handle(request r) override {
        const bool negotiates = r.path.find("/negotiate") != std::string_view::npos;
        const std::string origin{r.get("Origin")};
        auto answer =
            what_.conformance && r.verb == net::http::method::options && r.has("Access-Control-Request-Method")
                ? preflight(r)
                : co_await route(r);
        if (what_.conformance && negotiates) set_cookies(answer);
        if (what_.conformance && !origin.empty())
            answer.set("Access-Control-Allow-Credentials", "true")
                .set("Access-Control-Allow-Origin", origin)
                .set("Vary", "Origin");
        co_return answer;
    }
    response refuse(unsigned status, std::string_view why, const request&) override {
        return make_response(status, "text/plain", std::string{why});
    }

    asio::awaitable<void> shut_down() {
        for (const auto& hub : hubs_) co_await hub->shut_down();
    }
    void set_about(std::string json) { about_ = std::move(json); }

private:
    static response preflight(const request& r) {
        auto answer = make_response(204, "", "");
        if (r.has("Access-Control-Request-Headers"))
            answer.set("Access-Control-Allow-Headers", std::string{r.get("Access-Control-Request-Headers")});
        answer.set("Access-Control-Allow-Methods", std::string{r.get("Access-Control-Request-Method")});
        return answer;
    }
    static void set_cookies(response& answer) {
        answer.headers.emplace_back("Set-Cookie", "testCookie=testValue; path=/");
        answer.headers.emplace_back("Set-Cookie", "testCookie2=testValue2; path=/");
        answer.headers.emplace_back("Set-Cookie",
                                    "expiredCookie=doesntmatter; expires=Sat, 01 Jan 2000 00:00:00 GMT; path=/");
    }

    asio::awaitable<response> route(request& r) {
        for (const auto& hub : hubs_)
            if (hub->handles(r.path)) co_return hub->handle(r);
        if (r.path == "/variants") co_return make_response(200, "application/json", about_);
        if (r.path == "/redirect/negotiate") co_return redirect_to_hub(r);
        if (r.path == "/bad-negotiate/negotiate")
            co_return make_response(400, "text/plain", "Some response from server");
        if (r.path == "/generateJwtToken")
            co_return text(
                platform::make_token({.user = "testuser", .secret = signing_key, .lifetime = std::chrono::seconds{5}},
                                     base::system_clock())
                    .text);
        if (r.path.starts_with("/echoredirect")) co_return redirect_to_echo(r);
        if (r.path.starts_with("/clientresult/")) co_return co_await ask(std::string{r.path.substr(14)});
        if (r.path.starts_with("/hello/")) {
            hubs_.front()->clients().client(r.path.substr(7)).send("Hello", "hello");
            co_return text("ok");
        }
        co_return make_response(404, "", "");
    }

    response redirect_to_hub(const request& r) {
        const auto base = net::http::query_value(r.query, "baseUrl").value_or("");
        return make_response(200, "application/json",
                             "{\"url\":\"" + base + "/testHub?numRedirects=" + std::to_string(++redirects_) + "\"}");
    }
    static response redirect_to_echo(const request& r) {
        std::string where = (r.secure ? "https://" : "http://") + std::string{r.get("Host")} + "/echo" +
                            std::string{r.path.substr(std::string_view{"/echoredirect"}.size())};
        if (!r.query.empty()) where += "?" + std::string{r.query};
        return make_response(307, "", "").set("Location", std::move(where));
    }
    asio::awaitable<response> ask(std::string id) {
        try {
            co_return text(std::to_string(co_await hubs_.front()->clients().client(id).ask<int>("Result")));
        } catch (const std::exception& e) {
            co_return text(e.what());
        }
    }

    const variant what_;
    request_book book_;
    std::vector<std::unique_ptr<signalr::hub>> hubs_;
    std::shared_ptr<platform::token_verifier> tokens_;
    std::string about_;
    std::atomic<int> redirects_{0};
};

class open final : public site {
public:
    open(bool tls, std::shared_ptr<handler> h, std::unique_ptr<net::listener> l)
        : tls_{tls}, handler_{std::move(h)}, listener_{std::move(l)} {}
    std::string url() const override {
        return (tls_ ? "https://localhost:" : "http://127.0.0.1:") + std::to_string(listener_->port());
    }
    void set_about(std::string json) override { handler_->set_about(std::move(json)); }
    void stop_accepting() override { listener_->stop_accepting(); }
    asio::awaitable<void> shut_down() override { return handler_->shut_down(); }

private:
    const bool tls_;
    const std::shared_ptr<handler> handler_;
    const std::unique_ptr<net::listener> listener_;
};

}  // namespace

base::result<std::unique_ptr<site>> open_site(variant what, std::uint16_t port, net::loops& loops,
                                              std::shared_ptr<net::tls_context> tls) {
    net::listen_options where;
    where.port = port;
    if (what.tls) where.tls = std::move(tls);
    const bool with_tls = what.tls;
    auto h = std::make_shared<handler>(std::move(what), loops);
    auto stats = std::make_shared<net::http::server_stats>();
    net::http::server_limits limits;
    limits.body = 1024 * 1024;
    auto listener =
        net::listen(loops, where, [=](net::loop& on) { return net::http::make_server_protocol(h, limits, stats, on); });
    if (!listener) return std::unexpected(listener.error());
    return std::make_unique<open>(with_tls, std::move(h), std::move(*listener));
}

}  // namespace conformance
