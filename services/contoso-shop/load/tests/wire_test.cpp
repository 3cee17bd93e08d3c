// The wire against a scripted server on a loop of its own.
#include "wire.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <mutex>

#include "net/listener.hpp"

namespace {

using namespace std::chrono_literals;

// Answers every request (they end with a blank line here) by what the script says for its number.
class scripted final : public net::protocol {
public:
    explicit scripted(std::vector<std::string> script) : script_{std::move(script)} {}
    void attached(net::connection& c) override { connection_ = &c; }
    std::size_t absorb(std::string_view bytes) override {
        std::size_t used = 0;
        for (auto end = bytes.find("\r\n\r\n"); end != bytes.npos; end = bytes.find("\r\n\r\n", used)) {
            used = end + 4;
            const auto& say = script_[std::min(seen_++, script_.size() - 1)];
            if (say.empty()) return connection_->abort(), bytes.size();
            connection_->send(std::string_view{say});
        }
        return used;
    }
    void on_end(net::end_reason) override {}

private:
    std::vector<std::string> script_;
    std::size_t seen_ = 0;
    net::connection* connection_ = nullptr;
};

struct heard final : load::wire_user {
    std::mutex guard;
    std::condition_variable changed;
    std::vector<std::string> events;
    int rooms = 0;

    void note(std::string text) {
        const std::lock_guard lock{guard};
        events.push_back(std::move(text));
        changed.notify_all();
    }
    void answered(std::uint64_t tag, const load::answer& a) override {
        note(std::to_string(tag) + "=" + std::to_string(a.status) + ":" + std::string{a.body});
    }
    void lost(std::uint64_t tag) override { note(std::to_string(tag) + " lost"); }
    void room(load::wire&) override {
        const std::lock_guard lock{guard};
        ++rooms;
        changed.notify_all();
    }
    template <class Until>
    bool wait(Until until) {
        std::unique_lock lock{guard};
        return changed.wait_for(lock, 20s, until);
    }
};

struct LoadWire : testing::Test {
    net::loops loops{1};
    heard user;
    base::seeded_ids chance{1};
    std::unique_ptr<net::listener> server;
    std::unique_ptr<load::wire> wire;

    void start(std::vector<std::string> script, unsigned window = 8) {
        loops.start();
        auto made = net::listen(loops, {}, [script](net::loop&) { return std::make_unique<scripted>(script); });
        ASSERT_TRUE(made) << made.error().message;
        server = std::move(*made);
        net::connect_options to;
        to.host = "127.0.0.1";
        to.port = server->port();
        on_loop([&, to] {
            wire = std::make_unique<load::wire>(loops.at(0), to, window, user, chance);
            wire->open();
        });
        ASSERT_TRUE(user.wait([&] { return user.rooms > 0; }));
    }
    void on_loop(std::function<void()> f) {
        std::promise<void> done;
        loops.at(0).post([&] {
            f();
            done.set_value();
        });
        done.get_future().get();
    }
    void TearDown() override {
        on_loop([&] { wire.reset(); });
        server.reset();
        loops.stop();
    }
};

constexpr const char* ok = "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nhi";

TEST_F(LoadWire, AnswersPipelinedRequestsInOrder) {
    start({ok, "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", ok});
    on_loop([&] {
        for (std::uint64_t tag : {5, 6, 7}) wire->send(tag, {"GET / HTTP/1.1\r\n", "Host: x\r\n", "\r\n"});
    });
    ASSERT_TRUE(user.wait([&] { return user.events.size() == 3; }));
    EXPECT_EQ(user.events, (std::vector<std::string>{"5=201:hi", "6=503:", "7=201:hi"}));
}

TEST_F(LoadWire, IsFullAtItsWindow) {
    start({ok}, 1);
    on_loop([&] {
        EXPECT_TRUE(wire->free());
        wire->send(1, {"\r\n\r\n"});
        EXPECT_FALSE(wire->free());
    });
    ASSERT_TRUE(user.wait([&] { return user.rooms == 2; }));
    on_loop([&] { EXPECT_TRUE(wire->free()); });
}

TEST_F(LoadWire, SaysWhatIsLostAndComesBack) {
    start({""});
    on_loop([&] {
        wire->send(1, {"\r\n\r\n"});
        wire->send(2, {"\r\n\r\n"});
    });
    ASSERT_TRUE(user.wait([&] { return user.rooms == 2; }));
    EXPECT_EQ(user.events, (std::vector<std::string>{"1 lost", "2 lost"}));
}

TEST_F(LoadWire, LosesWhatWasSentBehindAGoodbye) {
    start({"HTTP/1.1 503 Going\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", ok});
    on_loop([&] {
        wire->send(1, {"\r\n\r\n"});
        wire->send(2, {"\r\n\r\n"});
    });
    ASSERT_TRUE(user.wait([&] { return user.events.size() == 2 && user.rooms == 2; }));
    EXPECT_EQ(user.events[0], "1=503:");
}

}  // namespace
