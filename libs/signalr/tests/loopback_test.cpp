// The hub on real sockets and several loops: listener, HTTP server, WebSocket client, sends from other threads.
#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

#include "net/listener.hpp"
#include "net/websocket/session.hpp"
#include "signalr/hub.hpp"
#include "signalr/json.hpp"

using namespace signalr;
using std::chrono::seconds;

namespace {

namespace asio = boost::asio;

// What a client has heard, without the separators; read by the test's thread.
class transcript {
public:
    void add(std::string_view bytes) {
        const std::scoped_lock lock{guard_};
        for (auto end = bytes.find('\x1e'); end != std::string_view::npos; end = bytes.find('\x1e')) {
            messages_.push_back(std::exchange(part_, {}).append(bytes.substr(0, end)));
            bytes.remove_prefix(end + 1);
        }
        part_ += bytes;
        changed_.notify_all();
    }
    void end() {
        const std::scoped_lock lock{guard_};
        ended_ = true;
        changed_.notify_all();
    }
    // Waits until so many messages have come, or the connection has ended, or the limit is reached; says how many.
    std::size_t wait_for(std::size_t count) {
        std::unique_lock lock{guard_};
        changed_.wait_for(lock, seconds{20}, [&] { return ended_ || messages_.size() >= count; });
        return messages_.size();
    }
    bool wait_for_end() {
        std::unique_lock lock{guard_};
        return changed_.wait_for(lock, seconds{20}, [&] { return ended_; });
    }
    std::vector<std::string> all() {
        const std::scoped_lock lock{guard_};
        return messages_;
    }

private:
    std::mutex guard_;
    std::condition_variable changed_;
    std::vector<std::string> messages_;
    std::string part_;
    bool ended_ = false;
};

class client final : public net::websocket::session_handler {
public:
    client(std::shared_ptr<transcript> heard, std::string first, net::websocket::session** self)
        : heard_{std::move(heard)}, first_{std::move(first)}, self_{self} {}
    void on_open(net::websocket::session& s) override {
        if (self_) *self_ = &s;
        if (!first_.empty()) s.send_text(first_);
    }
    void on_data(std::string_view payload, net::websocket::opcode, bool) override { heard_->add(payload); }
    void on_gone(bool) override { heard_->end(); }

private:
    std::shared_ptr<transcript> heard_;
    std::string first_;
    net::websocket::session** self_;
};

class only_hub final : public net::http::handler {
public:
    explicit only_hub(hub& h) : hub_{h} {}
    asio::awaitable<net::http::response> handle(net::http::request r) override {
        if (hub_.handles(r.path)) co_return hub_.handle(r);
        co_return net::http::make_response(404, "text/plain", "");
    }
    net::http::response refuse(unsigned status, std::string_view why, const net::http::request&) override {
        return net::http::make_response(status, "text/plain", std::string{why});
    }

private:
    hub& hub_;
};

const std::string hello = "{\"protocol\":\"json\",\"version\":1}\x1e";

class HubOnLoopback : public ::testing::Test {
protected:
    explicit HubOnLoopback(hub_options options = {}) {
        served = make_hub("/hub", options,
                          [](const net::http::request& r) -> std::variant<principal, net::http::response> {
                              const auto user = net::http::query_value(r.query, "user");
                              if (user == "nobody") return net::http::make_response(401, "text/plain", "");
                              return principal{user, std::nullopt};
                          },
                          loops, {});
        served->on("Echo", 1, [](caller_context&, const auto& args) -> asio::awaitable<std::string> {
            co_return json_string(std::string_view{args[0].as_string()});
        });
        loops.start();
        net::listen_options where;
        where.limits.outbox_high = 64 * 1024;
        where.limits.outbox_low = 16 * 1024;
        auto handler = std::make_shared<only_hub>(*served);
        auto stats = std::make_shared<net::http::server_stats>();
        auto made = net::listen(loops, where, [handler, stats](net::loop& on) {
            return net::http::make_server_protocol(handler, {}, stats, on);
        });
        if (!made) throw std::runtime_error(made.error().message);
        listener = std::move(*made);
    }
    ~HubOnLoopback() override {
        listener.reset();
        finish_hub();
        outside.stop();
        loops.stop();
    }
    void finish_hub() {
        asio::io_context here;
        asio::co_spawn(
            here, [&]() -> asio::awaitable<void> { co_await served->shut_down(); }, [](std::exception_ptr) {});
        here.run();
    }

    std::string dial(std::string_view query, std::shared_ptr<transcript> heard, std::string first = hello,
                     net::websocket::session** self = nullptr) {
        if (!std::exchange(started_, true)) outside.start();
        net::websocket::client_options to;
        to.to.host = "127.0.0.1";
        to.to.port = listener->port();
        to.target = "/hub?" + std::string{query};
        auto& loop = outside.at(0);
        auto rider = std::make_unique<client>(std::move(heard), std::move(first), self);
        auto outcome = asio::co_spawn(
            loop.context(),
            [&loop, to, rider = std::move(rider)]() mutable -> asio::awaitable<std::string> {
                const auto done = co_await net::websocket::connect(loop, std::move(to), std::move(rider));
                co_return done ? "" : done.error().message;
            },
            asio::use_future);
        return outcome.get();
    }
    void on_client_loop(std::function<void()> f) {
        std::promise<void> done;
        outside.at(0).post([&] { f(), done.set_value(); });
        done.get_future().get();
    }

    net::loops loops{2};
    net::loops outside{1};
    std::unique_ptr<hub> served;
    std::unique_ptr<net::listener> listener;
    bool started_ = false;
};

std::string call_text(int id, std::string_view argument) {
    return R"({"type":1,"invocationId":")" + std::to_string(id) + R"(","target":"Echo","arguments":[")" +
           std::string{argument} + "\"]}\x1e";
}

}  // namespace

TEST_F(HubOnLoopback, ServesAClientFromHelloToGoodbye) {
    auto heard = std::make_shared<transcript>();
    ASSERT_EQ(dial("user=anna", heard, hello + call_text(1, "é") + "{\"type\":7}\x1e"), "");

    EXPECT_TRUE(heard->wait_for_end());
    EXPECT_EQ(heard->all(),
              (std::vector<std::string>{"{}", R"({"type":3,"invocationId":"1","result":"é"})", R"({"type":7})"}));
}

TEST_F(HubOnLoopback, RefusesAnUpgradeWithoutAuthority) {
    const auto why = dial("user=nobody", std::make_shared<transcript>());

    EXPECT_EQ(why, "upgrade refused: HTTP/1.1 401 Unauthorized");
}

TEST_F(HubOnLoopback, TakesALargeFrameOfManyMessages) {
    auto heard = std::make_shared<transcript>();
    std::string all = hello;
    for (int i = 0; i < 2000; ++i) all += call_text(i, std::string(1000, 'x'));
    ASSERT_EQ(dial("user=anna", heard, all), "");

    ASSERT_EQ(heard->wait_for(2001), 2001U);
    EXPECT_TRUE(heard->all().back().starts_with(R"({"type":3,"invocationId":"1999")"));
}

TEST_F(HubOnLoopback, DeliversFromManyThreadsToManyClientsInEachThreadsOrder) {
    constexpr std::size_t clients = 8, threads = 4, each = 500;
    std::vector<std::shared_ptr<transcript>> heard;
    for (std::size_t i = 0; i < clients; ++i) {
        heard.push_back(std::make_shared<transcript>());
        ASSERT_EQ(dial("user=" + std::to_string(i % 2), heard.back()), "");
        ASSERT_EQ(heard.back()->wait_for(1), 1U);
    }
    std::vector<std::thread> senders;
    for (std::size_t t = 0; t < threads; ++t)
        senders.emplace_back([&, t] {
            for (std::size_t n = 0; n < each; ++n)
                served->clients()
                    .user(std::to_string(n % 2))
                    .send_json("N", "[" + std::to_string(t) + "," + std::to_string(n) + "]");
        });
    for (auto& s : senders) s.join();

    for (std::size_t i = 0; i < clients; ++i) {
        ASSERT_EQ(heard[i]->wait_for(1 + threads * each / 2), 1 + threads * each / 2);
        const auto got = heard[i]->all();
        std::array<std::size_t, threads> next{};
        next.fill(i % 2);
        for (std::size_t m = 1; m < got.size(); ++m) {
            const auto at = got[m].find("\"arguments\":[") + 13;
            const auto t = static_cast<std::size_t>(got[m][at] - '0');
            EXPECT_EQ(std::stoul(got[m].substr(at + 2)), std::exchange(next[t], next[t] + 2));
        }
    }
    EXPECT_EQ(served->stats().serializations, threads * each);
    EXPECT_EQ(served->stats().messages_out, threads * each * clients / 2);
}

TEST_F(HubOnLoopback, ClosesAClientThatStopsReadingAndServesTheOthers) {
    auto stuck = std::make_shared<transcript>(), fine = std::make_shared<transcript>();
    net::websocket::session* session = nullptr;
    ASSERT_EQ(dial("user=a", stuck, hello, &session), "");
    ASSERT_EQ(dial("user=b", fine), "");
    ASSERT_EQ(stuck->wait_for(1), 1U);
    ASSERT_EQ(fine->wait_for(1), 1U);
    on_client_loop([&] { session->pause(); });
    const std::string large = "[\"" + std::string(256 * 1024, 'x') + "\"]";
    std::size_t sent = 0;
    for (; sent < 200 && served->stats().slow_closed == 0; ++sent) {
        served->clients().all().send_json("Large", large);
        ASSERT_EQ(fine->wait_for(sent + 2), sent + 2);
    }

    EXPECT_EQ(served->stats().slow_closed, 1U);
    EXPECT_EQ(served->stats().connections, 1);
    on_client_loop([&] { session->resume(); });
    EXPECT_TRUE(stuck->wait_for_end());
    EXPECT_EQ(stuck->all().back(), R"({"type":7,"allowReconnect":true})");
}

TEST_F(HubOnLoopback, SaysGoodbyeToAll) {
    std::vector<std::shared_ptr<transcript>> heard;
    for (int i = 0; i < 20; ++i) {
        heard.push_back(std::make_shared<transcript>());
        ASSERT_EQ(dial("user=a", heard.back()), "");
        ASSERT_EQ(heard.back()->wait_for(1), 1U);
    }
    finish_hub();

    for (const auto& h : heard) {
        EXPECT_TRUE(h->wait_for_end());
        EXPECT_EQ(h->all().back(), R"({"type":7,"allowReconnect":true})");
    }
    EXPECT_EQ(served->stats().connections, 0);
}

TEST_F(HubOnLoopback, StreamsBothWaysAtOnce) {
    served->on("Numbers", [](int count, std::string padding) -> generator<std::string> {
        asio::steady_timer pause{co_await asio::this_coro::executor};
        for (int i = 0; i < count; ++i) {
            if (i % 100 == 0) {
                pause.expires_after(std::chrono::milliseconds{1});
                co_await pause.async_wait(asio::use_awaitable);
            }
            co_yield std::to_string(i) + padding;
        }
    });
    served->on("Sum", [](upload<int> all) -> asio::awaitable<int> {
        int sum = 0;
        while (const auto x = co_await all.next()) sum += *x;
        co_return sum;
    });
    constexpr std::size_t clients = 4, items = 1000;
    std::string talk = hello + R"({"type":4,"invocationId":"n","target":"Numbers","arguments":[1000,")" +
                       std::string(500, 'x') + "\"]}\x1e" +
                       R"({"type":1,"invocationId":"s","target":"Sum","arguments":[],"streamIds":["u"]})" + "\x1e";
    for (std::size_t i = 0; i < items; ++i)
        talk += R"({"type":2,"invocationId":"u","item":2})"
                "\x1e";
    talk += R"({"type":3,"invocationId":"u"})"
            "\x1e";
    std::vector<std::shared_ptr<transcript>> heard;
    for (std::size_t i = 0; i < clients; ++i) {
        heard.push_back(std::make_shared<transcript>());
        ASSERT_EQ(dial("user=anna", heard.back(), talk), "");
    }

    for (const auto& h : heard) {
        ASSERT_EQ(h->wait_for(items + 3), items + 3);  // the handshake's answer and two completions
        const auto all = h->all();
        EXPECT_EQ(std::ranges::count(all, R"({"type":3,"invocationId":"s","result":2000})"), 1);
        EXPECT_EQ(std::ranges::count(all, R"({"type":3,"invocationId":"n"})"), 1);
        std::size_t next = 0;
        for (const auto& m : all)
            if (m.starts_with(R"({"type":2)")) {
                EXPECT_NE(m.find("\"item\":\"" + std::to_string(next++) + "x"), std::string::npos);
            }
        EXPECT_EQ(next, items);
    }
}

// What clients leave running when they go is destroyed on its loop.
TEST_F(HubOnLoopback, EndsStreamsOfClientsThatGo) {
    std::atomic<int> alive{0};
    struct witness {
        std::atomic<int>& count;
        explicit witness(std::atomic<int>& c) : count{c} { ++count; }
        ~witness() { --count; }
    };
    served->on("Endless", [&](bool waits) -> generator<std::string> {
        const witness w{alive};
        asio::steady_timer never{co_await asio::this_coro::executor, asio::steady_timer::time_point::max()};
        for (;;) {
            if (waits) co_await never.async_wait(asio::use_awaitable);
            co_yield std::string(1000, 'x');
        }
    });
    for (const std::string waits : {"true", "false"}) {
        auto heard = std::make_shared<transcript>();
        net::websocket::session* session = nullptr;
        ASSERT_EQ(dial("user=anna", heard,
                       hello + R"({"type":4,"invocationId":"1","target":"Endless","arguments":[)" + waits + "]}\x1e",
                       &session),
                  "");
        ASSERT_GE(heard->wait_for(waits == "true" ? 1U : 2U), 1U);
        on_client_loop([&] { session->abort(); });
        EXPECT_TRUE(heard->wait_for_end());
    }
    finish_hub();
    EXPECT_EQ(alive, 0);
}
