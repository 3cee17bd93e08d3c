// Any bytes as MessagePack messages and values: nothing is read outside, nothing is allocated because bytes claim it, and what is read
// can be written and read again, in either protocol.
#include <cstddef>
#include <cstdint>

#include "hub_protocol.hpp"
#include "messagepack_bytes.hpp"
#include "value_checks.hpp"

using namespace signalr;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string bytes{reinterpret_cast<const char*>(data), size};  // on the heap, so that a read past it is seen
    const hub_protocol& p = messagepack_protocol();
    fuzzing::check_value(encoding::messagepack, bytes);
    for (std::string_view rest = bytes; !rest.empty();) {
        const auto length = p.frame_size(rest, 0);
        if (!length || *length == 0) break;
        incoming message;
        const auto framed = rest.substr(0, *length);
        if (p.parse(framed, message)) {
            if (p.is_ping(framed)) fuzzing::require(message.kind == message_kind::ping);
            fuzzing::check_message(p, message);
        }
        rest.remove_prefix(*length);
    }
    return 0;
}
