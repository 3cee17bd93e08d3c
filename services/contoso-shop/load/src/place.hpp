// http://host:port, taken apart.
#pragma once
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "net/listener.hpp"

namespace load {

struct place {
    std::string host;
    std::uint16_t port = 80;
    std::string authority;         // of the Host header
    net::connect_options connect;  // with TLS when the scheme is https
};
// `invalid`: not an http or https URL of a host, and maybe a port.
base::result<place> read_place(std::string_view url);

}  // namespace load
