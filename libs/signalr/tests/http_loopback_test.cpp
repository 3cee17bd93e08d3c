// Server-Sent Events and long polling on real sockets and several loops: the requests of one connection come by different ones.
#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/json/parse.hpp>

#include <atomic>
#include <thread>

#include "net/listener.hpp"
#include "signalr/hub.hpp"
#include "signalr/json.hpp"
#include "support/http_line.hpp"

using namespace signalr;
using namespace signalr::testing;
using std::chrono::seconds;

namespace {

namespace asio = boost::asio;

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

const std::string hello = "{\"protocol\":\"json\",\"version\":1}\x1e";

std::string echo(const std::string& id, const std::string& text) {
    return R"({"type":1,"invocationId":")" + id + R"(","target":"Echo","arguments":[")" + text + "\"]}\x1e";
}
std::string echoed(const std::string& id, const std::string& text) {
    return R"({"type":3,"invocationId":")" + id + R"(","result":")" + text + "\"}\x1e";
}

class HubOverRequests : public ::testing::Test {
protected:
    explicit HubOverRequests(hub_options options = {.disconnect_timeout = seconds{1}}) {
        served = make_hub(
            "/hub", options,
            [](const net::http::request&) -> std::variant<principal, net::http::response> { return principal{}; },
            loops, {});
        served->on("Echo", 1, [](caller_context&, const auto& args) -> asio::awaitable<std::string> {
            co_return json_string(std::string_view{args[0].as_string()});
        });
        served->on_disconnected([this](caller_context&) -> asio::awaitable<void> {
            ++went;
            co_return;
        });
        loops.start();
        auto handler = std::make_shared<only_hub>(*served);
        auto stats = std::make_shared<net::http::server_stats>();
        auto made = net::listen(loops, {}, [handler, stats](net::loop& on) {
            return net::http::make_server_protocol(handler, {}, stats, on);
        });
        if (!made) throw std::runtime_error(made.error().message);
        listener = std::move(*made);
    }
    ~HubOverRequests() override {
        listener.reset();
        asio::io_context here;
        asio::co_spawn(
            here, [&]() -> asio::awaitable<void> { co_await served->shut_down(); }, [](std::exception_ptr) {});
        here.run();
        loops.stop();
    }

    std::unique_ptr<http_line> line() { return std::make_unique<http_line>(listener->port()); }
    std::string fresh() {
        const auto v = boost::json::parse(line()->ask("POST", "/hub/negotiate?negotiateVersion=1").body);
        return "/hub?id=" + std::string{v.at("connectionToken").as_string()};
    }
    bool wait_until_gone(int how_many) {
        for (int i = 0; i < 2000 && went < how_many; ++i) std::this_thread::sleep_for(std::chrono::milliseconds{5});
        return went == how_many;
    }

    net::loops loops{3};
    std::unique_ptr<hub> served;
    std::unique_ptr<net::listener> listener;
    std::atomic<int> went{0};
};

}  // namespace

TEST_F(HubOverRequests, LongPollingByManyLoopsAtOnce) {
    constexpr int clients = 6, rounds = 15;
    std::atomic<int> right{0};
    std::vector<std::thread> threads;
    for (int c = 0; c < clients; ++c)
        threads.emplace_back([&] {
            const auto target = fresh();
            const auto polls = line(), posts = line(), more = line();
            if (polls->ask("GET", target).status != 200) return;
            polls->send("GET", target);
            if (posts->ask("POST", target, hello).status != 200 || polls->receive().body != "{}\x1e") return;
            for (int i = 0; i < rounds; ++i) {
                polls->send("GET", target);
                const auto id = std::to_string(i);
                if ((i % 2 ? posts : more)->ask("POST", target, echo(id, "round")).status != 200) return;
                if (polls->receive().body != echoed(id, "round")) return;
            }
            polls->send("GET", target);
            if (more->ask("DELETE", target).status != 202) return;
            const auto last = polls->receive();  // by another loop than DELETE: it may come too late
            if (last.status == 404 || last.body == "{\"type\":7,\"allowReconnect\":true}\x1e") ++right;
        });
    for (auto& t : threads) t.join();

    EXPECT_EQ(right, clients);
    EXPECT_TRUE(wait_until_gone(clients));
}

TEST_F(HubOverRequests, EventsByManyLoopsAtOnce) {
    constexpr int clients = 6, rounds = 15;
    std::atomic<int> right{0};
    std::vector<std::thread> threads;
    for (int c = 0; c < clients; ++c)
        threads.emplace_back([&, c] {
            const auto target = fresh();
            const auto stream = line(), posts = line();
            stream->send("GET", target, {}, "Accept: text/event-stream\r\n");
            stream->read_until(":\r\n\r\n");
            if (posts->ask("POST", target, hello).status != 200) return;
            stream->read_until("{}\x1e\r\n\r\n");
            for (int i = 0; i < rounds; ++i) {
                const auto id = std::to_string(i);
                if (posts->ask("POST", target, echo(id, "round")).status != 200) return;
                const auto heard = stream->read_until("\x1e\r\n\r\n");
                if (heard.find("data: " + echoed(id, "round")) == std::string::npos) return;
            }
            if (c % 2)
                stream->hang_up();
            else if (posts->ask("POST", target, "{\"type\":7}\x1e").status != 200 ||
                     stream->read_until("0\r\n\r\n").find("{\"type\":7}") == std::string::npos)
                return;
            ++right;
        });
    for (auto& t : threads) t.join();

    EXPECT_EQ(right, clients);
    EXPECT_TRUE(wait_until_gone(clients));
}

TEST_F(HubOverRequests, PollsThatReplaceEachOtherAndGoAway) {
    constexpr int clients = 4;
    std::vector<std::thread> threads;
    std::atomic<int> handed{0};
    for (int c = 0; c < clients; ++c)
        threads.emplace_back([&] {
            const auto target = fresh();
            line()->ask("GET", target);
            line()->ask("POST", target, hello);
            std::vector<std::unique_ptr<http_line>> open;
            for (int i = 0; i < 20; ++i) {
                open.push_back(line());
                open.back()->send("GET", target);
                if (i % 3 == 0) open.back()->hang_up(), open.pop_back();
            }
            for (auto& l : open) handed += l->receive().status != 0 ? 1 : 0;  // the last may be empty-handed
            open.clear();
        });
    std::thread news{[&] {
        for (int i = 0; i < 200; ++i) {
            served->clients().all().send_json("news", "[1]");
            std::this_thread::yield();
        }
    }};
    for (auto& t : threads) t.join();
    news.join();

    EXPECT_GT(handed, 0);
    EXPECT_TRUE(wait_until_gone(clients));  // nobody polls any more
}

TEST_F(HubOverRequests, FirstPollsThatRaceForOneTokenBindItOnce) {
    for (int round = 0; round < 20; ++round) {
        const auto target = fresh();
        std::vector<std::thread> threads;
        std::atomic<int> bound{0}, answered{0};
        for (int c = 0; c < 3; ++c)
            threads.emplace_back([&, c] {
                const auto l = line();
                l->send("GET", target, {}, c == 2 ? "Accept: text/event-stream\r\n" : "");
                const auto head = l->read_until("\r\n\r\n");
                if (head.find(" 200 ") != std::string::npos || head.find(" 204 ") != std::string::npos) ++bound;
                ++answered;
            });
        // A second poll waits: end it.
        for (int i = 0; i < 400 && answered < 3; ++i) {
            line()->ask("DELETE", target);
            std::this_thread::sleep_for(std::chrono::milliseconds{5});
        }
        for (auto& t : threads) t.join();
        EXPECT_GE(bound, 1);
    }
}

TEST_F(HubOverRequests, AHubThatEndsAnswersThePollsOfAllLoops) {
    std::vector<std::unique_ptr<http_line>> polls;
    for (int i = 0; i < 6; ++i) {
        const auto target = fresh();
        line()->ask("GET", target);
        line()->ask("POST", target, hello);
        line()->ask("GET", target);
        polls.push_back(line());
        polls.back()->send("GET", target);
    }
    asio::io_context here;
    asio::co_spawn(here, [&]() -> asio::awaitable<void> { co_await served->shut_down(); }, [](std::exception_ptr) {});
    here.run();

    for (auto& p : polls) EXPECT_EQ(p->receive().body, "{\"type\":7,\"allowReconnect\":true}\x1e");
    EXPECT_TRUE(wait_until_gone(6));
}
