// A chat with rooms. Any SignalR client connects to http://127.0.0.1:5000/chat?user=NAME, calls Enter, and hears Said.
#include <cstdlib>
#include <iostream>

#include "signalr/serve.hpp"

using signalr::caller_context;

int main(int argc, char** argv) {
    net::loops loops{2};
    const auto who_is_it = [](const net::http::request& r) -> std::variant<signalr::principal, net::http::response> {
        return signalr::principal{net::http::query_value(r.query, "user"), std::nullopt};
    };
    const auto chat = signalr::make_hub("/chat", {}, who_is_it, loops, {});

    chat->on("Enter", [&](caller_context& who, std::string room) -> boost::asio::awaitable<void> {
        co_await chat->groups().add(std::string{who.connection_id()}, room);
        who.items()["room"] = room;
        who.clients().others_in_group(room).send("Said", "", who.user().value_or("somebody") + " is here");
    });
    chat->on("Send", [](caller_context& who, std::string_view text) {
        const auto* room = who.items().find<std::string>("room");
        if (!room) throw signalr::hub_exception{"enter a room first"};  // its text reaches the client
        who.clients().group(*room).send("Said", who.user().value_or("somebody"), text);
    });
    chat->on("Countdown", [](int from) -> signalr::generator<int> {  // a stream, as fast as the client takes it
        for (int i = from; i > 0; --i) co_yield i;
    });

    net::listen_options where;
    where.port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 5000);
    const auto server = signalr::serve(*chat, loops, where);
    if (!server) return std::cerr << server.error().message << '\n', 1;
    std::cout << "http://127.0.0.1:" << (*server)->port() << "/chat" << std::endl;
    (*server)->run();  // until SIGINT or SIGTERM
}
