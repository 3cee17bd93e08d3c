#include <boost/asio/awaitable.hpp>
#include <thread>

#include "net/http/server.hpp"
#include "net/listener.hpp"
#include "servers.hpp"

namespace limits {
namespace {

class orders final : public net::http::handler {
public:
    explicit orders(bool coroutine) : coroutine_{coroutine} {}
    std::optional<net::http::response> answer_now(net::http::request&) override {
        if (coroutine_) return std::nullopt;
        return created();
    }
    boost::asio::awaitable<net::http::response> handle(net::http::request) override { co_return created(); }
    net::http::response refuse(unsigned status, std::string_view, const net::http::request&) override {
        return net::http::make_response(status, "", "");
    }

private:
    static net::http::response created() {
        auto r = net::http::make_response(201, "application/json", answer_body);
        r.set("Location", "/api/orders/01977a3c-0000-7000-8000-000000000001");
        r.set("X-Correlation-Id", "01977a3c-0000-7000-8000-000000000001");
        return r;
    }
    bool coroutine_;
};

}  // namespace

void serve_net(const announce& ready, bool coroutine) {
    net::loops one{1};
    auto handler = std::make_shared<orders>(coroutine);
    auto stats = std::make_shared<net::http::server_stats>();
    auto port =
        net::listen(one, {}, [=](net::loop& on) { return net::http::make_server_protocol(handler, {}, stats, on); });
    one.start();
    ready((*port)->port());
    for (;;) std::this_thread::sleep_for(std::chrono::hours{1});
}

}  // namespace limits
