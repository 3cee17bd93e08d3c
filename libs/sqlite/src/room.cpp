#include "room.hpp"

#include <sys/statvfs.h>

namespace sqlite {

room::room(std::string path, std::uint64_t least, std::chrono::milliseconds every)
    : path_{std::move(path)}, least_{least}, every_{every} {
    look();
}

void room::look() {
    next_ = std::chrono::steady_clock::now() + every_;
    struct statvfs disk{};
    if (::statvfs(path_.c_str(), &disk) == 0) {
        free_.store(static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize, std::memory_order_relaxed);
        enough_ = free_bytes() >= least_;
    }
    settle();
}

void room::refused() noexcept {
    full_ = true;
    settle();
}

void room::probed() noexcept {
    full_ = false;
    settle();
}

}  // namespace sqlite
