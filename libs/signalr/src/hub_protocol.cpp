#include "hub_protocol.hpp"

#include "letter_case.hpp"

namespace signalr {

void incoming::reset() noexcept {
    kind = message_kind::unknown;
    outcome = completion_kind::nothing;
    allow_reconnect = false;
    argument_count = stream_count = 0;
    sequence_id = 0;
    invocation_id = target = arguments = stream_ids = item = result = error = binding_fault = {};
    unescaped.clear();
}

const hub_protocol* find_protocol(std::string_view name, const protocol_choice& enabled) noexcept {
    if (enabled.json && same_letters(name, "json")) return &json_protocol(enabled.json_names);
    if (enabled.messagepack && same_letters(name, "messagepack")) return &messagepack_protocol();
    return nullptr;
}

const hub_protocol& protocol_at(std::size_t index, member_names json_names) noexcept {
    return index == 0 ? json_protocol(json_names) : messagepack_protocol();
}

}  // namespace signalr
