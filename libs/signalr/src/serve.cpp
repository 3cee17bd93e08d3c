#include "signalr/serve.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>

#include "net/http/server.hpp"

namespace signalr {
namespace {

namespace asio = boost::asio;

class only_hub final : public net::http::handler {
public:
    explicit only_hub(hub& h) : hub_{h} {}
    std::optional<net::http::response> answer_now(net::http::request& r) override {
        if (hub_.handles(r.path)) return hub_.handle(r);
        return net::http::make_response(404, "text/plain", "");
    }
    asio::awaitable<net::http::response> handle(net::http::request) override {
        co_return net::http::make_response(404, "text/plain", "");
    }
    net::http::response refuse(unsigned status, std::string_view why, const net::http::request&) override {
        return net::http::make_response(status, "text/plain", std::string{why});
    }

private:
    hub& hub_;
};

class server_of_one_hub final : public hub_server {
public:
    server_of_one_hub(hub& what, std::unique_ptr<net::listener> at) : hub_{what}, listener_{std::move(at)} {}

    std::uint16_t port() const noexcept override { return listener_->port(); }

    void run() override {
        asio::signal_set asked{here_, SIGINT, SIGTERM};
        asked.async_wait([this](const boost::system::error_code& ec, int) {
            if (!ec) stop();
        });
        here_.run();
        listener_->stop_accepting();
        asio::io_context goodbye;
        asio::co_spawn(
            goodbye, [this]() -> asio::awaitable<void> { co_await hub_.shut_down(); }, [](std::exception_ptr) {});
        goodbye.run();
    }
    void stop() override { here_.stop(); }

private:
    hub& hub_;
    std::unique_ptr<net::listener> listener_;
    asio::io_context here_;
};

}  // namespace

base::result<std::unique_ptr<hub_server>> serve(hub& what, net::loops& on, net::listen_options where) {
    const auto handler = std::make_shared<only_hub>(what);
    const auto stats = std::make_shared<net::http::server_stats>();
    on.start();
    auto listener = net::listen(on, std::move(where), [handler, stats](net::loop& loop) {
        return net::http::make_server_protocol(handler, {}, stats, loop);
    });
    if (!listener) return std::unexpected{listener.error()};
    return std::make_unique<server_of_one_hub>(what, std::move(*listener));
}

}  // namespace signalr
