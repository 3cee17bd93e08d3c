#include "outgoing.hpp"

#include <algorithm>

#include "net/websocket/codec.hpp"
#include "net/websocket/session.hpp"

namespace signalr {

outgoing::outgoing(std::string_view target, const arguments& what, unsigned protocols, member_names json_names) {
    for (std::size_t i = 0; i < max_protocols; ++i) {
        if ((protocols >> i & 1) == 0) continue;
        const hub_protocol& p = protocol_at(i, json_names);
        std::string message;
        if (!p.write_invocation(message, {}, target, what)) {
            writable_ = false;
            forms_ = {};
            return;
        }
        using net::websocket::opcode;
        forms_[i].frame = net::websocket::frame_shared(p.binary() ? opcode::binary : opcode::text, message);
        forms_[i].header = net::websocket::frame_header_size(message.size());
    }
}

unsigned outgoing::serializations() const noexcept {
    unsigned made = 0;
    for (const auto& form : forms_) made += form.frame ? 1 : 0;
    return made;
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
