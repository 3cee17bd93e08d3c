#include "wire.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <stdexcept>

#include "messages.hpp"

namespace hub_bench {
namespace {

socket_handle connect_to(std::uint16_t port) {
    socket_handle made{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    where.sin_port = htons(port);
    if (::connect(made.get(), reinterpret_cast<sockaddr*>(&where), sizeof where) != 0)
        throw std::runtime_error{"cannot connect to port " + std::to_string(port)};
    const int on = 1;
    ::setsockopt(made.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return made;
}

// Reads until `end` has come; what was read.
std::string read_until(int fd, std::string_view end) {
    std::string have;
    std::array<char, 2048> piece;
    while (have.find(end) == std::string::npos) {
        const auto n = ::recv(fd, piece.data(), piece.size(), 0);
        if (n <= 0) throw std::runtime_error{"the server closed after: " + have};
        have.append(piece.data(), static_cast<std::size_t>(n));
    }
    return have;
}

std::string credentials(const target& where) { return where.token.empty() ? "" : "&access_token=" + where.token; }

std::string negotiated_token(const target& where, const std::string& query) {
    const auto to = connect_to(where.port);
    send_all(to.get(), "POST /hub/negotiate?negotiateVersion=1&" + query +
                           " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    const auto answer = read_until(to.get(), "availableTransports");
    const auto key = answer.find("\"connectionToken\":\"");
    if (key == std::string::npos) throw std::runtime_error{"negotiate said: " + answer};
    return answer.substr(key + 19, 22);
}

}  // namespace

socket_handle::~socket_handle() {
    if (fd_ >= 0) ::close(fd_);
}

void send_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n <= 0) throw std::runtime_error{"the server closed"};
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
}

socket_handle open_hub(const target& where, std::string_view user) {
    const std::string query = "user=" + std::string{user} + credentials(where);
    const std::string id = where.negotiate ? "&id=" + negotiated_token(where, query) : "";
    auto made = connect_to(where.port);
    send_all(made.get(), "GET /hub?" + query + id +
                             " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                             "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    const auto head = read_until(made.get(), "\r\n\r\n");
    if (!head.starts_with("HTTP/1.1 101")) throw std::runtime_error{"no upgrade: " + head};
    send_all(made.get(), handshake_request());
    read_until(made.get(), "{}\x1e");
    return made;
}

double cpu_of(int pid) {
    std::array<char, 1024> text{};
    std::FILE* f = std::fopen(("/proc/" + std::to_string(pid) + "/stat").c_str(), "r");
    if (!f) throw std::runtime_error{"no process " + std::to_string(pid)};
    const auto n = std::fread(text.data(), 1, text.size() - 1, f);
    std::fclose(f);
    const std::string_view all{text.data(), n};
    unsigned long user = 0, system = 0;
    // Fields 14 and 15; the second may hold blanks, so count from behind its bracket.
    if (std::sscanf(text.data() + all.rfind(')') + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
                    &system) != 2)
        throw std::runtime_error{"unreadable /proc stat"};
    return static_cast<double>(user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double own_cpu() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

std::size_t resident_of(int pid) {
    std::FILE* f = std::fopen(("/proc/" + std::to_string(pid) + "/statm").c_str(), "r");
    unsigned long total = 0, resident = 0;
    if (!f || std::fscanf(f, "%lu %lu", &total, &resident) != 2) throw std::runtime_error{"unreadable /proc statm"};
    std::fclose(f);
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace hub_bench
