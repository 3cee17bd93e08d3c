// recv and send without being points of cancellation, which no thread here uses: glibc's cost four locked instructions per
// request in a process with more than one thread.
#pragma once
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>

namespace net {

// As recv() and send(): -1 and errno when they fail.
inline std::ptrdiff_t receive_bytes(int fd, char* into, std::size_t room) noexcept {
#ifdef SYS_recvfrom
    return ::syscall(SYS_recvfrom, fd, into, room, 0, nullptr, nullptr);
#else
    return ::recv(fd, into, room, 0);
#endif
}

inline std::ptrdiff_t send_bytes(int fd, const void* bytes, std::size_t size) noexcept {
#ifdef SYS_sendto
    return ::syscall(SYS_sendto, fd, bytes, size, MSG_NOSIGNAL, nullptr, 0);
#else
    return ::send(fd, bytes, size, MSG_NOSIGNAL);
#endif
}

}  // namespace net
