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
    // `protocols`: bit i set: protocol_at(i) is needed.
    outgoing(std::string_view target, std::string_view arguments_json, unsigned protocols);

    const shared_message& in(const hub_protocol& p) const noexcept { return forms_[p.index()]; }
    unsigned serializations() const noexcept;

    // For what goes to everyone: not to these. Before it is handed to any room.
    void leave_out(std::span<const std::string_view> connections);
    bool leaves_out(const connection_id& id) const noexcept;

private:
    std::array<shared_message, max_protocols> forms_;
    std::vector<connection_id> left_out_;  // sorted
};

using outgoing_ptr = std::shared_ptr<const outgoing>;

}  // namespace signalr
