// Conversations that were recorded with the reference server, held again with this one, in JSON.
#include "support/transcript.hpp"

using namespace signalr;
using namespace signalr::testing;

namespace {

void replay(const std::string& name, bool detailed, std::size_t sessions, const std::set<std::string>& leave_out = {}) {
    replay_file(encoding::json, name, detailed, sessions, leave_out);
}

}  // namespace

TEST(Transcript, Handshakes) {
    // Its text is the .NET JSON reader's own.
    replay("handshake.ndjson", false, 36, {"garbage, detailed errors"});
}

TEST(Transcript, Invocations) { replay("invocation.ndjson", false, 2); }

TEST(Transcript, Errors) { replay("errors.ndjson", false, 1); }

TEST(Transcript, ErrorsInDetail) { replay("errors-detailed.ndjson", true, 1); }

TEST(Transcript, Streams) { replay("streams.ndjson", false, 2); }

TEST(Transcript, Uploads) { replay("uploads.ndjson", false, 3); }

TEST(Transcript, Closing) {
    // A call that can't be written is refused where it is sent from; the other text is .NET's.
    replay("close.ndjson", false, 19,
           {"server to client call that cannot be serialized", "result that cannot be serialized, detailed errors"});
}

TEST(Transcript, Parsing) {
    // Taken as "no id", and passed over, where the reference server gives up the connection (README).
    const std::set<std::string> kinder{"invocationId null", "type 0", "type -1", "type 10"};
    std::size_t held = 0;
    for (const auto& line : read_lines("hub-json/parse.ndjson")) {
        const auto name = text_at(line, "case");
        if (kinder.contains(name)) continue;
        // Here the count is looked at first, there the values: only the detailed text tells.
        if (name.starts_with("more arguments after") && text_at(line, "server") == "detailed") continue;
        SCOPED_TRACE(name + ", " + text_at(line, "server"));
        hub_options options;
        options.enable_detailed_errors = text_at(line, "server") == "detailed";
        hub_on_wire h{options};
        gate time;
        add_reference_methods(*h.hub, time);
        auto client = h.connect();
        const bool text = line.as_object().contains("frame");
        client->send(payload_of(line), text ? net::websocket::opcode::text : net::websocket::opcode::binary);
        client->send(call_text("alive", "Echo", "[\"alive\"]"));

        std::vector<std::string> want;
        message_cutter cutter;
        std::optional<std::uint16_t> want_code;
        for (const auto& answer : line.at("answer").as_array()) {
            if (answer.is_string())
                cutter.add(std::string_view{answer.as_string()}, want);
            else
                want_code = static_cast<std::uint16_t>(answer.at("close").as_int64());
        }
        EXPECT_EQ(client->take(), want);
        EXPECT_EQ(client->close_code, want_code);
        ++held;
    }
    EXPECT_GE(held, 80U);
}
