// Stateful reconnect on real sockets: they are cut again and again, and each lives on whatever loop it lands on.
#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/json/parse.hpp>

#include <atomic>
#include <deque>
#include <thread>

#include "net/listener.hpp"
#include "net/websocket/codec.hpp"
#include "signalr/hub.hpp"
#include "support/http_line.hpp"

using namespace signalr;
using namespace signalr::testing;

namespace {

namespace asio = boost::asio;

class only_hub final : public net::http::handler {
public:
    explicit only_hub(hub& h) : hub_{h} {}
    std::optional<net::http::response> answer_now(net::http::request& r) override { return hub_.handle(r); }
    asio::awaitable<net::http::response> handle(net::http::request) override { co_return net::http::response{}; }
    net::http::response refuse(unsigned status, std::string_view why, const net::http::request&) override {
        return net::http::make_response(status, "text/plain", std::string{why});
    }

private:
    hub& hub_;
};

// The client's side of the specification, §6. One thread.
class resuming_client {
public:
    explicit resuming_client(std::uint16_t port) : port_{port} {
        http_line line{port};
        const auto v =
            boost::json::parse(line.ask("POST", "/hub/negotiate?negotiateVersion=1&useStatefulReconnect=true").body);
        target_ = "/hub?id=" + std::string{v.at("connectionToken").as_string()};
    }
    bool begin() {
        if (!open()) return false;
        transmit("{\"protocol\":\"json\",\"version\":2}\x1e");
        return read_one() == "{}";
    }
    void say(const std::string& message) {
        kept_.push_back(message);
        transmit(message);
    }
    // Without a word; then by another socket.
    bool cut_and_go_on() {
        line_->hang_up();
        if (!open()) return false;
        const auto first = read_one();  // Sequence
        if (first.find("\"type\":9") == std::string::npos) return false;
        next_in_ = number_in(first);
        transmit("{\"type\":9,\"sequenceId\":" + std::to_string(first_kept_) + "}\x1e");
        for (const auto& message : kept_) transmit(message);
        return true;
    }
    // The next message that was not heard before; empty: the server ended it.
    std::string hear() {
        for (;;) {
            auto message = read_one();
            if (message.empty()) return {};
            if (message.find("\"type\":6") != std::string::npos) continue;
            if (message.find("\"type\":8") != std::string::npos) {
                for (const auto upto = number_in(message); first_kept_ <= upto && !kept_.empty(); ++first_kept_)
                    kept_.pop_front();
                continue;
            }
            const auto id = next_in_++;
            if (id <= latest_) continue;
            latest_ = id;
            if (latest_ % 7 == 0) transmit("{\"type\":8,\"sequenceId\":" + std::to_string(latest_) + "}\x1e");
            return message;
        }
    }

private:
    bool open() {
        line_ = std::make_unique<http_line>(port_);
        stream_.clear(), messages_.clear();
        from_server_ = net::websocket::decoder{net::websocket::role::client, 1 << 20};
        line_->send("GET", target_, {},
                    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
        return line_->read_until("\r\n\r\n").find(" 101 ") != std::string::npos;
    }
    void transmit(std::string_view message) {
        const net::websocket::mask_key mask{1, 2, 3, 4};
        std::string frame;
        net::websocket::append_frame(frame, net::websocket::opcode::text, message, true, &mask);
        line_->send_bytes(frame);
    }
    std::string read_one() {
        while (messages_.empty()) {
            const auto bytes = line_->receive_some();
            if (bytes.empty()) return {};
            bytes_ = std::exchange(stream_, {}) + bytes;
            std::size_t used = 0;
            while (used < bytes_.size()) {
                const auto step = from_server_.next(bytes_.data() + used, bytes_.size() - used);
                if (!step || step->used == 0) break;
                used += step->used;
                if (step->value.op == net::websocket::opcode::close) return {};
                part_ += step->value.payload;
                for (auto end = part_.find('\x1e'); end != std::string::npos; end = part_.find('\x1e')) {
                    messages_.push_back(part_.substr(0, end));
                    part_.erase(0, end + 1);
                }
            }
            stream_ = bytes_.substr(used);
        }
        auto first = std::move(messages_.front());
        messages_.pop_front();
        return first;
    }
    static std::int64_t number_in(const std::string& message) {
        return std::stoll(message.substr(message.find("sequenceId\":") + 12));
    }

    std::uint16_t port_;
    std::string target_, stream_, bytes_, part_;
    std::unique_ptr<http_line> line_;
    net::websocket::decoder from_server_{net::websocket::role::client, 1 << 20};
    std::deque<std::string> messages_, kept_;
    std::int64_t first_kept_ = 1, next_in_ = 1, latest_ = 0;
};

class StatefulOnLoopback : public ::testing::Test {
protected:
    StatefulOnLoopback() {
        hub_options o;
        o.allow_stateful_reconnects = true;
        served = make_hub(
            "/hub", o,
            [](const net::http::request&) -> std::variant<principal, net::http::response> { return principal{}; },
            loops, {});
        served->on("Echo", [](int n) { return n; });
        served->on_disconnected([this](caller_context&) -> asio::awaitable<void> {
            ++went;
            co_return;
        });
        loops.start();
        auto handler = std::make_shared<only_hub>(*served);
        auto made = net::listen(
            loops, {}, [handler](net::loop& on) { return net::http::make_server_protocol(handler, {}, nullptr, on); });
        if (!made) throw std::runtime_error(made.error().message);
        listener = std::move(*made);
    }
    ~StatefulOnLoopback() override {
        listener.reset();
        asio::io_context here;
        asio::co_spawn(
            here, [&]() -> asio::awaitable<void> { co_await served->shut_down(); }, [](std::exception_ptr) {});
        here.run();
        loops.stop();
    }

    net::loops loops{3};
    std::unique_ptr<hub> served;
    std::unique_ptr<net::listener> listener;
    std::atomic<int> went{0};
};

}  // namespace

TEST_F(StatefulOnLoopback, LosesAndDoublesNothingHoweverOftenSocketsAreCut) {
    constexpr int clients = 3, calls = 60, news = 60;
    std::atomic<int> right{0}, ready{0};
    std::vector<std::thread> threads;
    for (int c = 0; c < clients; ++c)
        threads.emplace_back([&, c] {
            resuming_client client{listener->port()};
            if (!client.begin()) return ++ready, void();
            client.say(R"({"type":1,"invocationId":"r","target":"Echo","arguments":[0]})"
                       "\x1e");
            if (client.hear().find("\"invocationId\":\"r\"") == std::string::npos) return ++ready, void();
            ++ready;
            int answered = 0, told = 0;
            for (int asked = 0; answered < calls || told < news;) {
                if (asked < calls && asked <= answered + 3) {
                    client.say(R"({"type":1,"invocationId":")" + std::to_string(asked) +
                               R"(","target":"Echo","arguments":[)" + std::to_string(asked) + "]}\x1e");
                    ++asked;
                    if ((asked + c) % 5 == 0 && !client.cut_and_go_on()) return;
                    continue;
                }
                const auto heard = client.hear();
                if (heard.empty()) return;
                if (heard.find("\"type\":3") != std::string::npos) {
                    if (heard != R"({"type":3,"invocationId":")" + std::to_string(answered) + R"(","result":)" +
                                     std::to_string(answered) + "}")
                        return;
                    ++answered;
                } else if (heard == R"({"type":1,"target":"news","arguments":[)" + std::to_string(told) + "]}") {
                    ++told;
                } else {
                    return;
                }
            }
            ++right;
        });
    while (ready < clients) std::this_thread::yield();
    for (int i = 0; i < news; ++i) {
        served->clients().all().send_json("news", "[" + std::to_string(i) + "]");
        std::this_thread::sleep_for(std::chrono::microseconds{300});
    }
    for (auto& t : threads) t.join();

    EXPECT_EQ(right, clients);
}
