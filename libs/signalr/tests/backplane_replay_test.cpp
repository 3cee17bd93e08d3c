// What two reference servers put on Redis, done again by two of ours: the same channels and payloads, the same frames to clients.
#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include "backplane_payload.hpp"
#include "support/backplane_fleet.hpp"

using namespace signalr;
using namespace signalr::testing;

namespace {

const std::string a1 = "bzINFXQka7mGY-67tFrjIQ", a2 = "mVwRc7hsmmjN9PbQfXP9kA", b1 = "CD0SbpP3U4i0iAgAiwQIHQ",
                  b2 = "mLAa95Y6OzRvOLMnP6ZXcg";

class BackplaneReplay : public ::testing::Test {
protected:
    BackplaneReplay() : servers{"pod-a_6fc33253a4794ab88b3e59083a0c29cf", "pod-b_176fa86dcdd0459b929119b234de2003"} {}

    void connect_all() {
        servers.connect("A1", a1, "user-1", "json");
        servers.connect("A2", a2, "user-1", "json");
        servers.connect("B1", b1, "user-1", "messagepack");
        servers.connect("B2", b2, "user-2", "json");
    }
    void join_all() {
        for (const auto& id : {a1, a2, b1}) add(id, "orders");
        add(a1, "other");
    }
    void add(const std::string& id, const std::string& group) {
        servers.spawn(id == b1 || id == b2 ? 'B' : 'A', at(id).add(id, group));
    }
    hub_groups& at(const std::string& id) { return servers.at(id == b1 || id == b2 ? 'B' : 'A').hub.hub->groups(); }
    hub_groups& groups_of(char letter) { return servers.at(letter).hub.hub->groups(); }

    using deed = std::function<void()>;
    // Does one thing for each step and compares.
    void replay(const std::string& file, const std::vector<deed>& deeds, bool sorted = false) {
        captured_steps steps{servers, file};
        ASSERT_EQ(steps.size(), deeds.size());
        for (const auto& deed : deeds) {
            deed();
            EXPECT_EQ(steps.seen(sorted), steps.expected(sorted))
                << file << ": " << member_text(steps.step(), "action");
            if (steps.step().contains("clients"))
                for (const auto& [name, client] : servers.clients)
                    EXPECT_EQ(servers.heard(name), steps.expected_frames(name)) << file << ", client " << name;
            steps.next();
        }
    }
    void send(const std::string& file, const recipients& to, const arguments& what, std::string_view target = "Hello") {
        replay(file, {[&] { servers.to('A').send(to, target, what); }});
    }

    using names = std::vector<std::string_view>;
    using kind = recipients::kind;
    const std::string hello_text = "hello";
    const typed_arguments<std::string> hello{hello_text};
    const captured_notification notification;

    fleet servers;
};

// The id of a question stands in the payload; a local one's only in what the client got.
std::string question_id(const captured_steps& steps, const std::string& frame) {
    for (const auto& op : steps.expected()) {
        backplane_payload::invocation v;
        if (backplane_payload::read(op.payload, v) && !v.invocation_id.empty()) return std::string{v.invocation_id};
    }
    return member_text(boost::json::parse(frame.substr(0, frame.find('\x1e'))), "invocationId");
}

}  // namespace

TEST_F(BackplaneReplay, Startup) {
    captured_steps steps{servers, "startup"};
    fleet fresh{"pod-a_6fc33253a4794ab88b3e59083a0c29cf", "pod-b_176fa86dcdd0459b929119b234de2003"};
    auto expected = steps.expected();
    steps.next();
    for (auto& op : steps.expected()) expected.push_back(op);
    auto seen = fresh.bus.log;
    EXPECT_EQ(std::erase_if(seen, [](const auto& op) { return op.channel.ends_with(":contoso:abort"); }), 2U);

    EXPECT_EQ(seen, expected);
}

TEST_F(BackplaneReplay, Connecting) {
    replay("connect",
           {[&] { servers.connect("A1", a1, "user-1", "json"); }, [&] { servers.connect("A2", a2, "user-1", "json"); },
            [&] { servers.connect("B1", b1, "user-1", "messagepack"); },
            [&] { servers.connect("B2", b2, "user-2", "json"); }});
}

TEST_F(BackplaneReplay, SendingToAll) {
    connect_all();
    const names except{a1, b2};
    send("send-all", {kind::all, {}, {}}, notification, "Notification");
    send("send-all-except", {kind::all, {}, except}, hello);
    send("send-all-noargs", {kind::all, {}, {}}, typed_arguments<>{}, "T");
}

TEST_F(BackplaneReplay, SendingToConnections) {
    connect_all();
    const names local{a1}, remote{b2}, unknown{"nobody"}, both{a1, b2};
    send("send-connection-local", {kind::connections, local, {}}, hello);
    send("send-connection-remote", {kind::connections, remote, {}}, hello);
    send("send-connection-unknown", {kind::connections, unknown, {}}, hello);
    send("send-connections", {kind::connections, both, {}}, hello);
}

TEST_F(BackplaneReplay, SendingToUsers) {
    connect_all();
    const names one{"user-1"}, several{"user-1", "user-2", "nobody"}, foreign{"usér-日本"};
    send("send-user", {kind::users, one, {}}, notification, "Notification");
    send("send-users", {kind::users, several, {}}, hello);
    send("send-user-unicode", {kind::users, foreign, {}}, hello);
}

TEST_F(BackplaneReplay, SendingToGroups) {
    connect_all();
    join_all();
    const names one{"orders"}, several{"orders", "other", ""}, except{a2};
    send("send-group", {kind::groups, one, {}}, hello);
    send("send-group-except", {kind::groups, one, except}, hello);
    send("send-groups", {kind::groups, several, {}}, hello);
}

TEST_F(BackplaneReplay, ChangingGroupsAcrossServers) {
    connect_all();
    const auto in_a_method = [&](const std::string& client) {
        servers.clients.at(client)->send(call_text("g", "JoinT", R"(["orders"])"));
    };
    replay("group-add", {[&] { in_a_method("A1"); }, [&] { in_a_method("A2"); }, [&] { in_a_method("A2"); },
                         [&] { servers.spawn('A', groups_of('A').add(b1, "orders")); },
                         [&] { servers.spawn('A', groups_of('A').add(b1, "orders")); },
                         [&] { servers.spawn('B', groups_of('B').add(a1, "other")); }});
    const auto remove = [&](const std::string& id) { servers.spawn('A', groups_of('A').remove(id, "orders")); };
    replay("group-remove", {[&] { remove(b1); }, [&] { remove(b1); }, [&] { remove(a2); }, [&] { remove(a1); }});
    replay("group-add-unknown", {[&] { servers.spawn('A', groups_of('A').add("nobody", "orders")); }});
}

TEST_F(BackplaneReplay, Leaving) {
    connect_all();
    add(a1, "other");
    replay("disconnect",
           {[&] { servers.clients.at("A2")->go(); }, [&] { servers.clients.at("B1")->go(); },
            [&] { add(a1, "g1"), add(a1, "g2"); }, [&] { servers.clients.at("A1")->go(); }},
           true);
}

TEST_F(BackplaneReplay, AskingClients) {
    connect_all();
    captured_steps steps{servers, "client-result"};
    for (std::size_t i = 0; i < steps.size(); ++i, steps.next()) {
        const auto& step = steps.step();
        const auto action = member_text(step, "action");
        const auto received = step.if_contains("client_received");
        const auto frame = [](const boost::json::value* v) {
            return !v ? "" : v->is_string() ? std::string{v->as_string()} : bytes_of_hex(member_text(*v, "hex"));
        };
        const std::string who = action.find("A1") != std::string::npos   ? "A1"
                                : action.find("B1") != std::string::npos ? "B1"
                                                                         : "B2";
        const bool unknown = action.find("nobody") != std::string::npos;
        const bool gives_up = action.find("cancellation") != std::string::npos;
        const std::string id = unknown ? "nobody" : who == "A1" ? a1 : who == "B1" ? b1 : b2;
        servers.at('A').ids.next(question_id(steps, frame(received)));

        std::string outcome;
        asio::cancellation_signal stop;
        asio::co_spawn(
            servers.at('A').hub.loop.context(),
            [&]() -> asio::awaitable<std::int32_t> {
                co_return co_await servers.to('A').client(id).ask<std::int32_t>("Ask");
            },
            asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr e, std::int32_t value) {
                outcome = e ? "EX " + text_of(e) : "result " + std::to_string(value);
            }));
        servers.settle();
        if (received && !gives_up) EXPECT_EQ(servers.heard(who), frame(received)) << action;
        if (const auto* answer = step.if_contains("client_sent"))
            servers.clients.at(who)->send(frame(answer),
                                          who == "B1" ? net::websocket::opcode::binary : net::websocket::opcode::text);
        else if (gives_up)
            stop.emit(asio::cancellation_type::terminal);
        else if (!unknown)
            servers.clients.at(who)->go();
        EXPECT_EQ(steps.seen(true), steps.expected(true)) << action;

        const auto expected = member_text(step, "caller_result");
        if (gives_up)
            EXPECT_NE(outcome, "") << action;  // ended as its caller was
        else if (expected.find("Error trying") != std::string::npos)
            EXPECT_TRUE(expected.starts_with(outcome) && outcome.ends_with("to Int32.")) << outcome;
        else
            EXPECT_EQ(outcome, expected) << action;
        servers.heard(who);
    }
}

// As the original service: server B has JSON alone.
TEST(BackplaneReplayWithoutMessagePack, LeavesOutWhoCantReadIt) {
    fleet servers{"pod-a_ffb49ad005de40658e0633dea1cdebf6", "pod-b_0665f4baf0984738a1f01d5da32c2d3a", false};
    servers.connect("A1", "iHdLjrpEJUcmN7TjJwj-Xg", "user-1", "json");
    servers.connect("A2", "TBfUzxv1IeBt4ZMgvIyVmg", "user-2", "messagepack");
    servers.connect("B1", "LbV-J38pMCkV75_LHFOAlw", "user-1", "json");
    captured_steps steps{servers, "json-only-publisher"};
    servers.to('B').send({recipients::kind::users, std::vector<std::string_view>{"user-1"}, {}}, "Notification",
                         captured_notification{});
    EXPECT_EQ(steps.seen(), steps.expected());
    for (const auto name : {"A1", "A2", "B1"}) EXPECT_EQ(servers.heard(name), steps.expected_frames(name));

    steps.next();
    servers.to('B').send({recipients::kind::users, std::vector<std::string_view>{"user-2"}, {}}, "Notification",
                         captured_notification{});
    // There the client is closed with an error; here it goes without, and that is counted.
    const auto published = steps.seen();
    ASSERT_EQ(published.size(), 1U);
    EXPECT_EQ(published[0], steps.expected()[0]);
    EXPECT_EQ(servers.heard("A2"), "");
    EXPECT_EQ(servers.at('A').hub.hub->stats().foreign_protocol, 1U);
    EXPECT_FALSE(servers.clients.at("A2")->close_code);
}

TEST(BackplaneReplayOfShutdown, LeavesEveryChannel) {
    fleet servers{"pod-a_ffb49ad005de40658e0633dea1cdebf6", "pod-b_0665f4baf0984738a1f01d5da32c2d3a", false};
    servers.connect("A1", "zLsZrxXWD17XrrJZDiWx1Q", "user-1", "json");
    servers.connect("A2", "YWFxqgpVA2vnDblYVfbS3g", "user-2", "messagepack");
    servers.spawn('A', servers.at('A').hub.hub->groups().add("zLsZrxXWD17XrrJZDiWx1Q", "orders"));
    captured_steps steps{servers, "shutdown"};
    servers.spawn('A', servers.at('A').hub.hub->shut_down());
    for (const auto name : {"A1", "A2"}) servers.clients.at(name)->go();
    for (int i = 0; i < 5'000 && servers.bus.log.size() < 10; ++i) {
        servers.at('A').hub.loop.context().restart();
        servers.at('A').hub.loop.context().run_for(std::chrono::milliseconds{1});
    }

    EXPECT_EQ(steps.seen(true), steps.expected(true));
}
