// A redis-server that is killed and started again while the test's own loops run. A small process apart does it: a fork of this one
// would hold its sockets for a moment, and a socket that is closed meanwhile would stay in the loops' epolls.
#pragma once
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <stdexcept>

#include "redis_server.hpp"

namespace signalr::testing {

// To be made before the loops.
class redis_keeper {
public:
    redis_keeper() {
        int ends[2];
        if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) throw std::runtime_error{"no sockets"};
        keeper_ = ::fork();
        if (keeper_ == 0) {
            ::close(ends[0]);
            serve(ends[1]);
        }
        ::close(ends[1]);
        wire_ = ends[0];
        if (::recv(wire_, &port_, sizeof port_, 0) != sizeof port_)
            throw std::runtime_error{
                "redis-server could not be started; is it installed (apt-get install redis-server)?"};
    }
    ~redis_keeper() {
        ::close(wire_);
        ::waitpid(keeper_, nullptr, 0);
    }
    redis_keeper(const redis_keeper&) = delete;
    redis_keeper& operator=(const redis_keeper&) = delete;

    std::uint16_t port() const { return port_; }
    void kill() { command('k'); }
    void restart() { command('r'); }
    void stop() { command('s'); }
    void go_on() { command('g'); }

    redis::settings to() const {
        using namespace std::chrono_literals;
        redis::settings s;
        s.endpoints = {{"127.0.0.1", port_}};
        s.command_timeout = s.heartbeat_after = s.heartbeat_timeout = 20s;  // as long as a slow machine may need
        s.backoff_first = 5ms;
        s.backoff_cap = 50ms;
        return s;
    }

private:
    void command(char what) {
        char done = 0;
        if (::send(wire_, &what, 1, MSG_NOSIGNAL) != 1 || ::recv(wire_, &done, 1, 0) != 1 || done != what)
            throw std::runtime_error{"redis-server could not be kept"};
    }

    [[noreturn]] static void serve(int wire) {
        try {
            redis::testing::redis_server server;
            const auto port = server.port();
            ::send(wire, &port, sizeof port, MSG_NOSIGNAL);
            for (char what = 0; ::recv(wire, &what, 1, 0) == 1;) {
                if (what == 'k') server.kill();
                if (what == 'r') server.restart();
                if (what == 's') server.stop();
                if (what == 'g') server.go_on();
                ::send(wire, &what, 1, MSG_NOSIGNAL);
            }
        } catch (const std::exception&) {  // the other side sees that nothing comes
        }
        ::_exit(0);
    }

    int wire_ = -1;
    pid_t keeper_ = -1;
    std::uint16_t port_ = 0;
};

}  // namespace signalr::testing
