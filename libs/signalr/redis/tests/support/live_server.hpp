// A hub on real sockets, loops of its own and a Redis.
#pragma once
#include <future>
#include <map>
#include <mutex>
#include <thread>

#include "live_client.hpp"
#include "net/listener.hpp"
#include "signalr/hub.hpp"
#include "signalr/redis_backplane.hpp"

namespace signalr::testing {

namespace asio = boost::asio;

// True as soon as `what` is; false after thirty seconds.
inline bool eventually(const std::function<bool()>& what) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (std::chrono::steady_clock::now() < until) {
        if (what()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
    return what();
}

class live_server {
public:
    live_server(const redis::settings& redis, std::string name, hub_options options = {}) {
        redis_backplane_options join;
        join.settings = redis;
        join.hub_name = "OrderNotification.Worker.Hubs.OrderStatusHub";
        join.server_name = std::move(name);
        join.on_gap = [this](const redis::gap&) { ++gaps_told; };
        auto made = make_redis_backplane(loops_.at(0), join);
        if (!made) throw std::runtime_error{made.error().message};
        link = std::move(*made);
        served = make_hub(
            "/hub", options,
            [](const net::http::request& r) -> std::variant<principal, net::http::response> {
                return principal{net::http::query_value(r.query, "user"), std::nullopt};
            },
            loops_, {}, nullptr, link);
        served->on_connected([this](caller_context& c) -> asio::awaitable<void> {
            const std::scoped_lock lock{guard_};
            ids_[*c.user()] = c.connection_id();
            co_return;
        });
        loops_.start();
        auto handler = std::make_shared<only_hub>(*served);
        auto stats = std::make_shared<net::http::server_stats>();
        auto listening = net::listen(loops_, {}, [handler, stats](net::loop& on) {
            return net::http::make_server_protocol(handler, {}, stats, on);
        });
        if (!listening) throw std::runtime_error{listening.error().message};
        listener_ = std::move(*listening);
    }
    ~live_server() {
        listener_.reset();
        if (!left_) shut_down();
        loops_.stop();
    }

    std::uint16_t port() const { return listener_->port(); }
    bool joined() {
        return eventually([&] { return link->state().channels >= 5; });
    }
    bool degraded() { return served->stats().backplane->degraded; }
    std::string id_of(const std::string& user) {
        eventually([&] { return known(user); });
        const std::scoped_lock lock{guard_};
        return ids_.at(user);
    }
    void shut_down() {
        left_ = true;
        finish(served->shut_down());
    }

    // On a loop of the caller's; what was thrown, as text.
    static std::string finish(asio::awaitable<void> work) {
        asio::io_context here;
        std::string thrown;
        asio::co_spawn(here, std::move(work), [&](std::exception_ptr e) { thrown = e ? text_of(e) : ""; });
        here.run();
        return thrown;
    }
    std::string ask(const std::string& id) {
        asio::io_context here;
        std::string outcome;
        asio::co_spawn(
            here,
            [&]() -> asio::awaitable<std::int32_t> {
                co_return co_await served->clients().client(id).ask<std::int32_t>("Ask");
            },
            [&](std::exception_ptr e, std::int32_t v) { outcome = e ? text_of(e) : std::to_string(v); });
        here.run();
        return outcome;
    }

    net::loops loops_{2};  // outlive what lives on them
    std::unique_ptr<hub> served;
    std::shared_ptr<backplane> link;
    std::atomic<int> gaps_told{0};

private:
    bool known(const std::string& user) {
        const std::scoped_lock lock{guard_};
        return ids_.contains(user);
    }
    static std::string text_of(std::exception_ptr thrown) {
        try {
            std::rethrow_exception(thrown);
        } catch (const described_error& e) {
            return e.type_name() + ": " + e.what();
        } catch (const std::exception& e) {
            return e.what();
        }
    }

    class only_hub final : public net::http::handler {
    public:
        explicit only_hub(hub& h) : hub_{h} {}
        asio::awaitable<net::http::response> handle(net::http::request r) override { co_return hub_.handle(r); }
        net::http::response refuse(unsigned status, std::string_view why, const net::http::request&) override {
            return net::http::make_response(status, "text/plain", std::string{why});
        }

    private:
        hub& hub_;
    };

    std::unique_ptr<net::listener> listener_;
    std::mutex guard_;
    std::map<std::string, std::string> ids_;
    bool left_ = false;
};

}  // namespace signalr::testing
