// Servers A and B as they were captured: the same names, ids and clients, so that what they say can be compared byte for byte.
#pragma once
#include <algorithm>
#include <deque>

#include "captures.hpp"
#include "fake_backplane.hpp"
#include "known_hub.hpp"

namespace signalr::testing {

// Gives out ids that were captured, given as base64 or base64url.
class scripted_ids final : public base::id_source {
public:
    void next(std::string_view id) {
        std::string bits;
        unsigned group = 0;
        int have = 0;
        for (const char c : id) {
            const std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
            const char plain = c == '-' ? '+' : c == '_' ? '/' : c;
            group = group << 6 | static_cast<unsigned>(digits.find(plain)), have += 6;
            if (have >= 8) have -= 8, bits += static_cast<char>(group >> have & 0xff);
        }
        script_.push_back(bits);
    }
    void fill(std::span<std::uint8_t> out) override {
        if (script_.empty() || script_.front().size() != out.size()) return others_.fill(out);
        std::ranges::copy(script_.front(), out.begin());
        script_.pop_front();
    }

private:
    std::deque<std::string> script_;
    base::seeded_ids others_{1};
};

// {"correlationId":{"value":…},"status":2,"orderId":777} of the captured service, whose MessagePack names the status.
class captured_notification final : public arguments {
public:
    std::size_t count() const noexcept override { return 1; }
    void write(value_writer& to) const override {
        to.begin_object(3);
        to.member("CorrelationId");
        to.begin_object(1);
        to.member("Value");
        to.text("7f6d1c52-3b0e-4c3a-9a57-2f1d8a40be11");
        to.end_object();
        to.member("Status");
        if (to.writes() == encoding::json)
            to.integer(2);
        else
            to.text("Completed");
        to.member("OrderId");
        to.integer(777);
        to.end_object();
    }
};

struct server_of_fleet {
    server_of_fleet(fake_bus& bus, const std::string& letter, const std::string& name, bool messagepack)
        : link{std::make_shared<fake_backplane>(bus, letter, name)}, hub{options_of(ids, messagepack), link} {
        hub.hub->on("JoinT", 1, [this](caller_context& c, const boost::json::array& a) -> asio::awaitable<std::string> {
            co_await hub.hub->groups().add(std::string{c.connection_id()}, std::string{a.at(0).as_string()});
            co_return "null";
        });
    }

    static hub_options options_of(scripted_ids& ids, bool messagepack) {
        hub_options o;
        o.ids = &ids;
        o.protocols.messagepack = messagepack;
        return o;
    }
    scripted_ids ids;
    std::shared_ptr<fake_backplane> link;
    known_hub hub;
};

class fleet {
public:
    fleet(const std::string& a, const std::string& b, bool b_has_messagepack = true)
        : a_{bus, "A", a, true}, b_{bus, "B", b, b_has_messagepack} {}
    ~fleet() { clients.clear(); }

    server_of_fleet& at(char letter) { return letter == 'A' ? a_ : b_; }
    hub_clients& to(char letter) { return at(letter).hub.hub->clients(); }
    void settle() {
        do {
            for (auto& [name, client] : clients) client->settle();
            a_.hub.loop.run(), b_.hub.loop.run();
        } while (bus.run());
    }

    // `name`: the server's letter and a number.
    void connect(const std::string& name, const std::string& id, const std::string& user, const std::string& protocol) {
        auto& server = at(name[0]);
        server.ids.next(id);
        auto client = server.hub.open(user);
        client->send("{\"protocol\":\"" + protocol + "\",\"version\":1}\x1e");
        clients[name] = std::move(client);
        settle();
        heard(name);
    }
    std::string heard(const std::string& name) {
        settle();
        return std::exchange(clients.at(name)->bytes, {});
    }
    void spawn(char letter, asio::awaitable<void> work, std::string* outcome = nullptr) {
        asio::co_spawn(at(letter).hub.loop.context(), std::move(work), [outcome](std::exception_ptr e) {
            if (outcome) *outcome = e ? "EX " + text_of(e) : "ok";
        });
        settle();
    }

    fake_bus bus;
    std::map<std::string, std::unique_ptr<wire_client>> clients;

private:
    server_of_fleet a_, b_;
};

// One captured file; its steps are taken in turn.
class captured_steps {
public:
    captured_steps(fleet& f, const std::string& file) : fleet_{f}, steps_{read_capture("backplane/" + file + ".json")} {
        f.bus.log.clear();
    }
    const boost::json::object& step() const { return steps_.at("steps").at(at_).as_object(); }
    std::size_t size() const { return steps_.at("steps").as_array().size(); }

    // What the step put on Redis: publishing in order, and who subscribed to what. (SignalR's own channels alone; which of the two
    // connections came first is chance.)
    std::vector<backplane_op> expected(bool sorted = false) const {
        std::vector<backplane_op> ops;
        for (const auto& op : step().at("redis").as_array()) {
            const auto what = member_text(op, "op"), channel = member_text(op, "channel");
            if (what != "PUBLISH" && what != "SUBSCRIBE" && what != "UNSUBSCRIBE") continue;
            if (channel.ends_with("__Booksleeve_MasterChanged")) continue;
            ops.push_back({what, channel.substr(std::string_view{"contoso-signalr"}.size()),
                           bytes_of_hex(member_text(op, "payload_hex")), member_text(op, "from")});
        }
        if (sorted) std::ranges::sort(ops);
        return ops;
    }
    std::vector<backplane_op> seen(bool sorted = false) {
        fleet_.settle();
        auto ops = std::exchange(fleet_.bus.log, {});
        std::erase_if(ops, [](const auto& op) { return op.channel.ends_with(":contoso:abort"); });  // ours alone
        if (sorted) std::ranges::sort(ops);
        return ops;
    }
    std::string expected_frames(const std::string& client) const {
        std::string all;
        const auto* frames = step().at("clients").as_object().if_contains(client);
        if (!frames) return all;
        for (const auto& frame : frames->as_array()) {
            const auto bytes =
                frame.is_string() ? std::string{frame.as_string()} : bytes_of_hex(member_text(frame, "hex"));
            const bool ping = bytes == "{\"type\":6}\x1e" || bytes == bytes_of_hex("029106");
            if (!ping) all += bytes;
        }
        return all;
    }
    void next() { ++at_; }

private:
    fleet& fleet_;
    boost::json::value steps_;
    std::size_t at_ = 0;
};

}  // namespace signalr::testing
