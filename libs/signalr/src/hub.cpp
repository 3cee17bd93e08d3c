#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "endpoint.hpp"
#include "http_transport.hpp"
#include "hub_connection.hpp"
#include "signalr/hub.hpp"

namespace signalr {
namespace {

namespace asio = boost::asio;

class hub_of_one_process final : public hub {
public:
    hub_of_one_process(std::string path, hub_options options, authenticator who, base::log_scope log, base::metrics* m,
                       std::shared_ptr<backplane> servers)
        : core_{std::make_shared<hub_core>(without_slash(std::move(path)), std::move(options), std::move(who),
                                           std::move(log))} {
        if (servers) core_->lifetime.connect_servers(std::move(servers));
        if (m) publish(*m);
    }
    // Connections that consist of requests can have none any more.
    ~hub_of_one_process() override {
        for (auto& carried : core_->tokens.remove_all()) {
            auto& home = carried->home();
            home.post([carried = std::move(carried)] { carried->over(); });
        }
    }

    void add(std::string name, std::unique_ptr<const detail::method_body> body) override {
        core_->methods.add(std::move(name), std::move(body));
    }
    void add_filter(std::shared_ptr<hub_filter> filter) override { core_->filters.push_back(std::move(filter)); }
    void on_connected(connect_hook hook) override { core_->connected = std::move(hook); }
    void on_disconnected(disconnect_hook hook) override { core_->disconnected = std::move(hook); }
    hub_clients& clients() noexcept override { return core_->lifetime; }
    hub_groups& groups() noexcept override { return core_->lifetime; }

    bool handles(std::string_view path) const noexcept override { return is_hub_path(*core_, path); }
    net::http::response handle(net::http::request& r) override { return answer(core_, r); }

    void abort_user(std::string_view user_id) override {
        core_->lifetime.abort({recipients::kind::users, {&user_id, 1}, {}});
    }
    void abort_connection(std::string_view connection_id) override {
        core_->lifetime.abort({recipients::kind::connections, {&connection_id, 1}, {}});
    }

    hub_stats stats() const override { return read(*core_); }
    hub_census census(std::size_t most) const override { return core_->lifetime.local().index.census(most); }

    asio::awaitable<void> shut_down() override {
        // Nothing of `this` past a suspension: the hub may be dropped while its connections say goodbye.
        const auto core = core_;
        core->draining = true;
        for (const auto& room : core->lifetime.local().rooms())
            room->home().post([room] { room->for_each([](hub_connection& c) { c.go_away(); }); });
        asio::steady_timer pause{co_await asio::this_coro::executor};
        const auto last = std::chrono::steady_clock::now() + core->options.shutdown_wait;
        while (core->attached.load(std::memory_order_relaxed) > 0 && std::chrono::steady_clock::now() < last) {
            pause.expires_after(std::chrono::milliseconds{10});
            co_await pause.async_wait(asio::use_awaitable);
        }
        co_await core->lifetime.close();
    }

private:
    static std::string without_slash(std::string path) {
        while (path.ends_with('/')) path.pop_back();
        return path;
    }

    static hub_stats read(const hub_core& core) {
        hub_stats sum;
        core.lifetime.read(sum);
        return sum;
    }

    void publish(base::metrics& m) {
        const auto watch = [&](const char* name, const char* help, auto what) {
            m.watch(name, help, "hub=\"" + core_->path + "\"",
                    [weak = std::weak_ptr<hub_core>{core_}, what]() -> double {
                        const auto core = weak.lock();
                        return core ? static_cast<double>(what(read(*core))) : 0;
                    });
        };
        watch("signalr_connections", "Open hub connections.", [](const hub_stats& s) { return s.connections; });
        watch("signalr_users", "Users with an open hub connection.", [](const hub_stats& s) { return s.users; });
        watch("signalr_messages_out_total", "Messages sent to clients by the server's own will.",
              [](const hub_stats& s) { return s.messages_out; });
        watch("signalr_serializations_total", "Times that such a message was serialized.",
              [](const hub_stats& s) { return s.serializations; });
        watch("signalr_slow_closed_total", "Connections closed because they did not take what was sent.",
              [](const hub_stats& s) { return s.slow_closed; });
        watch("signalr_groups", "Groups with a member here.", [](const hub_stats& s) { return s.groups; });
        if (core_->lifetime.among_servers()) publish_servers(watch);
    }

    static void publish_servers(const auto& watch) {
        watch("signalr_backplane_degraded", "1: other servers' messages may be missed, or ours do not reach them.",
              [](const hub_stats& s) { return s.backplane && s.backplane->degraded ? 1 : 0; });
        watch("signalr_backplane_gaps_total", "Times that messages of other servers may have been missed.",
              [](const hub_stats& s) { return s.backplane ? s.backplane->gaps : 0; });
        watch("signalr_backplane_published_total", "Messages published to the servers of the hub.",
              [](const hub_stats& s) { return s.backplane ? s.backplane->published : 0; });
        watch("signalr_backplane_publish_failed_total", "Messages that could not be published, or nobody knows.",
              [](const hub_stats& s) { return s.backplane ? s.backplane->publish_failed : 0; });
        watch("signalr_backplane_arrived_total", "Messages that came from the servers of the hub, this one included.",
              [](const hub_stats& s) { return s.backplane ? s.backplane->arrived : 0; });
        watch("signalr_backplane_kept_local_total", "Messages that this server's clients alone heard.",
              [](const hub_stats& s) { return s.kept_local; });
        watch("signalr_backplane_foreign_protocol_total", "Messages that some client here could not have been given.",
              [](const hub_stats& s) { return s.foreign_protocol; });
    }

    std::shared_ptr<hub_core> core_;
};

}  // namespace

std::unique_ptr<hub> make_hub(std::string path, hub_options options, authenticator who, net::loops&,
                              base::log_scope log, base::metrics* m, std::shared_ptr<backplane> servers) {
    return std::make_unique<hub_of_one_process>(std::move(path), std::move(options), std::move(who), std::move(log), m,
                                                std::move(servers));
}

}  // namespace signalr
