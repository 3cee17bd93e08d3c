#include <array>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>

#include "base/id_source.hpp"
#include "net/websocket/session.hpp"
#include "websocket_session.hpp"

#include <openssl/evp.h>

namespace net::websocket {
namespace {

namespace asio = boost::asio;

constexpr std::size_t max_answer = 16 * 1024;  // status line and fields

// What the upgrading protocol tells the coroutine that waits for it. Loop thread only.
struct outcome {
    std::optional<base::result<>> value;
    std::function<void()> waiter;

    void settle(base::result<> how) {
        if (value) return;
        value = std::move(how);
        if (waiter) std::exchange(waiter, nullptr)();
    }
};

std::string make_key() {
    std::array<std::uint8_t, 16> random;
    base::system_ids().fill(random);
    std::array<unsigned char, 25> text{};
    EVP_EncodeBlock(text.data(), random.data(), static_cast<int>(random.size()));
    return {reinterpret_cast<const char*>(text.data()), 24};
}

bool same_word(std::string_view a, std::string_view b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
               return (x >= 'A' && x <= 'Z' ? x + 32 : x) == (y >= 'A' && y <= 'Z' ? y + 32 : y);
           });
}

// The value of the first field of that name in an answer's head.
std::string_view field(std::string_view head, std::string_view name) {
    for (auto at = head.find("\r\n"); at != std::string_view::npos; at = head.find("\r\n", at + 2)) {
        const std::string_view line = head.substr(at + 2, head.find("\r\n", at + 2) - at - 2);
        const auto colon = line.find(':');
        if (colon == std::string_view::npos || !same_word(line.substr(0, colon), name)) continue;
        const auto from = line.find_first_not_of(" \t", colon + 1);
        if (from == std::string_view::npos) return {};
        return line.substr(from, line.find_last_not_of(" \t") - from + 1);
    }
    return {};
}

class upgrading final : public protocol {
public:
    upgrading(client_options options, std::unique_ptr<session_handler> rider, std::shared_ptr<outcome> tell)
        : options_{std::move(options)}, rider_{std::move(rider)}, tell_{std::move(tell)}, key_{make_key()} {}

    void attached(connection& c) override {
        wire_ = &c;
        std::string request = "GET " + options_.target + " HTTP/1.1\r\nHost: " + options_.to.host + ":" +
                              std::to_string(options_.to.port) +
                              "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                              "Sec-WebSocket-Key: " +
                              key_ + "\r\n";
        for (const auto& [name, value] : options_.headers) request += name + ": " + value + "\r\n";
        request += "\r\n";
        c.send(std::move(request));
        c.set_deadline(c.home().now() + options_.to.timeout);
    }

    std::size_t absorb(std::string_view bytes) override {
        const auto end = bytes.find("\r\n\r\n");
        if (end == std::string_view::npos) {
            if (bytes.size() > max_answer) give_up("the answer's head is too long");
            return 0;
        }
        judge(bytes.substr(0, end));
        return end + 4;
    }

    void on_deadline() override { give_up("no answer to the upgrade in time", base::fault_kind::timeout); }
    void on_end(end_reason) override {
        if (!rider_) return;  // the session has taken over
        tell_->settle(base::fail(base::fault_kind::unavailable, "the connection ended during the upgrade"));
    }

private:
    void judge(std::string_view head) {
        const std::string_view status = head.substr(0, head.find("\r\n"));
        if (!status.starts_with("HTTP/1.1 101")) return give_up("upgrade refused: " + std::string{status});
        if (!same_word(field(head, "Upgrade"), "websocket") ||
            field(head, "Sec-WebSocket-Accept") != accept_value(key_) ||
            !field(head, "Sec-WebSocket-Extensions").empty())
            return give_up("the answer to the upgrade breaks RFC 6455");
        wire_->set_deadline(std::chrono::steady_clock::time_point::max());
        wire_->switch_to(make_session(role::client, std::move(rider_), options_.limits));
        // In a later turn, when the session rides: connect() returns after on_open.
        wire_->home().post([tell = tell_] { tell->settle({}); });
    }

    void give_up(std::string why, base::fault_kind kind = base::fault_kind::invalid) {
        tell_->settle(base::fail(kind, std::move(why)));
        wire_->abort();
    }

    client_options options_;
    std::unique_ptr<session_handler> rider_;
    std::shared_ptr<outcome> tell_;
    std::string key_;
    connection* wire_ = nullptr;
};

asio::awaitable<void> settled(std::shared_ptr<outcome> o) {
    if (o->value) co_return;
    auto executor = co_await asio::this_coro::executor;
    co_await asio::async_initiate<decltype(asio::use_awaitable), void()>(
        [o, executor](auto handler) {
            auto shared = std::make_shared<decltype(handler)>(std::move(handler));
            o->waiter = [shared, executor] { asio::post(executor, [shared] { std::move (*shared)(); }); };
        },
        asio::use_awaitable);
}

}  // namespace

base::task<> connect(loop& on, client_options options, std::unique_ptr<session_handler> rider) {
    auto tell = std::make_shared<outcome>();
    auto to = options.to;
    auto made = co_await net::connect(on, std::move(to),
                                      std::make_unique<upgrading>(std::move(options), std::move(rider), tell));
    if (!made) co_return std::unexpected(made.error());
    co_await settled(tell);
    co_return *tell->value;
}

}  // namespace net::websocket
