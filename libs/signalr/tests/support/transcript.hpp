// Conversations that were recorded with the reference server, held again with this one. The sequence of hub messages and the
// WebSocket close code are compared, not the borders of frames.
#pragma once
#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

#include <fstream>
#include <map>
#include <set>
#include <string>

#include "hub_protocol.hpp"
#include "reference_hub.hpp"

namespace signalr::testing {

inline std::vector<boost::json::value> read_lines(const std::string& path) {
    std::ifstream file{FIXTURES "/" + path};
    std::vector<boost::json::value> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(boost::json::parse(line));
    return lines;
}

inline std::string text_at(const boost::json::value& line, std::string_view key) {
    const auto* found = line.as_object().if_contains(key);
    return found && found->is_string() ? std::string{found->as_string()} : "";
}

inline std::string from_hex(std::string_view hex) {
    std::string out;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        out += static_cast<char>(std::stoi(std::string{hex.substr(i, 2)}, nullptr, 16));
    return out;
}

inline std::string to_hex(std::string_view bytes) {
    std::string out;
    for (const char c : bytes)
        for (const int nibble : {c >> 4 & 15, c & 15}) out += "0123456789abcdef"[nibble];
    return out;
}

// `frame`, `hex`, or `frame_runs` and `hex_runs`: strings as they are, [x, n] for n times x.
inline std::string payload_of(const boost::json::value& line) {
    for (const bool hex : {false, true}) {
        const auto* runs = line.as_object().if_contains(hex ? "hex_runs" : "frame_runs");
        if (!runs) continue;
        std::string out;
        for (const auto& run : runs->as_array()) {
            if (run.is_string())
                out += run.as_string();
            else
                for (std::int64_t i = 0; i < run.at(1).as_int64(); ++i) out += run.at(0).as_string();
        }
        return hex ? from_hex(out) : out;
    }
    const auto frame = text_at(line, "frame");
    return frame.empty() ? from_hex(text_at(line, "hex")) : frame;
}

// Calls of what this hub can't have, and their answers, are left out.
class out_of_reach {
public:
    std::set<std::string> targets{};

    bool skips_call(const hub_protocol& p, std::string_view message) {
        incoming m;
        if (targets.empty() || !p.parse(message, m) || !targets.contains(std::string{m.target})) return false;
        ids_.insert(std::string{m.invocation_id});
        return true;
    }
    bool skips_answer(const hub_protocol& p, std::string_view message) const {
        incoming m;
        return !ids_.empty() && p.parse(message, m) && ids_.contains(std::string{m.invocation_id});
    }

private:
    std::set<std::string> ids_;
};

class transcript {
public:
    transcript(encoding protocol, bool detailed) : protocol_{protocol}, hub_{options(protocol, detailed)} {
        add_reference_methods(*hub_.hub, time_);
        add_methods_of(*hub_.hub, protocol);
    }
    hub& of() { return *hub_.hub; }

    void hold(const std::string& session, const std::vector<boost::json::value>& lines) {
        SCOPED_TRACE(session);
        streams_ = session == "server streams";
        arrange_hooks(session);
        const auto client = hub_.open();
        client->cutter.messagepack = want_cutter_.messagepack = protocol_ == encoding::messagepack;
        for (const auto& line : lines) take(*client, line);
        client->settle();
        compare(client->messages);
        EXPECT_EQ(client->close_code, want_code_);
    }

    out_of_reach without;

private:
    static hub_options options(encoding protocol, bool detailed) {
        hub_options o;
        o.enable_detailed_errors = detailed;
        o.protocols.messagepack = protocol == encoding::messagepack;
        return o;
    }

    void take(wire_client& client, const boost::json::value& line) {
        using net::websocket::opcode;
        const std::string op = text_at(line, "op"), dir = text_at(line, "dir"), payload = payload_of(line);
        if (dir == "C" && op == "close") {
            const auto& code = line.at("code");
            client.send_close(code.is_int64() ? static_cast<std::uint16_t>(code.as_int64()) : 1005);
        } else if (dir == "C" && !op.empty()) {
            if (!without.skips_call(protocol(), payload) && !cancels_twin(payload))
                client.send(payload, op == "binary" ? opcode::binary : opcode::text);
        } else if (dir == "S" && op == "close") {
            want_code_ = static_cast<std::uint16_t>(line.at("code").as_int64());
        } else if (dir == "S" && (op == "text" || op == "binary" || op == "continuation")) {
            want_cutter_.add(payload, want_);
            std::erase_if(want_, [&](const auto& m) { return without.skips_answer(protocol(), m); });
            let_time_pass(client);
        }
    }

    // The reference server waited for its timers, for as many messages as there were.
    void let_time_pass(wire_client& client) {
        client.settle();
        for (int i = 0; i < 20 && client.messages.size() < want_.size() && time_.waiting() > 0; ++i) {
            time_.open();
            client.settle();
        }
    }

    // After a second stream with the id of a running one was refused, the reference server no longer finds the first.
    bool cancels_twin(std::string_view payload) const {
        incoming m;
        return streams_ && protocol().parse(payload, m) && m.kind == message_kind::cancel_invocation &&
               m.invocation_id == "7";
    }

    const hub_protocol& protocol() const { return protocol_at(protocol_ == encoding::json ? 0 : 1); }

    void arrange_hooks(const std::string& session) {
        if (session.find("OnConnected") == std::string::npos) return;
        of().on_connected([this, session](caller_context& c) -> asio::awaitable<void> {
            if (session.starts_with("hub aborts")) c.abort();
            if (session.starts_with("OnConnected sends"))
                of().clients().client(c.connection_id()).send_json("Hello", R"(["from OnConnected"])");
            if (session.starts_with("OnConnected throws HubException")) throw hub_exception{"hub on connected failed"};
            if (session.starts_with("OnConnected throws"))
                throw described_error{"InvalidOperationException", "on connected failed"};
            co_return;
        });
    }

    // Items of two streams at once may come in any order between them.
    void compare(const std::vector<std::string>& got) const {
        if (streams_) {
            EXPECT_EQ(by_invocation(got), by_invocation(want_));
            return;
        }
        for (std::size_t i = 0; i < std::max(got.size(), want_.size()); ++i)
            EXPECT_EQ(i < got.size() ? readable(got[i]) : "", i < want_.size() ? readable(want_[i]) : "") << i;
    }
    std::string readable(const std::string& message) const {
        return protocol_ == encoding::json ? message : to_hex(message) + " " + message;
    }
    std::map<std::string, std::vector<std::string>> by_invocation(const std::vector<std::string>& all) const {
        std::map<std::string, std::vector<std::string>> sorted;
        for (const auto& text : all) {
            incoming m;
            const bool good = protocol().parse(text, m).has_value();
            sorted[good ? std::string{m.invocation_id} : "?"].push_back(protocol_ == encoding::json ? text
                                                                                                    : to_hex(text));
        }
        return sorted;
    }

    encoding protocol_;
    bool streams_ = false;
    gate time_;
    hub_on_wire hub_;
    message_cutter want_cutter_;
    std::vector<std::string> want_;
    std::optional<std::uint16_t> want_code_;
};

// All sessions of a file but `leave_out`; as many as are expected. Calls of `unreachable` methods are passed over.
inline void replay_file(encoding protocol, const std::string& name, bool detailed, std::size_t sessions,
                        const std::set<std::string>& leave_out = {}, const std::set<std::string>& unreachable = {}) {
    std::vector<std::pair<std::string, std::vector<boost::json::value>>> all;
    for (auto& line : read_lines((protocol == encoding::json ? "hub-json/" : "hub-msgpack/") + name)) {
        const auto session = text_at(line, "session");
        if (all.empty() || all.back().first != session) all.emplace_back(session, std::vector<boost::json::value>{});
        all.back().second.push_back(std::move(line));
    }
    std::size_t held = 0;
    for (const auto& [session, lines] : all) {
        if (leave_out.contains(session)) continue;
        transcript one{protocol, detailed || session.find("detailed errors") != std::string::npos};
        one.without.targets = unreachable;
        one.hold(session, lines);
        ++held;
    }
    EXPECT_EQ(held, sessions);
}

}  // namespace signalr::testing
