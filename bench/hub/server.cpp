// `contoso bench-hub`: a small server on libs/signalr and nothing of the shop. The sample, and what is measured.
#include <charconv>
#include <iostream>
#include <optional>

#include "platform/auth.hpp"
#include "signalr/serve.hpp"

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

void add_methods(signalr::hub& hub) {
    hub.on("Echo", [](std::string_view text) { return text; });
    hub.on("Void", [](std::string_view) {});
    hub.on("Broadcast", [&hub](std::string_view text) { hub.clients().all().send("b", text); });
    hub.on("ToUser",
           [&hub](std::string_view user, std::string_view text) { hub.clients().user(user).send("u", text); });
}

int serve(const options& o) {
    net::loops loops{o.loops};
    std::shared_ptr<platform::token_verifier> tokens;
    if (!o.key.empty()) tokens = platform::make_verifier({.keys = {{.secret = o.key}}}, base::system_clock());
    signalr::hub_options both;
    both.protocols.messagepack = true;
    const auto hub = signalr::make_hub("/hub", both, who_is_it(tokens), loops, {});
    add_methods(*hub);
    net::listen_options where;
    where.port = o.port;
    const auto server = signalr::serve(*hub, loops, where);
    if (!server) return std::cerr << "contoso bench-hub: " << server.error().message << '\n', 1;
    std::cout << "http://127.0.0.1:" << (*server)->port() << "/hub" << std::endl;
    (*server)->run();
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
