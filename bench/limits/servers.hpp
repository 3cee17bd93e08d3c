// The servers that are compared, and the load that is put on them. One request, one answer, the same bytes for all.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace limits {

// What an intake request looks like, and what it is answered with.
extern const std::string request_bytes;
extern const std::string answer_body;
extern const std::string answer_head;  // as intake's, byte for byte but for ids and times

// A token that serve_intake() takes.
std::string make_bearer_token();

using announce = std::function<void(std::uint16_t port)>;

// Each listens on a free port, announces it, and serves until the process is killed.
void serve_bare(const announce& ready);                 // epoll, recv, send; looks at nothing but the number of bytes
void serve_net(const announce& ready, bool coroutine);  // libs/net: answer_now(), or a coroutine per request

void serve_intake(const announce& ready);  // order-accept as it is, with a broker that confirms at once

struct load {
    std::size_t connections = 64, depth = 1;
    double seconds = 3;
};
// Answers received.
std::uint64_t put_load(std::uint16_t port, const load& what);

// Opens connections that ask once and then stay, as long as this process does.
void open_idle(std::uint16_t port, std::size_t connections);

}  // namespace limits
