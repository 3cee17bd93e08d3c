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
    outgoing(std::string_view target, const arguments& what, unsigned protocols,
             member_names json_names = member_names::camel_case);

    bool writable() const noexcept {
        return writable_;
    }  // false: one of the protocols can't say it; then it is in none

    const shared_message& in(const hub_protocol& p) const noexcept { return forms_[p.index()]; }
    unsigned serializations() const noexcept;

    // For what goes to everyone: not to these. Before it is handed to any room.
    void leave_out(std::span<const std::string_view> connections);
    bool leaves_out(const connection_id& id) const noexcept;

private:
    std::array<shared_message, max_protocols> forms_;
    std::vector<connection_id> left_out_;  // sorted
    bool writable_ = true;
};

using outgoing_ptr = std::shared_ptr<const outgoing>;

}  // namespace signalr
