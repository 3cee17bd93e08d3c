// A chat: whoever calls Send is heard by everyone. Connect with any SignalR client to http://127.0.0.1:5000/chat?user=NAME
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>
#include <cstdlib>
#include <iostream>

#include "net/http/server.hpp"
#include "net/listener.hpp"
#include "signalr/hub.hpp"
#include "signalr/json.hpp"

namespace {

// All of HTTP that this program has is the hub.
class only_hub final : public net::http::handler {
public:
    explicit only_hub(signalr::hub& h) : hub_{h} {}
    boost::asio::awaitable<net::http::response> handle(net::http::request r) override {
        if (hub_.handles(r.path)) co_return hub_.handle(r);
        co_return net::http::make_response(404, "text/plain", "");
    }
    net::http::response refuse(unsigned status, std::string_view why, const net::http::request&) override {
        return net::http::make_response(status, "text/plain", std::string{why});
    }

private:
    signalr::hub& hub_;
};

}  // namespace

int main(int argc, char** argv) {
    net::loops loops{2};
    auto chat =
        signalr::make_hub("/chat", {},
                          [](const net::http::request& r) -> std::variant<signalr::principal, net::http::response> {
                              return signalr::principal{net::http::query_value(r.query, "user"), std::nullopt};
                          },
                          loops, {});
    chat->on("Send", 1,
             [&](signalr::caller_context& who, const boost::json::array& said) -> boost::asio::awaitable<std::string> {
                 if (!said[0].is_string()) throw signalr::binding_error{};
                 if (said[0].as_string().empty()) throw signalr::hub_exception{"say something"};
                 const auto name = signalr::json_string(who.user().value_or("somebody"));
                 chat->clients().all().send_json(
                     "Said", "[" + name + "," + signalr::json_string(std::string_view{said[0].as_string()}) + "]");
                 co_return "null";
             });

    auto handler = std::make_shared<only_hub>(*chat);
    auto stats = std::make_shared<net::http::server_stats>();
    net::listen_options where;
    where.port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 5000);
    loops.start();
    auto listener = net::listen(loops, where,
                                [=](net::loop& on) { return net::http::make_server_protocol(handler, {}, stats, on); });
    if (!listener) return std::cerr << listener.error().message << '\n', 1;
    std::cout << "http://127.0.0.1:" << (*listener)->port() << "/chat" << std::endl;

    boost::asio::io_context main_loop;
    boost::asio::signal_set stop{main_loop, SIGINT, SIGTERM};
    stop.async_wait([](auto, int) {});
    main_loop.run();
    (*listener)->stop_accepting();
    boost::asio::co_spawn(
        main_loop, [&]() -> boost::asio::awaitable<void> { co_await chat->shut_down(); }, [](std::exception_ptr) {});
    main_loop.restart();
    main_loop.run();
}
