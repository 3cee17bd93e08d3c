// A message from the server to any number of clients, serialized once for each hub protocol among them.
#pragma once
#include <array>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "connection_id.hpp"
#include "hub_protocol.hpp"
#include "transport.hpp"

namespace signalr {

class outgoing {
public:
    // `protocols`: bit i set: protocol_at(i) is needed. What can't be written in one of them is not written in it: see complete().
    outgoing(std::string_view invocation_id, std::string_view target, const arguments& what, unsigned protocols,
             member_names json_names);
    // Written elsewhere, whole framed messages by protocol; one that is not one message is not there.
    using messages = std::array<std::string_view, max_protocols>;
    outgoing(const messages& written, unsigned protocols);

    const shared_message& in(const hub_protocol& p) const noexcept { return forms_[p.index()]; }
    unsigned forms() const noexcept;  // bit i set: it is there in protocol_at(i)
    messages unframed() const noexcept;

    // For what goes to everyone: not to these. Before it is handed to any room.
    void leave_out(std::span<const std::string_view> connections);
    bool leaves_out(const connection_id& id) const noexcept;

private:
    void keep(const hub_protocol& p, std::string_view message);

    std::array<shared_message, max_protocols> forms_;
    std::vector<connection_id> left_out_;  // sorted
};

inline unsigned offered(const protocol_choice& c) noexcept { return (c.json ? 1U : 0U) | (c.messagepack ? 2U : 0U); }

using outgoing_ptr = std::shared_ptr<const outgoing>;

}  // namespace signalr
