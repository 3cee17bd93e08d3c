// Servers joined in one thread: what they ask of the backplane is written down, and arrives when it is told to.
#pragma once
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "signalr/backplane.hpp"

namespace signalr::testing {

struct backplane_op {
    std::string what, channel, payload, from;
    friend bool operator==(const backplane_op&, const backplane_op&) = default;
    friend auto operator<=>(const backplane_op&, const backplane_op&) = default;
    friend std::ostream& operator<<(std::ostream& to, const backplane_op& op) {
        return to << op.from << ' ' << op.what << ' ' << op.channel << ' ' << op.payload;
    }
};

class fake_backplane;

struct fake_bus {
    std::vector<fake_backplane*> servers;
    std::vector<backplane_op> log;
    std::deque<std::function<void()>> on_their_way;
    base::fault_kind trouble{};
    bool away = false;  // publishing fails with `trouble`

    bool run() {
        if (on_their_way.empty()) return false;
        while (!on_their_way.empty()) {
            const auto next = std::move(on_their_way.front());
            on_their_way.pop_front();
            next();
        }
        return true;
    }
};

class fake_backplane final : public backplane {
public:
    fake_backplane(fake_bus& bus, std::string letter, std::string server,
                   std::string hub = "OrderNotification.Worker.Hubs.OrderStatusHub")
        : bus_{bus}, letter_{std::move(letter)}, server_{std::move(server)}, hub_{std::move(hub)} {
        bus_.servers.push_back(this);
    }
    ~fake_backplane() override { std::erase(bus_.servers, this); }

    const std::string& hub_name() const noexcept override { return hub_; }
    const std::string& server_name() const noexcept override { return server_; }
    void start(listener to) override { to_ = std::move(to); }

    void subscribe(std::string channel, std::function<void()> then) override {
        if (wishes_[channel]++ == 0) bus_.log.push_back({"SUBSCRIBE", channel, "", letter_});
        if (then) bus_.on_their_way.push_back(std::move(then));
    }
    void unsubscribe(std::string channel) override {
        if (--wishes_[channel] == 0) bus_.log.push_back({"UNSUBSCRIBE", channel, "", letter_});
    }
    void publish(std::string_view channel, std::string_view payload, published then) override {
        if (bus_.away) {
            if (then) then(base::fail(bus_.trouble, "away"));
            return;
        }
        bus_.log.push_back({"PUBLISH", std::string{channel}, std::string{payload}, letter_});
        bus_.on_their_way.push_back(
            [&bus = bus_, channel = std::string{channel}, payload = std::string{payload}, then = std::move(then)] {
                std::int64_t heard = 0;
                for (auto* server : bus.servers)
                    if (server->wishes_[channel] > 0) ++heard, server->to_.arrived(channel, payload);
                if (then) then(heard);
            });
    }
    backplane_state state() const override { return {}; }
    boost::asio::awaitable<void> close() override { co_return; }

    // As another server would: nothing of it is written down.
    void arrive(const std::string& channel, const std::string& payload) { to_.arrived(channel, payload); }

private:
    fake_bus& bus_;
    const std::string letter_, server_, hub_;
    listener to_;
    std::map<std::string, int> wishes_;
};

}  // namespace signalr::testing
