// Stateful reconnect: the conversations of the reference server, and what happens at the edges.
#include <gtest/gtest.h>

#include "support/transcript.hpp"

using namespace signalr;
using namespace signalr::testing;
using std::chrono::seconds;

namespace {

hub_options stateful_options() {
    hub_options o;
    o.allow_stateful_reconnects = true;
    o.protocols.messagepack = true;
    return o;
}

class stateful_hub : public hub_on_wire {
public:
    explicit stateful_hub(hub_options o = stateful_options()) : hub_on_wire{o} {
        add_reference_methods(*hub, time_);
        hub->on_disconnected([this](caller_context&) -> asio::awaitable<void> {
            ++went;
            co_return;
        });
    }

    ~stateful_hub() {
        hub.reset();
        loop.run();
    }

    void negotiate(bool ask = true) {
        auto r = make_request(net::http::method::post, "/hub/negotiate",
                              ask ? "negotiateVersion=1&useStatefulReconnect=true" : "negotiateVersion=1");
        const auto v = boost::json::parse(hub->handle(r).body);
        begun_ = false;
        query_ = "id=" + std::string{v.at("connectionToken").as_string()};
        id = v.at("connectionId").as_string();
    }
    // Null: `status` says why not.
    std::unique_ptr<wire_client> attach() { return attach_on(loop); }
    std::unique_ptr<wire_client> attach_on(fake_loop& on, std::string_view user = {}) {
        auto client = std::make_unique<wire_client>(on);
        client->cutter.messagepack = messagepack;
        std::vector<std::string> nothing;
        if (std::exchange(begun_, true)) client->cutter.add(rs, nothing);  // no handshake comes by this one
        auto r = upgrade_request("/hub", query_);
        if (!user.empty()) r.headers.push_back({"X-User", user});
        r.via = &client->wire;
        auto answer = hub->handle(r);
        status = answer.status;
        if (!answer.upgrade) return nullptr;
        client->wire.ride(std::move(answer.upgrade));
        client->settle();
        return client;
    }
    std::unique_ptr<wire_client> begin() {
        negotiate();
        auto client = attach();
        client->send("{\"protocol\":\"json\",\"version\":2}\x1e");
        client->take();
        return client;
    }

    std::string id;
    unsigned status = 0;
    bool messagepack = false;
    int went = 0;

private:
    std::string query_;
    bool begun_ = false;
    gate time_;
};

std::string sequence_text(int n) { return "{\"type\":9,\"sequenceId\":" + std::to_string(n) + "}\x1e"; }
std::string echo(const std::string& id, const std::string& text) { return call_text(id, "Echo", "[\"" + text + "\"]"); }
std::string echoed(const std::string& id, const std::string& text) { return result_text(id, "\"" + text + "\""); }

// One recorded session. Time moves on when something is expected that has not come.
class conversation {
public:
    conversation(encoding protocol, const std::string& name) : protocol_{protocol}, name_{name}, hub_{options(name)} {
        hub_.negotiate(name.find("not asked") == std::string::npos);
        hub_.messagepack = protocol == encoding::messagepack;
        client_ = hub_.attach();
    }
    void take(const boost::json::value& line) {
        const std::string op = text_at(line, "op"), dir = text_at(line, "dir"), event = text_at(line, "event"),
                          note = text_at(line, "note");
        if (dir == "C" && op == "close")
            client_->send_close(1000);
        else if (dir == "C" && !op.empty())
            client_->send(payload_of(line),
                          op == "binary" ? net::websocket::opcode::binary : net::websocket::opcode::text);
        else if (event == "TCP closed by client")
            client_->go();
        else if (dir == "S" && event.find("new WebSocket") != std::string::npos)
            attach(event);
        else if (dir == "S" && op == "close")
            expect_close(static_cast<std::uint16_t>(line.at("code").as_int64()));
        else if (dir == "S" && !op.empty())
            expect(payload_of(line));
        else if (dir == "-")
            follow(note);
    }

private:
    static hub_options options(const std::string& name) {
        auto o = stateful_options();
        if (name.starts_with("replay buffer full")) {
            o.stateful_buffer_size = 1000;
            o.enable_detailed_errors = true;
        }
        return o;
    }
    void attach(const std::string& event) {
        if (name_.starts_with("WS Close frame")) client_->send_close(1000);  // not in the record
        auto next = hub_.attach();
        const bool expected = event.ends_with("101");
        EXPECT_EQ(next != nullptr, expected) << event << ", " << hub_.status;
        // A closed connection's id is unknown at once here; there it is known until its socket has ended.
        if (!expected) EXPECT_EQ(hub_.status, 404U);
        if (next) client_ = std::move(next);
    }
    void follow(const std::string& note) {
        if (note.find("HTTP 409") != std::string::npos) {
            EXPECT_EQ(hub_.attach(), nullptr);
            EXPECT_EQ(hub_.status, 409U);
        }
        if (note.starts_with("server code sends"))
            hub_.hub->clients().client(hub_.id).send_json("Hello", "[\"hello\"]");
        if (note.starts_with("re-attach 17.5 s")) hub_.loop.advance(seconds{17});
        if (note.starts_with("closed after about 5 s")) {
            hub_.loop.advance(seconds{7});
            client_->settle();
            EXPECT_EQ(client_->close_code, 1000);
        }
    }
    void expect(const std::string& payload) {
        message_cutter cutter;
        cutter.messagepack = protocol_ == encoding::messagepack;
        std::vector<std::string> want;
        if (payload != "{}\x1e") cutter.add(rs, want), want.clear();
        cutter.add(payload, want);
        client_->settle();
        for (int i = 0; i < 30 && client_->messages.size() < want.size(); ++i) {
            hub_.loop.advance(std::chrono::milliseconds{100});
            client_->settle();
        }
        ASSERT_GE(client_->messages.size(), want.size()) << payload;
        for (const auto& message : want) {
            EXPECT_EQ(client_->messages.front(), message);
            client_->messages.erase(client_->messages.begin());
        }
    }
    void expect_close(std::uint16_t code) {
        if (name_.starts_with("WS Close frame")) client_->send_close(1000);  // not in the record
        client_->settle();
        EXPECT_EQ(client_->close_code, code);
        if (client_->close_code) client_->send_close(1000), client_->wire.settle(), client_->settle();
    }

    encoding protocol_;
    std::string name_;
    stateful_hub hub_;
    std::unique_ptr<wire_client> client_;
};

void replay(encoding protocol) {
    std::size_t held = 0;
    std::string session;
    std::unique_ptr<conversation> now;
    for (const auto& line :
         read_lines(protocol == encoding::json ? "hub-json/stateful.ndjson" : "hub-msgpack/stateful.ndjson")) {
        const auto name = text_at(line, "session");
        // What the reference server does with a socket that is taken over is not to be copied: see below.
        if (name.starts_with("second socket")) continue;
        if (name != session) now = std::make_unique<conversation>(protocol, session = name), ++held;
        SCOPED_TRACE(name);
        now->take(line);
        if (::testing::Test::HasFatalFailure()) return;
    }
    EXPECT_EQ(held, protocol == encoding::json ? 16U : 13U);
}

}  // namespace

TEST(StatefulTranscript, Json) { replay(encoding::json); }

TEST(StatefulTranscript, MessagePack) { replay(encoding::messagepack); }

TEST(StatefulReconnect, IsSaidInNegotiateWhereItIsAllowedAndAsked) {
    stateful_hub h;
    const auto body = [&](std::string_view query) {
        auto r = make_request(net::http::method::post, "/hub/negotiate", query);
        return h.hub->handle(r).body;
    };
    EXPECT_TRUE(
        body("negotiateVersion=1&useStatefulReconnect=true").starts_with(R"({"useStatefulReconnect":true,"neg)"));
    EXPECT_TRUE(body("UseStatefulReconnect=True").starts_with(R"({"useStatefulReconnect":true,"negotiateVersion":0,)"));
    EXPECT_TRUE(body("negotiateVersion=1&useStatefulReconnect=1").starts_with(R"({"negotiateVersion")"));
    EXPECT_TRUE(body("negotiateVersion=1").starts_with(R"({"negotiateVersion")"));
    hub_on_wire off;
    auto r = make_request(net::http::method::post, "/hub/negotiate", "negotiateVersion=1&useStatefulReconnect=true");
    EXPECT_TRUE(off.hub->handle(r).body.starts_with(R"({"negotiateVersion")"));
}

TEST(StatefulReconnect, TakesASocketThatIsThoughtAliveOverAtOnce) {
    stateful_hub h;
    auto old = h.begin();
    old->send(echo("1", "a"));
    EXPECT_EQ(old->take(), std::vector{echoed("1", "a")});

    auto next = h.attach();
    ASSERT_TRUE(next);
    EXPECT_EQ(next->take(), (std::vector{sequence_text(1), echoed("1", "a")}));
    old->settle();
    EXPECT_EQ(old->close_code, 1000);
    old->send_close(1000);
    old->go();
    next->send(sequence_text(2) + echo("2", "b"));
    EXPECT_EQ(next->take(), std::vector{echoed("2", "b")});
    EXPECT_EQ(h.went, 0);
    EXPECT_EQ(h.hub->stats().connections, 1);
}

TEST(StatefulReconnect, KeepsIdGroupsAndUserAndTellsTheHubNothing) {
    stateful_hub h;
    auto c = h.begin();
    asio::co_spawn(
        h.loop.context(), [&]() -> asio::awaitable<void> { co_await h.hub->groups().add(h.id, "g"); },
        [](std::exception_ptr) {});
    h.loop.run();
    c->go();
    h.loop.advance(seconds{10});
    h.hub->clients().group("g").send_json("x", "[1]");
    auto next = h.attach();

    ASSERT_TRUE(next);
    EXPECT_EQ(next->take(),
              (std::vector<std::string>{sequence_text(1), "{\"type\":1,\"target\":\"x\",\"arguments\":[1]}\x1e"}));
    EXPECT_EQ(h.went, 0);
}

TEST(StatefulReconnect, EndsWhenTheWindowIsOver) {
    stateful_hub h;
    auto c = h.begin();
    c->go();
    h.loop.advance(seconds{17});

    EXPECT_EQ(h.went, 1);
    EXPECT_EQ(h.attach(), nullptr);
    EXPECT_EQ(h.status, 404U);
    EXPECT_EQ(h.hub->stats().connections, 0);
}

TEST(StatefulReconnect, IsForTheUserWhoBeganIt) {
    stateful_hub h;
    auto c = h.begin();
    c->go();

    EXPECT_EQ(h.attach_on(h.loop, "mallory"), nullptr);
    EXPECT_EQ(h.status, 403U);
    EXPECT_TRUE(h.attach());
}

TEST(StatefulReconnect, GivesUpAClientForWhomTooMuchIsKept) {
    auto o = stateful_options();
    o.stateful_buffer_size = 500;
    stateful_hub h{o};
    auto c = h.begin();
    c->go();
    for (int i = 0; i < 10; ++i) h.hub->clients().all().send_json("x", "[\"" + std::string(100, 'x') + "\"]");
    EXPECT_EQ(h.went, 0);

    h.loop.advance(seconds{7});
    EXPECT_EQ(h.went, 1);
    EXPECT_EQ(h.attach(), nullptr);
}

TEST(StatefulReconnect, SaysGoodbyeToADetachedClientAtShutdownWithoutWaiting) {
    stateful_hub h;
    auto c = h.begin();
    c->go();
    bool done = false;
    asio::co_spawn(
        h.loop.context(), [&]() -> asio::awaitable<void> { co_await h.hub->shut_down(); },
        [&](std::exception_ptr) { done = true; });
    for (int i = 0; i < 300 && !done; ++i)
        h.loop.run(), h.loop.context().restart(), h.loop.context().run_for(std::chrono::milliseconds{5});

    EXPECT_TRUE(done);
    EXPECT_EQ(h.went, 1);
}

TEST(StatefulReconnect, LeavesNothingBehindWhenTheHubIsDropped) {
    stateful_hub h;
    auto attached = h.begin();
    auto detached = h.begin();
    detached->go();
    h.hub.reset();
    h.loop.run();
    attached->settle();
    attached->go();

    EXPECT_EQ(h.went, 2);
}
