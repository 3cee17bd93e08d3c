// Deadlines of one loop's hub connections, to the second: a ring of buckets, so that a tick touches only
// those that are due and an idle connection costs two pointers.
#pragma once
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace signalr {

using steady_time = std::chrono::steady_clock::time_point;

// One that waits in the ring. Leaves it when destroyed.
class timed {
public:
    timed() = default;
    timed(const timed&) = delete;
    timed& operator=(const timed&) = delete;
    virtual ~timed() { unlink(); }
    // Its time has come, or the ring could not look further ahead; max(): no further call. May end the
    // connection.
    virtual steady_time on_time(steady_time now) = 0;

private:
    friend class pulse;
    void unlink() noexcept;
    timed* before_ = nullptr;
    timed* after_ = nullptr;
};

// Loop thread only.
class pulse {
public:
    static constexpr std::chrono::seconds granularity{1};

    explicit pulse(steady_time now) noexcept;
    pulse(const pulse&) = delete;
    pulse& operator=(const pulse&) = delete;

    void schedule(timed& who, steady_time due) noexcept;  // moves it when it waits already
    static void forget(timed& who) noexcept { who.unlink(); }
    void tick(steady_time now);

private:
    class anchor final : public timed {
        steady_time on_time(steady_time) override { return steady_time::max(); }
    };
    static void link(timed& head, timed& who) noexcept;

    static constexpr std::size_t size = 64;
    std::array<anchor, size> ring_;
    std::int64_t done_;  // the last second that was worked off
};

}  // namespace signalr
