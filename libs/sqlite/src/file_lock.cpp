#include "file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace sqlite {
namespace {

std::string holder(int fd) {
    char text[32] = {};
    const auto n = ::pread(fd, text, sizeof text - 1, 0);
    std::string pid{text, n > 0 ? static_cast<std::size_t>(n) : 0};
    while (!pid.empty() && (pid.back() < '0' || pid.back() > '9')) pid.pop_back();
    return pid.empty() ? "unknown" : pid;
}

}  // namespace

base::result<file_lock> file_lock::take(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return base::fail(base::fault_kind::invalid, "can't open " + path + ": " + std::strerror(errno));
    file_lock lock{fd};
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0)
        return base::fail(base::fault_kind::invalid, path + " is held by process " + holder(fd));
    const auto pid = std::to_string(::getpid()) + "\n";
    if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size()))
        return base::fail(base::fault_kind::invalid, "can't write " + path + ": " + std::strerror(errno));
    return lock;
}

file_lock::file_lock(file_lock&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}

// The file stays: removing it would let two newcomers lock two files of one name.
file_lock::~file_lock() {
    if (fd_ >= 0) ::close(fd_);
}

}  // namespace sqlite
