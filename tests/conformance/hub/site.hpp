// One server of the program: the hubs with one set of options, and the paths around them, on a port of its own.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "net/listener.hpp"
#include "signalr/hub.hpp"

namespace conformance {

struct variant {
    std::string name;
    signalr::hub_options options;
    bool conformance = false;  // cookies at negotiate and CORS for any origin, as the official clients' suite wants
    bool tls = false;
};

class site {
public:
    virtual ~site() = default;
    virtual std::string url() const = 0;
    virtual void set_about(std::string json) = 0;  // what GET /variants says; before the first request
    virtual void stop_accepting() = 0;
    virtual boost::asio::awaitable<void> shut_down() = 0;
};

// `tls`: for variants that want it.
base::result<std::unique_ptr<site>> open_site(variant what, std::uint16_t port, net::loops& loops,
                                              std::shared_ptr<net::tls_context> tls);

}  // namespace conformance
