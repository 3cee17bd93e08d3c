// `contoso bench-hub`: a small server on libs/signalr and nothing of the shop. The sample, and what is measured.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <charconv>
#include <iostream>
#include <optional>

#include "net/http/server.hpp"
#include "net/listener.hpp"
#include "platform/auth.hpp"
#include "signalr/hub.hpp"
#include "signalr/json.hpp"

namespace {

constexpr const char* usage =
    "Usage: contoso bench-hub [--port 5300] [--loops 1] [--key KEY]\n"
    "A SignalR hub at /hub for measurements and for trying clients:\n"
    "  Echo(text) returns it; Void(text); Broadcast(text) sends b(text) to all; ToUser(user, text) sends u(text).\n"
    "The user id is taken from ?user=NAME; with --key also from an HS256 token in ?access_token= or the header.\n";

struct options {
    std::uint16_t port = 5300;
    std::size_t loops = 1;
    std::string key;
};

template <class T>
bool number(std::string_view text, T& to) {
    const auto [end, ec] = std::from_chars(text.begin(), text.end(), to);
    return ec == std::errc{} && end == text.end();
}

// nullopt: not understood, or help was asked for.
std::optional<options> read(int argc, char** argv) {
    options o;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view key = argv[i], value = argv[i + 1];
        if (key == "--port" && number(value, o.port)) continue;
        if (key == "--loops" && number(value, o.loops)) continue;
        if (key == "--key") {
            o.key = value;
            continue;
        }
        return std::nullopt;
    }
    if (argc % 2 == 0) return std::nullopt;
    return o;
}

// All of HTTP that this program has is the hub.
class only_hub final : public net::http::handler {
public:
    explicit only_hub(signalr::hub& h) : hub_{h} {}
    std::optional<net::http::response> answer_now(net::http::request& r) override {
        if (hub_.handles(r.path)) return hub_.handle(r);
        return net::http::make_response(404, "text/plain", "");
    }
    boost::asio::awaitable<net::http::response> handle(net::http::request) override {
        co_return net::http::make_response(404, "text/plain", "");
    }
    net::http::response refuse(unsigned status, std::string_view why, const net::http::request&) override {
        return net::http::make_response(status, "text/plain", std::string{why});
    }

private:
    signalr::hub& hub_;
};

using verdict = std::variant<signalr::principal, net::http::response>;

signalr::authenticator who_is_it(std::shared_ptr<platform::token_verifier> tokens) {
    return [tokens](const net::http::request& r) -> verdict {
        signalr::principal p;
        if (auto user = net::http::query_value(r.query, "user")) p.user = std::move(*user);
        if (!tokens) return p;
        const auto text = net::http::query_value(r.query, "access_token");
        if (!text && !r.has("Authorization")) return p;
        const auto judged = text ? tokens->verify(*text) : tokens->verify_header(r.get("Authorization"));
        if (!judged) return net::http::make_response(401, "", "");
        p.user = judged->user;
        return p;
    };
}

using answer = boost::asio::awaitable<std::string>;
using signalr::caller_context;

const boost::json::string& text_of(const boost::json::value& v) {
    if (!v.is_string()) throw signalr::binding_error{};
    return v.get_string();
}

void add_methods(signalr::hub& hub) {
    hub.on("Echo", 1, [](caller_context&, const boost::json::array& a) -> answer {
        co_return signalr::json_string(text_of(a[0]));
    });
    hub.on("Void", 1, [](caller_context&, const boost::json::array& a) -> answer {
        text_of(a[0]);
        co_return "null";
    });
    hub.on("Broadcast", 1, [&hub](caller_context&, const boost::json::array& a) -> answer {
        hub.clients().all().send_json("b", "[" + signalr::json_string(text_of(a[0])) + "]");
        co_return "null";
    });
    hub.on("ToUser", 2, [&hub](caller_context&, const boost::json::array& a) -> answer {
        hub.clients().user(text_of(a[0])).send_json("u", "[" + signalr::json_string(text_of(a[1])) + "]");
        co_return "null";
    });
}

int serve(const options& o) {
    net::loops loops{o.loops};
    std::shared_ptr<platform::token_verifier> tokens;
    if (!o.key.empty()) tokens = platform::make_verifier({.keys = {{.secret = o.key}}}, base::system_clock());
    const auto hub = signalr::make_hub("/hub", {}, who_is_it(tokens), loops, {});
    add_methods(*hub);
    auto handler = std::make_shared<only_hub>(*hub);
    auto stats = std::make_shared<net::http::server_stats>();
    net::listen_options where;
    where.port = o.port;
    loops.start();
    const auto listener = net::listen(
        loops, where, [=](net::loop& on) { return net::http::make_server_protocol(handler, {}, stats, on); });
    if (!listener) return std::cerr << "contoso bench-hub: " << listener.error().message << '\n', 1;
    std::cout << "http://127.0.0.1:" << (*listener)->port() << "/hub" << std::endl;

    boost::asio::io_context here;
    boost::asio::signal_set stop{here, SIGINT, SIGTERM};
    stop.async_wait([](auto, int) {});
    here.run();
    (*listener)->stop_accepting();
    boost::asio::co_spawn(
        here, [&]() -> boost::asio::awaitable<void> { co_await hub->shut_down(); }, [](std::exception_ptr) {});
    here.restart();
    here.run();
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const auto o = read(argc, argv);
    if (o) return serve(*o);
    const bool asked = argc == 2 && (std::string_view{argv[1]} == "--help" || std::string_view{argv[1]} == "-h");
    (asked ? std::cout : std::cerr) << usage;
    return asked ? 0 : 2;
}
