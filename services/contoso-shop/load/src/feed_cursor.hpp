// Where one hub connection stands in its user's feed, and whether something is missing (contracts §5).
#pragma once
#include <algorithm>
#include <cstdint>

namespace load {

class feed_cursor {
public:
    std::int64_t last() const noexcept { return last_; }  // what to Resume after
    bool gap() const noexcept { return highest_ > last_; }
    std::uint64_t gaps() const noexcept { return gaps_; }      // times that something was missing
    std::uint64_t broken() const noexcept { return broken_; }  // "complete" replays with a hole in them

    // A push. `previous` 0: the first of its feed. Lower numbers are late or repeated, and no gap.
    void pushed(std::int64_t sequence, std::int64_t previous) noexcept {
        if (sequence <= last_) return;
        if (previous == last_ && !gap()) {
            last_ = highest_ = sequence;
            return;
        }
        if (!gap()) ++gaps_;
        highest_ = std::max(highest_, sequence);
    }

    // One entry of a Resume's answer, oldest first; then resumed() ends it.
    void replayed(std::int64_t sequence, std::int64_t previous, bool complete) noexcept {
        if (sequence <= last_) return;
        if (complete && previous != last_) ++broken_;
        last_ = sequence;
    }
    void resumed(std::int64_t latest, bool complete) noexcept {
        last_ = std::max(last_, latest);
        // Incomplete: the feed does not reach back so far, asking it again would not help. The API is asked
        // instead.
        if (!complete) last_ = std::max(last_, highest_);
        highest_ = std::max(highest_, last_);
    }

private:
    std::int64_t last_ = 0;     // everything up to here was seen, or is known to be gone
    std::int64_t highest_ = 0;  // highest number pushed
    std::uint64_t gaps_ = 0, broken_ = 0;
};

}  // namespace load
