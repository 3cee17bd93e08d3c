// A hub and nothing else on a port of its own: for small programs, samples and tests.
#pragma once
#include <cstdint>
#include <memory>

#include "base/result.hpp"
#include "net/listener.hpp"
#include "signalr/hub.hpp"

namespace signalr {

class hub_server {
public:
    virtual ~hub_server() = default;  // stops accepting; the loops and the hub go on
    virtual std::uint16_t port() const noexcept = 0;
    // Blocks until SIGINT, SIGTERM or stop(); then the hub's clients are told to come back later, which takes
    // hub_options::shutdown_wait at most.
    virtual void run() = 0;
    virtual void stop() = 0;  // safe from any thread
};

// Starts the loops, which outlive the hub's connections, and listens: on 127.0.0.1 unless told otherwise. All other paths are 404,
// and browsers of other origins are not let in. Errors: as net::listen().
base::result<std::unique_ptr<hub_server>> serve(hub& what, net::loops& on, net::listen_options where = {});

}  // namespace signalr
