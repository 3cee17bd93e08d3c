// A real redis-server of the test's own: on a free loopback port, with a folder of its own, gone with the object.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "redis/settings.hpp"

namespace redis::testing {

class redis_server {
public:
    // `options` as on redis-server's command line. Throws std::runtime_error when it can't be started (not installed …).
    explicit redis_server(std::vector<std::string> options = {});
    ~redis_server();
    redis_server(const redis_server&) = delete;
    redis_server& operator=(const redis_server&) = delete;

    // `tls-port` in the options: TLS alone is spoken there. The same port after a restart.
    std::uint16_t port() const noexcept { return port_; }
    std::filesystem::path folder() const { return folder_; }

    void kill();     // -9, and waits until it is gone
    void restart();  // as it was started, with nothing in it
    void stop();     // SIGSTOP: connected, and silent
    void go_on();    // SIGCONT

    // Client settings for it, with times that suit a test.
    settings to() const;

private:
    bool launch();
    bool answers() const;

    std::vector<std::string> options_;
    std::filesystem::path folder_;
    std::uint16_t port_ = 0;
    pid_t process_ = -1;
};

}  // namespace redis::testing
