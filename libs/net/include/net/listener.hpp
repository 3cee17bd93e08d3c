// One acceptor per port; it hands sockets to the loops in turn (contracts: no SO_REUSEPORT, a second process must fail).
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/metrics.hpp"
#include "base/result.hpp"
#include "net/connection.hpp"
#include "net/loop.hpp"

namespace net {

class tls_context;  // net/tls.hpp

struct listen_options {
    std::string address = "127.0.0.1";  // an IP address; "*" or "+" is every address, IPv6 included
    std::uint16_t port = 0;             // 0: the system chooses, see listener::port()
    int backlog = 1024;
    std::size_t max_connections = 18'000;  // above: a new one waits in the kernel's queue
    connection_limits limits;
    std::shared_ptr<tls_context> tls;  // null: plain
};

// Makes the protocol of a new connection; called on its loop.
using protocol_factory = std::function<std::unique_ptr<protocol>(loop&)>;

class listener {
public:
    virtual ~listener() = default;  // stops accepting; connections live on
    virtual std::uint16_t port() const noexcept = 0;
    virtual void stop_accepting() = 0;  // closes the port. Safe from any thread.
    virtual std::size_t open_connections() const noexcept = 0;
    // Calls `f` for every connection that came by this listener, each on its own loop; for shutdown.
    virtual void for_each(std::function<void(connection&)> f) = 0;
};

base::result<std::unique_ptr<listener>> listen(loops& on, listen_options options, protocol_factory make);

// A connection to elsewhere (clients, tests, load): TCP, or TLS when `tls` is given with `host` as its server name.
struct connect_options {
    std::string host;  // name or address
    std::uint16_t port = 0;
    std::chrono::milliseconds timeout{5'000};
    connection_limits limits;
    std::shared_ptr<tls_context> tls;
};
// On loop `on`'s thread, resumes there.
base::task<std::shared_ptr<connection>> connect(loop& on, connect_options options, std::unique_ptr<protocol> rider);

}  // namespace net
