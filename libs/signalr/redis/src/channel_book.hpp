// The channels that a server wants, and how far the subscriber is with each. One change of a channel at a time, different channels at
// once. Loop thread only.
#pragma once
#include <chrono>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace signalr {

class channel_book {
public:
    using steady_time = std::chrono::steady_clock::time_point;
    // Begin it; tell done() how it went.
    using turn = std::function<void(const std::string& channel, bool on)>;
    using waiter = std::function<void()>;

    explicit channel_book(turn t) : turn_{std::move(t)} {}

    void want(const std::string& channel, waiter then, steady_time wait_until);
    void unwant(const std::string& channel);
    void done(const std::string& channel, bool on, bool good);

    void link(bool up);          // no change is begun while it is down
    void tick(steady_time now);  // those whose time is over wait no longer
    void retry();                // those that went wrong, once more

    std::size_t wanted() const noexcept { return wanted_; }
    std::size_t subscribed() const noexcept { return subscribed_; }
    bool all_begun() const noexcept { return put_off_.empty(); }
    bool empty() const noexcept { return channels_.empty(); }

private:
    enum class state : unsigned char { off, turning_on, on, turning_off };
    struct entry {
        int wishes = 0;
        state now = state::off;
        bool put_off = false;  // stands in put_off_
        std::vector<std::pair<waiter, steady_time>> waiting;
    };
    using map = std::unordered_map<std::string, entry>;

    void settle(map::iterator at);
    void release(entry& e);

    const turn turn_;
    map channels_;
    std::deque<std::string> put_off_;  // wanted and not begun, in the order they were first wanted
    std::size_t wanted_ = 0, subscribed_ = 0, waiting_ = 0;
    bool up_ = false;
};

}  // namespace signalr
