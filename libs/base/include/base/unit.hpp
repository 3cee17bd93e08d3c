// A unit of work that adapters on one database can share. Business code only passes it on: the consumer hands it in
// with a batch, the ports of that handler take it, and the consumer commits it with the acks. Null: no such thing
// here, and every call is durable by itself when it returns.
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <utility>

namespace base {

class unit {
public:
    unit() = default;
    unit(const unit&) = delete;
    unit& operator=(const unit&) = delete;
    virtual ~unit() = default;
    // Stands for it in call contexts, which may outlive it: never 0, and never given twice in a process.
    std::uint64_t number() const noexcept { return number_; }
    // Runs `then` after the commit, on the consumer's executor; never when the unit is rolled back.
    virtual void after_commit(std::function<void()> then) = 0;

private:
    inline static std::atomic<std::uint64_t> last_{0};
    const std::uint64_t number_ = last_.fetch_add(1, std::memory_order_relaxed) + 1;
};

// Does it once the work is durable: after the unit's commit, or now when there is no unit.
template <class F>
void when_durable(unit* u, F&& then) {
    if (u)
        u->after_commit(std::forward<F>(then));
    else
        std::forward<F>(then)();
}

}  // namespace base
