// The bare limit: what one thread can do with epoll when it parses nothing.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <vector>

#include "servers.hpp"

namespace limits {
namespace {

int listen_anywhere(std::uint16_t& port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof where;
    ::bind(fd, reinterpret_cast<sockaddr*>(&where), size);
    ::listen(fd, 1024);
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&where), &size);
    port = ntohs(where.sin_port);
    return fd;
}

}  // namespace

void serve_bare(const announce& ready) {
    const std::string answer = answer_head + answer_body;
    std::uint16_t port = 0;
    const int acceptor = listen_anywhere(port), poll = ::epoll_create1(EPOLL_CLOEXEC);
    epoll_event event{EPOLLIN, {.fd = acceptor}};
    ::epoll_ctl(poll, EPOLL_CTL_ADD, acceptor, &event);
    ready(port);

    std::array<epoll_event, 128> events;
    std::vector<char> input(64 * 1024);
    std::vector<std::size_t> partial(64 * 1024, 0);  // bytes of a half request, by descriptor
    std::string output;
    for (;;) {
        const int n = ::epoll_wait(poll, events.data(), static_cast<int>(events.size()), -1);
        for (int i = 0; i < n; ++i) {
            const int fd = events[static_cast<std::size_t>(i)].data.fd;
            if (fd == acceptor) {
                const int peer = ::accept4(acceptor, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
                const int on = 1;
                ::setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                event = {EPOLLIN, {.fd = peer}};
                ::epoll_ctl(poll, EPOLL_CTL_ADD, peer, &event);
                continue;
            }
            const auto got = ::recv(fd, input.data(), input.size(), 0);
            if (got <= 0) {
                ::close(fd);
                continue;
            }
            auto& have = partial[static_cast<std::size_t>(fd)];
            have += static_cast<std::size_t>(got);
            output.clear();
            for (; have >= request_bytes.size(); have -= request_bytes.size()) output += answer;
            if (!output.empty() && ::send(fd, output.data(), output.size(), MSG_NOSIGNAL) < 0) ::close(fd);
        }
    }
}

}  // namespace limits
