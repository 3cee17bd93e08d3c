// A message from the server to any number of clients, serialized once for each hub protocol among them.
#pragma once
#include <array>
#include <memory>
#include <string_view>

#include "hub_protocol.hpp"
#include "transport.hpp"

namespace signalr {

class outgoing {
public:
    // `protocols`: bit i set: protocol_at(i) is needed.
    outgoing(std::string_view target, std::string_view arguments_json, unsigned protocols);

    const shared_message& in(const hub_protocol& p) const noexcept { return forms_[p.index()]; }
    unsigned serializations() const noexcept;

private:
    std::array<shared_message, max_protocols> forms_;
};

using outgoing_ptr = std::shared_ptr<const outgoing>;

}  // namespace signalr
