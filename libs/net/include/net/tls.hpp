// TLS by OpenSSL's memory BIOs: TLS 1.2 and up, certificates verified unless a test says otherwise.
#pragma once
#include <memory>
#include <string>

#include "base/result.hpp"

namespace net {

class tls_context {
public:
    virtual ~tls_context() = default;
};

struct tls_server_options {
    std::string certificate_path, key_path;  // PEM, or:
    std::string pfx_path, pfx_password;
};
struct tls_client_options {
    std::string ca_path;  // empty: the system's
    bool verify = true;   // name and chain
};

base::result<std::shared_ptr<tls_context>> make_tls_server(const tls_server_options& options);
base::result<std::shared_ptr<tls_context>> make_tls_client(const tls_client_options& options);

}  // namespace net
