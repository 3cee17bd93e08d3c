// Conversations that were recorded with the reference server, held again with this one. The sequence of hub messages
// and the WebSocket close code are compared, not the borders of frames.
#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

#include <fstream>
#include <set>
#include <string>

#include "support/reference_hub.hpp"

using namespace signalr;
using namespace signalr::testing;

namespace {

using boost::json::value;

std::vector<value> read_lines(const std::string& name) {
    std::ifstream file{FIXTURES "/hub-json/" + name};
    std::vector<value> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(boost::json::parse(line));
    return lines;
}

std::string text_at(const value& line, std::string_view key) {
    const auto* found = line.as_object().if_contains(key);
    return found && found->is_string() ? std::string{found->as_string()} : "";
}

std::string from_hex(std::string_view hex) {
    std::string out;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        out += static_cast<char>(std::stoi(std::string{hex.substr(i, 2)}, nullptr, 16));
    return out;
}

// `frame`, `hex`, or `frame_runs`: strings as they are, [x, n] for n times x.
std::string payload_of(const value& line) {
    if (const auto* runs = line.as_object().if_contains("frame_runs")) {
        std::string out;
        for (const auto& run : runs->as_array()) {
            if (run.is_string())
                out += run.as_string();
            else
                for (std::int64_t i = 0; i < run.at(1).as_int64(); ++i) out += run.at(0).as_string();
        }
        return out;
    }
    const auto frame = text_at(line, "frame");
    return frame.empty() ? from_hex(text_at(line, "hex")) : frame;
}

// Calls of what this hub can't have yet: streams, uploads, and authorization per method. What answers them is left out
// as well.
class out_of_reach {
public:
    bool skips_call(const std::string& message) {
        static const std::set<std::string> targets{
            "Secured",   "Stream",       "Counter",    "counter",         "StreamThrowException",
            "FailAfter", "HubFailAfter", "StreamNull", "StreamingConcat", "UploadTwo"};
        const auto v = read(message);
        if (!targets.contains(text_at(v, "target"))) return false;
        ids_.insert(text_at(v, "invocationId"));
        return true;
    }
    bool skips_answer(const std::string& message) const {
        return ids_.contains(text_at(read(message), "invocationId"));
    }

private:
    static value read(const std::string& message) {
        boost::system::error_code ec;
        auto v = boost::json::parse(message.substr(0, message.find('\x1e')), ec);
        return ec || !v.is_object() ? boost::json::object{} : v;
    }
    std::set<std::string> ids_;
};

void expect_messages(const std::string& text, std::vector<std::string>& to, const out_of_reach& without = {}) {
    for (std::size_t from = 0; from < text.size();) {
        const auto end = text.find('\x1e', from) + 1;
        if (const auto message = text.substr(from, end - from); !without.skips_answer(message)) to.push_back(message);
        from = end;
    }
}

void arrange_hooks(hub_on_wire& h, const std::string& session) {
    if (session.find("OnConnected") == std::string::npos) return;
    h.hub->on_connected([&h, session](caller_context& c) -> asio::awaitable<void> {
        if (session.starts_with("hub aborts")) c.abort();
        if (session.starts_with("OnConnected sends"))
            h.hub->clients().client(c.connection_id()).send_json("Hello", R"(["from OnConnected"])");
        if (session.starts_with("OnConnected throws HubException")) throw hub_exception{"hub on connected failed"};
        if (session.starts_with("OnConnected throws"))
            throw described_error{"InvalidOperationException", "on connected failed"};
        co_return;
    });
}

void replay(const std::string& session, const std::vector<value>& lines, bool detailed) {
    SCOPED_TRACE(session);
    hub_options options;
    options.enable_detailed_errors = detailed;
    hub_on_wire h{options};
    add_reference_methods(*h.hub);
    arrange_hooks(h, session);
    auto client = h.open();
    std::vector<std::string> want;
    std::optional<std::uint16_t> want_code;
    out_of_reach unreachable;
    for (const auto& line : lines) {
        const std::string op = text_at(line, "op"), dir = text_at(line, "dir"), payload = payload_of(line);
        if (dir == "C" && op == "close") {
            const auto& code = line.at("code");
            client->send_close(code.is_int64() ? static_cast<std::uint16_t>(code.as_int64()) : 1005);
        } else if (dir == "C" && !unreachable.skips_call(payload)) {
            client->send(payload, op == "binary" ? net::websocket::opcode::binary : net::websocket::opcode::text);
        } else if (dir == "S" && op == "close") {
            want_code = static_cast<std::uint16_t>(line.at("code").as_int64());
        } else if (dir == "S" && (op == "text" || op == "binary")) {
            expect_messages(payload, want, unreachable);
        }
    }
    EXPECT_EQ(client->take(), want);
    EXPECT_EQ(client->close_code, want_code);
}

void replay_file(const std::string& name, bool detailed, std::size_t sessions,
                 const std::set<std::string>& leave_out = {}) {
    std::vector<std::pair<std::string, std::vector<value>>> all;
    for (auto& line : read_lines(name)) {
        const auto session = text_at(line, "session");
        if (all.empty() || all.back().first != session) all.emplace_back(session, std::vector<value>{});
        all.back().second.push_back(std::move(line));
    }
    std::size_t held = 0;
    for (const auto& [session, lines] : all) {
        if (leave_out.contains(session)) continue;
        replay(session, lines, detailed || session.find("detailed errors") != std::string::npos);
        ++held;
    }
    EXPECT_EQ(held, sessions);
}

}  // namespace

TEST(Transcript, Handshakes) {
    // Its text is the .NET JSON reader's own.
    replay_file("handshake.ndjson", false, 36, {"garbage, detailed errors"});
}

TEST(Transcript, Invocations) { replay_file("invocation.ndjson", false, 2); }

TEST(Transcript, Errors) { replay_file("errors.ndjson", false, 1); }

TEST(Transcript, ErrorsInDetail) { replay_file("errors-detailed.ndjson", true, 1); }

TEST(Transcript, Closing) {
    // A call that can't be written is refused where it is sent from; the other text is .NET's.
    replay_file(
        "close.ndjson", false, 19,
        {"server to client call that cannot be serialized", "result that cannot be serialized, detailed errors"});
}

TEST(Transcript, Parsing) {
    // Taken as "no id", and passed over, where the reference server gives up the connection (README).
    const std::set<std::string> kinder{"invocationId null", "type 0", "type -1", "type 10"};
    std::size_t held = 0;
    for (const auto& line : read_lines("parse.ndjson")) {
        const auto name = text_at(line, "case");
        if (kinder.contains(name)) continue;
        // Here the count is looked at first, there the values: only the detailed text tells.
        if (name.starts_with("more arguments after") && text_at(line, "server") == "detailed") continue;
        SCOPED_TRACE(name + ", " + text_at(line, "server"));
        hub_options options;
        options.enable_detailed_errors = text_at(line, "server") == "detailed";
        hub_on_wire h{options};
        add_reference_methods(*h.hub);
        auto client = h.connect();
        const bool text = line.as_object().contains("frame");
        client->send(payload_of(line), text ? net::websocket::opcode::text : net::websocket::opcode::binary);
        client->send(call_text("alive", "Echo", "[\"alive\"]"));

        std::vector<std::string> want;
        std::optional<std::uint16_t> want_code;
        for (const auto& answer : line.at("answer").as_array()) {
            if (answer.is_string())
                expect_messages(std::string{answer.as_string()}, want);
            else
                want_code = static_cast<std::uint16_t>(answer.at("close").as_int64());
        }
        EXPECT_EQ(client->take(), want);
        EXPECT_EQ(client->close_code, want_code);
        ++held;
    }
    EXPECT_GE(held, 80U);
}
