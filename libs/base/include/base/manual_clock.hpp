#pragma once
#include <atomic>

#include "base/clock.hpp"

namespace base {

// A clock that stands until it is moved; both times move together. Safe from any thread.
class manual_clock final : public clock {
public:
    explicit manual_clock(unix_micros start = 1'767'225'600'000'000) : now_{start}, steady_{0} {}

    unix_micros now() const override { return now_.load(); }
    steady_time steady() const override { return steady_time{std::chrono::microseconds{steady_.load()}}; }

    void advance(std::chrono::microseconds by) {
        now_ += by.count();
        steady_ += by.count();
    }
    void step_wall_clock(std::chrono::microseconds by) { now_ += by.count(); }

private:
    std::atomic<unix_micros> now_;
    std::atomic<std::int64_t> steady_;
};

}  // namespace base
