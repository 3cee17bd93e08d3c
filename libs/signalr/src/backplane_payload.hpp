// What servers tell each other over the backplane, byte for byte as the official server does (MessagePack; specification §9.2–9.4).
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hub_protocol.hpp"

namespace signalr::backplane_payload {

// Views point into the payload it was read from. What follows the items known here is ignored; so are protocols unknown here.
struct invocation {
    std::vector<std::string_view> excluded;                  // connection ids
    std::array<std::string_view, max_protocols> messages{};  // whole framed hub messages by protocol; empty: none
    std::string_view invocation_id, return_channel;          // a client's result is wanted
};

struct group_command {
    enum class action : std::uint8_t { add = 1, remove = 2 };
    std::int32_t id = 0;
    std::string_view server;  // who waits for the ack
    action what = action::add;
    std::string_view group, connection;
};

struct completion {
    std::string_view protocol, message;  // its name, the framed completion
};

// Ours alone, on a channel of its own: ends connections wherever they are.
struct abort_command {
    enum class target : std::uint8_t { connection = 1, user = 2 };
    target what = target::connection;
    std::string_view name;
};

std::string write(const invocation& v);
std::string write(const group_command& v);
std::string write(const completion& v);
std::string write(const abort_command& v);
std::string write_ack(std::int32_t id);

// False: it is nothing of the kind.
bool read(std::string_view payload, invocation& out);
bool read(std::string_view payload, group_command& out);
bool read(std::string_view payload, completion& out);
bool read(std::string_view payload, abort_command& out);
bool read_ack(std::string_view payload, std::int32_t& id);

}  // namespace signalr::backplane_payload
