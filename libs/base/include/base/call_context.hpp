// The first parameter of every port call: how long it may take, which trace it belongs to, where it logs.
#pragma once
#include <utility>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/trace.hpp"

namespace base {

struct call_context {
    steady_time due = steady_time::max();  // deadlines travel down and only shrink
    trace_context trace;
    log_scope log;
    std::uint64_t unit = 0;  // number of the open unit of work that this call belongs to, handed to it or not; 0: none

    call_context within(const clock& time, steady_time::duration limit) const {
        return within(time.steady_roughly(), limit);
    }
    call_context within(steady_time now, steady_time::duration limit) const {
        call_context inner = *this;
        if (const auto latest = now + limit; latest < inner.due) inner.due = latest;
        return inner;
    }
};

}  // namespace base
