// Stops asking who does not answer: a store that hangs would otherwise cost every order its timeout.
#pragma once
#include <atomic>

#include "base/clock.hpp"

namespace workflow {

// Safe from any thread.
class breaker {
public:
    breaker(int failures, base::steady_time::duration pause, const base::clock& time)
        : failures_{failures}, pause_{pause}, time_{time} {}

    // May the next call go out? While open, one in each pause may.
    bool lets_through() noexcept {
        if (!open()) return true;
        auto due = next_try_.load(std::memory_order_relaxed);
        const auto now = ticks(time_.steady());
        return now >= due && next_try_.compare_exchange_strong(due, now + pause_.count());
    }
    bool open() const noexcept { return in_a_row_.load(std::memory_order_relaxed) >= failures_; }

    void answered() noexcept { in_a_row_.store(0, std::memory_order_relaxed); }
    void silent() noexcept {
        if (in_a_row_.fetch_add(1, std::memory_order_relaxed) + 1 == failures_)
            next_try_.store(ticks(time_.steady()) + pause_.count(), std::memory_order_relaxed);
    }

private:
    using ticks_type = base::steady_time::duration::rep;
    static ticks_type ticks(base::steady_time t) noexcept { return t.time_since_epoch().count(); }

    const int failures_;
    const base::steady_time::duration pause_;
    const base::clock& time_;
    std::atomic<int> in_a_row_{0};
    std::atomic<ticks_type> next_try_{0};
};

}  // namespace workflow
