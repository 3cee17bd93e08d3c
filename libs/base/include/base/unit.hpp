// A unit of work that adapters on one database can share. Business code only passes it on: the consumer hands it in
// with a batch, the ports of that handler take it, and the consumer commits it with the acks. Null: no such thing
// here, and every call is durable by itself when it returns.
#pragma once
#include <functional>
#include <utility>

namespace base {

class unit {
public:
    virtual ~unit() = default;
    // Runs `then` after the commit, on the consumer's executor; never when the unit is rolled back.
    virtual void after_commit(std::function<void()> then) = 0;
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
