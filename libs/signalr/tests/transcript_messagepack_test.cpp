// Conversations that were recorded with the reference server, held again with this one, in MessagePack.
#include "support/transcript.hpp"

using namespace signalr;
using namespace signalr::testing;

namespace {

void replay(const std::string& name, bool detailed, std::size_t sessions, const std::set<std::string>& leave_out = {},
            const std::set<std::string>& unreachable = {}) {
    replay_file(encoding::messagepack, name, detailed, sessions, leave_out, unreachable);
}

}  // namespace

TEST(MessagePackTranscript, Invocations) {
    // .NET remembers how wide the integers of an untyped value were.
    replay("invocation.ndjson", false, 2, {}, {"EchoObject"});
}

TEST(MessagePackTranscript, Errors) { replay("errors.ndjson", false, 1); }

TEST(MessagePackTranscript, ErrorsInDetail) { replay("errors-detailed.ndjson", true, 1); }

TEST(MessagePackTranscript, Streams) { replay("streams.ndjson", false, 2); }

TEST(MessagePackTranscript, Uploads) { replay("uploads.ndjson", false, 3); }

TEST(MessagePackTranscript, Closing) {
    replay("close.ndjson", false, 20, {"server to client call that cannot be serialized"});
}
