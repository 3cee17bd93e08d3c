#include "redis/subscriber.hpp"

#include "subscriber_core.hpp"

namespace redis {
namespace {

using request = subscriber_core::request;

class one_connection_subscriber final : public subscriber {
public:
    one_connection_subscriber(net::loop& on, std::shared_ptr<subscriber_core> core) : on_{on}, core_{std::move(core)} {}
    ~one_connection_subscriber() override {
        core_->silence();
        if (on_.in_this_thread())
            core_->abandon();
        else
            on_.post([core = core_] { core->abandon(); });
    }

    base::task<> subscribe(std::string channel, message_handler handler) override {
        return ask(core_, {request::kind::subscribe, std::move(channel), std::move(handler), nullptr});
    }
    base::task<> unsubscribe(std::string channel) override {
        return ask(core_, {request::kind::unsubscribe, std::move(channel), {}, nullptr});
    }
    base::task<> close() override { return ask(core_, {request::kind::close, {}, {}, nullptr}); }

    link_state state() const override { return core_->state(); }
    subscriber_stats stats() const override { return core_->stats(); }

private:
    // Static, so that it may outlive the subscriber.
    static base::task<> ask(std::shared_ptr<subscriber_core> core, request r) {
        co_return co_await awaiting<void>([core, r = std::move(r)](waiter_ptr<void> who) mutable {
            r.who = std::move(who);
            core->submit(std::move(r));
        });
    }

    net::loop& on_;
    std::shared_ptr<subscriber_core> core_;
};

}  // namespace

base::result<std::unique_ptr<subscriber>> make_subscriber(net::loop& on, settings s, subscriber_events events,
                                                          surroundings around) {
    if (s.endpoints.empty()) return base::fail(base::fault_kind::invalid, "redis: no server is named");
    // After a loss all channels are asked for at once.
    s.max_command_bytes = std::max(s.max_command_bytes, s.max_channels * (s.max_channel_name + 32));
    auto connect = connect_by_net(on, s);
    if (!connect) return std::unexpected(std::move(connect.error()));
    auto core = std::make_shared<subscriber_core>(on, std::move(s), around, std::move(*connect), std::move(events));
    on.post([core] { core->open(); });
    return std::make_unique<one_connection_subscriber>(on, std::move(core));
}

}  // namespace redis
