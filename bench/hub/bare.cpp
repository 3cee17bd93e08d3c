// The bare limit of a hub: epoll, recv, send. It looks at nothing but the number of bytes, so it only serves this benchmark's client.
//   contoso_hub_bare PORT echo|void|broadcast [DEPTH]: what a call leads to: its answer; nothing but one answer for DEPTH
//   calls and an Echo; a send() to everyone.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <vector>

#include "messages.hpp"

namespace {

using namespace hub_bench;

enum class stage : unsigned char { upgrading, shaking_hands, open };

struct client {
    stage at = stage::upgrading;
    std::size_t have = 0;  // bytes of requests not answered yet
};

class server {
public:
    server(std::uint16_t port, std::string_view job, std::size_t depth)
        : job_{job},
          void_burst_{depth * void_request().size() + echo_request().size()},
          poll_{::epoll_create1(EPOLL_CLOEXEC)},
          acceptor_{listen_on(port)} {
        watch(acceptor_);
    }

    [[noreturn]] void run() {
        std::array<epoll_event, 256> events;
        for (;;) {
            const int n = ::epoll_wait(poll_, events.data(), static_cast<int>(events.size()), -1);
            for (int i = 0; i < n; ++i) {
                const int fd = events[static_cast<std::size_t>(i)].data.fd;
                if (fd == acceptor_)
                    accept();
                else
                    read(fd);
            }
        }
    }

private:
    static int listen_on(std::uint16_t port) {
        const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
        ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        sockaddr_in where{};
        where.sin_family = AF_INET;
        where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        where.sin_port = htons(port);
        if (::bind(fd, reinterpret_cast<sockaddr*>(&where), sizeof where) != 0 || ::listen(fd, 4096) != 0) std::abort();
        return fd;
    }

    void watch(int fd) const {
        epoll_event event{EPOLLIN, {.fd = fd}};
        ::epoll_ctl(poll_, EPOLL_CTL_ADD, fd, &event);
    }

    void accept() {
        const int fd = ::accept4(acceptor_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC), on = 1;
        if (fd < 0) return;
        ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (clients_.size() <= static_cast<std::size_t>(fd)) clients_.resize(static_cast<std::size_t>(fd) + 1);
        clients_[static_cast<std::size_t>(fd)] = {};
        everyone_.push_back(fd);
        watch(fd);
    }

    void drop(int fd) {
        std::erase(everyone_, fd);
        ::close(fd);
    }

    void write(int fd, std::string_view bytes) const { (void)!::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL); }

    void read(int fd) {
        const auto got = ::recv(fd, input_.data(), input_.size(), 0);
        if (got <= 0) return drop(fd);
        client& c = clients_[static_cast<std::size_t>(fd)];
        switch (c.at) {
            case stage::upgrading:
                c.at = stage::shaking_hands;
                return write(fd,
                             "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
            case stage::shaking_hands:
                c.at = stage::open;
                return write(fd, shaken_);
            case stage::open:
                c.have += static_cast<std::size_t>(got);
                return answer(fd, c);
        }
    }

    void answer(int fd, client& c) {
        if (job_ == "void") {
            for (; c.have >= void_burst_; c.have -= void_burst_) write(fd, echoed_);
            return;
        }
        if (job_ == "broadcast") {
            for (; c.have >= broadcast_.size(); c.have -= broadcast_.size())
                for (const int each : everyone_) write(each, message_);
            return;
        }
        output_.clear();
        for (; c.have >= echo_.size(); c.have -= echo_.size()) output_ += echoed_;
        if (!output_.empty()) write(fd, output_);
    }

    const std::string shaken_ = server_frame(with_separator("{}")), echo_ = echo_request(), echoed_ = echo_answer();
    const std::string broadcast_ = broadcast_request(), message_ = broadcast_message();
    const std::string_view job_;
    const std::size_t void_burst_;
    int poll_, acceptor_;
    std::vector<client> clients_;
    std::vector<int> everyone_;
    std::vector<char> input_ = std::vector<char>(256 * 1024);
    std::string output_;
};

}  // namespace

int main(int argc, char** argv) {
    const rlimit files{65'536, 65'536};
    ::setrlimit(RLIMIT_NOFILE, &files);
    if (argc < 3) return 2;
    server{static_cast<std::uint16_t>(std::atoi(argv[1])), argv[2], argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 1}
        .run();
}
