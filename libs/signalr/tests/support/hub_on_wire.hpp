// A hub driven byte by byte: real HTTP endpoint, real WebSocket session, no sockets and no threads.
#pragma once
#include <boost/json/serialize.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fake_wire.hpp"
#include "net/websocket/codec.hpp"
#include "signalr/hub.hpp"
#include "signalr/json.hpp"

namespace signalr::testing {

inline constexpr std::string_view rs = "\x1e";

// Cuts what a server sends into hub messages; the answer to the handshake is JSON in any protocol.
class message_cutter {
public:
    bool messagepack = false;

    void add(std::string_view bytes, std::vector<std::string>& to) {
        rest_ += bytes;
        for (auto size = next(); size > 0; size = next()) {
            to.push_back(rest_.substr(0, size));
            rest_.erase(0, size);
            first_ = false;
        }
    }

private:
    std::size_t next() const {
        if (!messagepack || first_) return rest_.find('\x1e') + 1;
        std::size_t length = 0;
        for (std::size_t i = 0; i < rest_.size() && i < 5; ++i) {
            const auto byte = static_cast<unsigned char>(rest_[i]);
            length |= static_cast<std::size_t>(byte & 0x7f) << (7 * i);
            if ((byte & 0x80) == 0) return i + 1 + length <= rest_.size() ? i + 1 + length : 0;
        }
        return 0;
    }
    std::string rest_;
    bool first_ = true;
};

// One client on a fake connection. What the server sends is cut into hub messages.
class wire_client {
public:
    explicit wire_client(fake_loop& loop) : loop_{loop}, wire{loop} {}
    ~wire_client() { wire.end(net::end_reason::aborted), loop_.run(); }

    void send(std::string_view payload, net::websocket::opcode op = net::websocket::opcode::text) {
        std::string frame;
        net::websocket::append_frame(frame, op, payload, true, &mask);
        wire.receive(frame);
        settle();
    }
    void send_close(std::uint16_t code) {
        std::string frame;
        net::websocket::append_close(frame, code, {}, &mask);
        wire.receive(frame);
        settle();
    }
    // Lets everything that is ready happen, and reads what came of it.
    void settle() {
        do {
            loop_.run();
            wire.pump();
        } while (wire.left_over() > 0 && !wire.paused && !wire.closed && !wire.aborted && progressed());
        loop_.run();
        read();
    }
    std::vector<std::string> take() {
        settle();
        return std::exchange(messages, {});
    }
    void shake_hands() {
        send("{\"protocol\":\"json\",\"version\":1}\x1e");
        messages.clear();
    }
    void go() { wire.end(net::end_reason::broken), settle(); }

private:
    bool progressed() {
        const auto now = wire.left_over();
        return std::exchange(last_left_, now) != now;
    }
    void read() {
        std::string arrived = wire.take();
        std::size_t used = 0;
        while (used < arrived.size()) {
            const auto step = from_server_.next(arrived.data() + used, arrived.size() - used);
            if (!step || step->used == 0) std::abort();
            used += step->used;
            take_frame(step->value);
        }
    }
    void take_frame(const net::websocket::frame& f) {
        using net::websocket::opcode;
        if (f.op == opcode::close) {
            close_code = net::websocket::read_close(f.payload)->code;
        } else if (f.op == opcode::text || f.op == opcode::binary) {
            text_frames = text_frames && f.op == opcode::text;
            bytes += f.payload;
            if (f.fin) ++frames;
            cutter.add(f.payload, messages);
        }
    }

    fake_loop& loop_;
    net::websocket::mask_key mask{9, 8, 7, 6};
    net::websocket::decoder from_server_{net::websocket::role::client, 1 << 30};
    std::size_t last_left_ = 0;

public:
    fake_connection wire;
    message_cutter cutter;
    std::vector<std::string> messages;  // read so far, each with its framing
    std::optional<std::uint16_t> close_code;
    std::string bytes;  // the payloads, whatever the protocol
    int frames = 0;
    bool text_frames = true;
};

inline net::http::request make_request(net::http::method verb, std::string_view path, std::string_view query = {}) {
    net::http::request r;
    r.verb = verb;
    r.path = path;
    r.query = query;
    return r;
}

inline net::http::request upgrade_request(std::string_view path, std::string_view query = {}) {
    auto r = make_request(net::http::method::get, path, query);
    r.headers = {{"Connection", "Upgrade"},
                 {"Upgrade", "websocket"},
                 {"Sec-WebSocket-Version", "13"},
                 {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}};
    return r;
}

inline std::string header(const net::http::response& r, std::string_view name) {
    for (const auto& [n, v] : r.headers)
        if (n == name) return v;
    return {};
}

// The caller's name comes in a header, as a test of authorization would have it.
inline std::variant<principal, net::http::response> user_from_header(const net::http::request& r) {
    principal p;
    if (!r.get("X-User").empty()) p.user = std::string{r.get("X-User")};
    return p;
}

class hub_on_wire {
public:
    explicit hub_on_wire(hub_options options = {}, authenticator who = user_from_header,
                         std::shared_ptr<backplane> servers = nullptr)
        : hub{make_hub("/hub", options, std::move(who), loops, {}, nullptr, std::move(servers))} {}

    std::unique_ptr<wire_client> open(std::string_view user = {}, std::string_view query = {}) {
        return open_on(loop, user, query);
    }
    std::unique_ptr<wire_client> open_on(fake_loop& on, std::string_view user = {}, std::string_view query = {}) {
        auto r = upgrade_request("/hub", query);
        if (!user.empty()) r.headers.push_back({"X-User", user});
        auto answer = hub->handle(r);
        if (!answer.upgrade) return nullptr;
        auto client = std::make_unique<wire_client>(on);
        client->wire.ride(std::move(answer.upgrade));
        return client;
    }
    std::unique_ptr<wire_client> connect(std::string_view user = {}) {
        auto client = open(user);
        client->shake_hands();
        return client;
    }

    net::loops loops{1};  // not started: clients ride on `loop`
    fake_loop loop;
    std::unique_ptr<signalr::hub> hub;
};

inline std::string call_text(std::string_view id, std::string_view target, std::string_view arguments = "[]") {
    return R"({"type":1,"invocationId":")" + std::string{id} + R"(","target":")" + std::string{target} +
           R"(","arguments":)" + std::string{arguments} + "}\x1e";
}
inline std::string result_text(std::string_view id, std::string_view result) {
    return R"({"type":3,"invocationId":")" + std::string{id} + R"(","result":)" + std::string{result} + "}\x1e";
}
inline std::string error_text(std::string_view id, std::string_view error) {
    return R"({"type":3,"invocationId":")" + std::string{id} + R"(","error":)" + json_string(error) + "}\x1e";
}

// JSON text as the reference server writes it (Boost's own writer escapes less).
inline std::string to_text(const boost::json::value& v) {
    if (v.is_string()) return json_string(std::string_view{v.get_string()});
    return boost::json::serialize(v);
}

}  // namespace signalr::testing
