#include "redis/client.hpp"

#include "client_core.hpp"

namespace redis {
namespace {

using base::fault_kind;

class one_connection_client final : public client {
public:
    explicit one_connection_client(net::loop& on, std::shared_ptr<client_core> core)
        : on_{on}, core_{std::move(core)} {}
    ~one_connection_client() override {
        if (on_.in_this_thread())
            core_->abandon();
        else
            on_.post([core = core_] { core->abandon(); });
    }

    base::task<replies> run(batch commands, base::steady_time due) override {
        return ask(core_, std::move(commands), due, false);
    }
    base::task<reply> only(batch one, base::steady_time due) override { return ask_one(core_, std::move(one), due); }
    void send(batch commands, std::function<void(base::result<replies>)> then) override;
    base::task<> ready(base::steady_time due) override { return await_ready(core_, due); }
    base::task<> close() override { return await_close(core_); }
    link_state state() const override { return core_->state(); }
    client_stats stats() const override { return core_->stats(); }

private:
    // Static, so that they may outlive the client.
    static base::task<replies> ask(std::shared_ptr<client_core> core, batch commands, base::steady_time due,
                                   bool patient);
    static base::task<reply> ask_one(std::shared_ptr<client_core> core, batch one, base::steady_time due);
    static base::task<> await_ready(std::shared_ptr<client_core> core, base::steady_time due);
    static base::task<> await_close(std::shared_ptr<client_core> core);

    net::loop& on_;
    std::shared_ptr<client_core> core_;
};

base::task<replies> one_connection_client::ask(std::shared_ptr<client_core> core, batch commands, base::steady_time due,
                                               bool patient) {
    if (commands.empty()) co_return replies{};
    call c;
    c.commands = std::move(commands);
    c.due = due;
    c.patient = patient;
    if (auto taken = core->admit(c); !taken) co_return std::unexpected(std::move(taken.error()));
    co_return co_await awaiting<replies>([core, c = std::move(c)](waiter_ptr<replies> who) mutable {
        c.who = std::move(who);
        core->submit(std::move(c));
    });
}

base::task<reply> one_connection_client::ask_one(std::shared_ptr<client_core> core, batch one, base::steady_time due) {
    auto got = co_await ask(std::move(core), std::move(one), due, false);
    if (!got) co_return std::unexpected(std::move(got.error()));
    if (got->empty()) co_return reply{};
    if (got->front().is_error()) co_return std::unexpected(got->front().as_fault());
    co_return std::move(got->front());
}

base::task<> one_connection_client::await_ready(std::shared_ptr<client_core> core, base::steady_time due) {
    batch ping;
    ping.add("PING");
    auto got = co_await ask(std::move(core), std::move(ping), due, true);
    if (!got) co_return std::unexpected(std::move(got.error()));
    co_return base::result<>{};
}

base::task<> one_connection_client::await_close(std::shared_ptr<client_core> core) {
    co_return co_await awaiting<void>([core](waiter_ptr<void> who) { core->begin_close(std::move(who)); });
}

void one_connection_client::send(batch commands, std::function<void(base::result<replies>)> then) {
    if (commands.empty()) return then ? then(replies{}) : void();
    call c;
    c.commands = std::move(commands);
    if (auto taken = core_->admit(c); !taken) {
        if (then) then(std::unexpected(std::move(taken.error())));
        return;
    }
    c.who = call_with<replies>(std::move(then));
    core_->submit(std::move(c));
}

}  // namespace

base::result<std::unique_ptr<client>> make_client(net::loop& on, settings s, surroundings around) {
    if (s.endpoints.empty()) return base::fail(fault_kind::invalid, "redis: no server is named");
    auto connect = connect_by_net(on, s);
    if (!connect) return std::unexpected(std::move(connect.error()));
    auto core = std::make_shared<client_core>(on, std::move(s), around, std::move(*connect));
    on.post([core] { core->open(); });
    return std::make_unique<one_connection_client>(on, std::move(core));
}

}  // namespace redis
