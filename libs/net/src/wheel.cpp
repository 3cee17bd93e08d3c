#include "wheel.hpp"

#include <algorithm>

namespace net {

void deadline_wheel::put(entry& e, std::int64_t tick) {
    // Beyond the wheel's reach: looked at after a whole turn, and put further then.
    e.looked_at_ = std::clamp(tick, current_ + 1, current_ + slot_count - 1);
    slots_[static_cast<std::size_t>(e.looked_at_ % slot_count)].push_back(e);
}

void deadline_wheel::set(entry& e, time_point due, time_point now) {
    e.due_ = due;
    if (due == time_point::max()) return;
    const auto wanted = tick_of(due) + 1;
    if (e.is_linked()) {
        if (e.looked_at_ <= wanted) return;
        e.unlink();
    }
    if (empty()) current_ = tick_of(now);  // it stood still meanwhile
    put(e, wanted);
}

void deadline_wheel::turn(time_point now) {
    const auto target = tick_of(now);
    const auto first = std::max(current_ + 1, target - slot_count + 1);
    for (auto tick = first; tick <= target; ++tick) {
        list batch;
        batch.swap(slots_[static_cast<std::size_t>(tick % slot_count)]);
        current_ = tick;
        while (!batch.empty()) {
            entry& e = batch.front();
            batch.pop_front();
            if (e.due_ <= now) {
                e.due_ = time_point::max();
                e.on_due();
            } else if (e.due_ != time_point::max()) {
                put(e, tick_of(e.due_) + 1);
            }
        }
    }
    current_ = std::max(current_, target);
}

bool deadline_wheel::empty() const noexcept {
    return std::all_of(slots_.begin(), slots_.end(), [](const list& l) { return l.empty(); });
}

}  // namespace net
