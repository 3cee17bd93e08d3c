// A hub behind a real HTTP server on connections without sockets: every request comes by a connection of its own, as from a
// client that opens as many as it likes. Time stands until advance().
#pragma once
#include <boost/json/parse.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fake_connection.hpp"
#include "hub_on_wire.hpp"
#include "net/http/server.hpp"

namespace signalr::testing {

// What a peer reads in an answer's bytes, as far as they have come.
struct read_answer {
    explicit read_answer(std::string_view text) {
        const auto head = text.find("\r\n\r\n");
        if (head == std::string_view::npos) return;
        std::string_view lines = text.substr(0, head), rest = text.substr(head + 4);
        status_line = next_line(lines);
        while (!lines.empty()) {
            const auto line = next_line(lines);
            const auto colon = line.find(": ");
            headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
        }
        if (get("Transfer-Encoding") == "chunked")
            read_chunks(rest);
        else
            body = rest, whole = true;
    }
    std::string get(std::string_view name) const {
        for (const auto& [n, v] : headers)
            if (n == name) return v;
        return {};
    }
    unsigned status() const {
        return status_line.empty() ? 0 : static_cast<unsigned>(std::stoi(status_line.substr(9, 3)));
    }

    std::string status_line;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    bool whole = false;

private:
    static std::string next_line(std::string_view& text) {
        const auto end = text.find("\r\n");
        const std::string line{text.substr(0, end)};
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
        return line;
    }
    void read_chunks(std::string_view rest) {
        while (!rest.empty()) {
            const auto size = std::stoul(next_line(rest), nullptr, 16);
            if (size == 0) whole = true;
            body += rest.substr(0, size);
            rest.remove_prefix(std::min(rest.size(), size + 2));
        }
    }
};

// One request and what came back so far.
class sent_request {
public:
    explicit sent_request(std::shared_ptr<net::testing::fake_connection> by) : wire{std::move(by)} {}
    bool answered() const { return !wire->sent().empty(); }
    read_answer answer() const { return read_answer{wire->sent()}; }
    unsigned status() const { return answer().status(); }
    std::string body() const { return answer().body; }
    void go_away() const { wire->feed_eof(); }

    std::shared_ptr<net::testing::fake_connection> wire;
};

class hub_over_http {
public:
    using header_lines = std::vector<std::string>;

    explicit hub_over_http(hub_options options = {}, std::string path = "/hub", authenticator who = user_from_header)
        : at{std::move(path)}, hub{make_hub(at, options, std::move(who), loops, {})} {
        handler_ = std::make_shared<only_hub>(*hub);
    }
    ~hub_over_http() {
        hub.reset();
        loop.run();
    }

    sent_request send(std::string_view verb, std::string_view target, std::string_view body = {},
                      const header_lines& headers = {}, net::connection_limits limits = {}) {
        std::string text = std::string{verb} + " " + std::string{target} + " HTTP/1.1\r\nHost: x\r\n";
        bool chunked = false;
        for (const auto& h : headers) text += h + "\r\n", chunked |= h.starts_with("Transfer-Encoding");
        if (!chunked && (verb == "POST" || !body.empty()))
            text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
        text += "\r\n" + std::string{body};
        auto wire = net::testing::fake_connection::make(
            loop, net::http::make_server_protocol(handler_, {}, stats, loop), limits);
        wire->feed(text);
        return sent_request{std::move(wire)};
    }

    boost::json::object negotiate(int version = 1) {
        const auto answer = send("POST", at + "/negotiate?negotiateVersion=" + std::to_string(version)).answer();
        return boost::json::parse(answer.body).as_object();
    }
    // The hub's path with a new connection's token.
    std::string fresh() { return at + "?id=" + std::string{negotiate().at("connectionToken").as_string()}; }

    sent_request poll(std::string_view target, const header_lines& headers = {}) {
        return send("GET", target, {}, headers);
    }
    sent_request events(std::string_view target, net::connection_limits limits = {}) {
        return send("GET", target, {}, {"Accept: text/event-stream"}, limits);
    }
    sent_request post(std::string_view target, std::string_view body, const header_lines& headers = {}) {
        return send("POST", target, body, headers);
    }
    sent_request upgrade(std::string_view target) {
        return send("GET", target, {},
                    {"Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="});
    }
    // A long-polling connection after its handshake.
    std::string polling() {
        const auto target = fresh();
        poll(target);
        post(target, hello);
        poll(target);
        return target;
    }
    void advance(std::chrono::milliseconds by) {
        for (; by.count() > 0; by -= std::min(by, std::chrono::milliseconds{100}))
            loop.advance(std::min(by, std::chrono::milliseconds{100}));
    }

    static constexpr std::string_view hello = "{\"protocol\":\"json\",\"version\":1}\x1e";

    net::loops loops{1};  // not started: connections ride on `loop`
    net::testing::fake_loop loop;
    std::shared_ptr<net::http::server_stats> stats = std::make_shared<net::http::server_stats>();
    const std::string at;
    std::unique_ptr<signalr::hub> hub;

private:
    class only_hub final : public net::http::handler {
    public:
        explicit only_hub(signalr::hub& h) : hub_{h} {}
        std::optional<net::http::response> answer_now(net::http::request& r) override {
            if (hub_.handles(r.path)) return hub_.handle(r);
            return net::http::response{.status = 404};
        }
        boost::asio::awaitable<net::http::response> handle(net::http::request) override {
            co_return net::http::response{.status = 500};
        }
        net::http::response refuse(unsigned status, std::string_view why, const net::http::request&) override {
            return net::http::make_response(status, "text/plain", std::string{why});
        }

    private:
        signalr::hub& hub_;
    };
    std::shared_ptr<only_hub> handler_;
};

}  // namespace signalr::testing
