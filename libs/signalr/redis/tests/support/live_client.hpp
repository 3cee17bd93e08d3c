// A JSON client on a real WebSocket: what it heard is read by the test's thread. It answers questions by itself if it is told how.
#pragma once
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "net/websocket/session.hpp"

namespace signalr::testing {

class live_client {
public:
    using answerer =
        std::function<std::string(const std::string& invocation_id)>;  // a whole message without its separator

    live_client(net::loop& on, std::uint16_t port, const std::string& user, answerer answers = nullptr)
        : loop_{on}, heard_{std::make_shared<transcript>()} {
        heard_->answers = std::move(answers);
        net::websocket::client_options to;
        to.to.host = "127.0.0.1";
        to.to.port = port;
        to.target = "/hub?user=" + user;
        auto done = boost::asio::co_spawn(
            loop_.context(),
            [&on, to, heard = heard_]() mutable -> boost::asio::awaitable<std::string> {
                const auto open =
                    co_await net::websocket::connect(on, std::move(to), std::make_unique<rider>(std::move(heard)));
                co_return open ? "" : open.error().message;
            },
            boost::asio::use_future);
        if (const auto why = done.get(); !why.empty()) throw std::runtime_error{why};
        if (!wait([](const auto& heard) { return !heard.empty() && heard[0] == "{}"; }))
            throw std::runtime_error{"no handshake"};
        all(true);
    }
    ~live_client() { leave(); }

    void send(std::string text) {
        loop_.post([heard = heard_, text = std::move(text) + "\x1e"] {
            if (heard->session) heard->session->send_text(text);
        });
    }
    void leave() {
        loop_.post([heard = heard_] {
            if (heard->session) heard->session->close(1000);
        });
    }

    // What came so far, without pings and separators.
    std::vector<std::string> all(bool forget = false) {
        const std::scoped_lock lock{heard_->guard};
        return forget ? std::exchange(heard_->messages, {}) : heard_->messages;
    }
    bool wait(const std::function<bool(const std::vector<std::string>&)>& until) {
        std::unique_lock lock{heard_->guard};
        return heard_->changed.wait_for(lock, std::chrono::seconds{30}, [&] { return until(heard_->messages); });
    }
    bool hears(const std::string& message) {
        return wait([&](const auto& all) { return std::ranges::find(all, message) != all.end(); });
    }
    bool ended() const {
        const std::scoped_lock lock{heard_->guard};
        return heard_->ended;
    }

private:
    struct transcript {
        std::mutex guard;
        std::condition_variable changed;
        std::vector<std::string> messages;
        std::string part;
        bool ended = false;
        answerer answers;
        net::websocket::session* session = nullptr;  // on the loop
    };

    class rider final : public net::websocket::session_handler {
    public:
        explicit rider(std::shared_ptr<transcript> heard) : heard_{std::move(heard)} {}
        void on_open(net::websocket::session& s) override {
            heard_->session = &s;
            s.send_text("{\"protocol\":\"json\",\"version\":1}\x1e");
        }
        void on_data(std::string_view payload, net::websocket::opcode, bool) override {
            const std::scoped_lock lock{heard_->guard};
            heard_->part += payload;
            for (auto end = heard_->part.find('\x1e'); end != std::string::npos; end = heard_->part.find('\x1e')) {
                take(heard_->part.substr(0, end));
                heard_->part.erase(0, end + 1);
            }
            heard_->changed.notify_all();
        }
        void on_gone(bool) override {
            heard_->session = nullptr;
            const std::scoped_lock lock{heard_->guard};
            heard_->ended = true;
            heard_->changed.notify_all();
        }

    private:
        void take(std::string message) {
            if (message == "{\"type\":6}") return;
            const std::string mark = R"({"type":1,"invocationId":")";
            if (heard_->answers && message.starts_with(mark)) {
                const auto id = message.substr(mark.size(), message.find('"', mark.size()) - mark.size());
                heard_->session->send_text(heard_->answers(id) + "\x1e");
            }
            heard_->messages.push_back(std::move(message));
        }
        std::shared_ptr<transcript> heard_;
    };

    net::loop& loop_;
    std::shared_ptr<transcript> heard_;
};

}  // namespace signalr::testing
