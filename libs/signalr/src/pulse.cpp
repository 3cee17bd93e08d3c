#include "pulse.hpp"

#include <algorithm>

namespace signalr {
namespace {

std::int64_t second_of(steady_time t) noexcept {
    return std::chrono::floor<std::chrono::seconds>(t.time_since_epoch()).count();
}

}  // namespace

void timed::unlink() noexcept {
    if (!after_) return;
    before_->after_ = after_;
    after_->before_ = before_;
    before_ = after_ = nullptr;
}

pulse::pulse(steady_time now) noexcept : done_{second_of(now)} {
    for (auto& head : ring_) head.before_ = head.after_ = &head;
}

void pulse::link(timed& head, timed& who) noexcept {
    who.before_ = head.before_;
    who.after_ = &head;
    head.before_->after_ = &who;
    head.before_ = &who;
}

void pulse::schedule(timed& who, steady_time due) noexcept {
    who.unlink();
    if (due == steady_time::max()) return;
    const std::int64_t whole = std::chrono::ceil<std::chrono::seconds>(due.time_since_epoch()).count();
    const std::int64_t at = std::clamp<std::int64_t>(whole, done_ + 1, done_ + static_cast<std::int64_t>(size) - 1);
    link(ring_[static_cast<std::size_t>(at) % size], who);
}

void pulse::tick(steady_time now) {
    const std::int64_t last = second_of(now);
    // After a stall each bucket is visited once at most.
    for (done_ = std::max(done_, last - static_cast<std::int64_t>(size)); done_ < last;) {
        ++done_;
        anchor due;  // taken aside: what is due may schedule itself, or end others that are due as well
        due.before_ = due.after_ = &due;
        anchor& bucket = ring_[static_cast<std::size_t>(done_) % size];
        if (bucket.after_ != &bucket) {
            due.after_ = bucket.after_, due.before_ = bucket.before_;
            due.after_->before_ = due.before_->after_ = &due;
            bucket.before_ = bucket.after_ = &bucket;
        }
        while (due.after_ != &due) {
            timed& who = *due.after_;
            who.unlink();
            const auto next = who.on_time(now);
            schedule(who, next);
        }
    }
}

}  // namespace signalr
