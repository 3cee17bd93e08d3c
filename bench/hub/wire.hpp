// The benchmark's side of a hub connection: blocking while it is set up, epoll afterwards.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace hub_bench {

// A descriptor that closes itself.
class socket_handle {
public:
    explicit socket_handle(int fd = -1) noexcept : fd_{fd} {}
    socket_handle(socket_handle&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
    socket_handle& operator=(socket_handle&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~socket_handle();
    int get() const noexcept { return fd_; }

private:
    int fd_;
};

struct target {
    std::uint16_t port = 0;
    std::string token;       // access_token; empty: none
    bool negotiate = false;  // first ask for an id
};

// An open hub connection: upgraded, hands shaken. Throws std::runtime_error with what the server said instead.
socket_handle open_hub(const target& where, std::string_view user);

void send_all(int fd, std::string_view bytes);  // blocking

// CPU seconds that a process has used so far, its threads and the kernel's work for it included; and its resident bytes.
double cpu_of(int pid);
double own_cpu();
std::size_t resident_of(int pid);

}  // namespace hub_bench
