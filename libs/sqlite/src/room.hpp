// Whether the disk has room for more: looked at now and then, and after a full disk only believed when a
// write works.
#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

namespace sqlite {

class room {
public:
    room(std::string path, std::uint64_t least, std::chrono::milliseconds every);

    bool there() const noexcept { return there_.load(std::memory_order_relaxed); }
    std::uint64_t free_bytes() const noexcept { return free_.load(std::memory_order_relaxed); }

    // The writer's thread only.
    bool due() const noexcept { return std::chrono::steady_clock::now() >= next_; }
    void look();              // asks the file system
    void refused() noexcept;  // SQLite has said FULL
    bool needs_probe() const noexcept { return full_ && enough_; }
    void probed() noexcept;  // a write of some size worked

private:
    void settle() noexcept { there_.store(enough_ && !full_, std::memory_order_relaxed); }

    std::string path_;
    std::uint64_t least_;
    std::chrono::milliseconds every_;
    std::chrono::steady_clock::time_point next_{};
    bool enough_ = true, full_ = false;
    std::atomic<bool> there_{true};
    std::atomic<std::uint64_t> free_{0};
};

}  // namespace sqlite
