// A certificate authority for one test: a key, its certificate, and a server's, as files in a temporary folder.
#pragma once
#include <filesystem>
#include <string>

namespace net::testing {

class certificates {
public:
    // The server's certificate names `host` (a DNS name) and 127.0.0.1.
    explicit certificates(const std::string& host = "localhost");
    ~certificates();
    certificates(const certificates&) = delete;
    certificates& operator=(const certificates&) = delete;

    std::string ca() const { return (folder_ / "ca.pem").string(); }
    std::string chain() const { return (folder_ / "server.pem").string(); }
    std::string key() const { return (folder_ / "server.key").string(); }
    std::string pfx() const { return (folder_ / "server.pfx").string(); }
    static constexpr const char* pfx_password = "open sesame";

private:
    std::filesystem::path folder_;
};

}  // namespace net::testing
