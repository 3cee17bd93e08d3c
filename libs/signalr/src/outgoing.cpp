#include "outgoing.hpp"

#include <algorithm>

#include "net/websocket/codec.hpp"
#include "net/websocket/session.hpp"

namespace signalr {

outgoing::outgoing(std::string_view invocation_id, std::string_view target, const arguments& what, unsigned protocols,
                   member_names json_names) {
    std::string message;
    for (std::size_t i = 0; i < max_protocols; ++i) {
        if ((protocols >> i & 1) == 0) continue;
        message.clear();
        const hub_protocol& p = protocol_at(i, json_names);
        if (p.write_invocation(message, invocation_id, target, what)) keep(p, message);
    }
}

outgoing::outgoing(const messages& written, unsigned protocols) {
    for (std::size_t i = 0; i < max_protocols; ++i) {
        if ((protocols >> i & 1) == 0 || written[i].empty()) continue;
        const auto size = protocol_at(i).frame_size(written[i], 0);
        if (size && *size == written[i].size()) keep(protocol_at(i), written[i]);
    }
}

void outgoing::keep(const hub_protocol& p, std::string_view message) {
    using net::websocket::opcode;
    auto& form = forms_[p.index()];
    form.frame = net::websocket::frame_shared(p.binary() ? opcode::binary : opcode::text, message);
    form.header = net::websocket::frame_header_size(message.size());
}

unsigned outgoing::forms() const noexcept {
    unsigned there = 0;
    for (std::size_t i = 0; i < max_protocols; ++i) there |= forms_[i].frame ? 1U << i : 0U;
    return there;
}

outgoing::messages outgoing::unframed() const noexcept {
    messages all{};
    for (std::size_t i = 0; i < max_protocols; ++i)
        if (forms_[i].frame) all[i] = forms_[i].message();
    return all;
}

void outgoing::leave_out(std::span<const std::string_view> connections) {
    for (const auto name : connections)
        if (const auto id = connection_id::parse(name)) left_out_.push_back(*id);
    std::ranges::sort(left_out_, {}, &connection_id::text);
}

bool outgoing::leaves_out(const connection_id& id) const noexcept {
    return !left_out_.empty() && std::ranges::binary_search(left_out_, id.text(), {}, &connection_id::text);
}

}  // namespace signalr
