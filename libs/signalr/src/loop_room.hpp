// What a hub has on one loop: its connections there, their deadlines, and the mailbox through which other
// threads send.
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "net/loop.hpp"
#include "outgoing.hpp"
#include "pulse.hpp"

namespace signalr {

class hub_connection;

// Loop thread only, but for deliver() and the counters.
class loop_room : public std::enable_shared_from_this<loop_room> {
public:
    // `mailbox_limit`: above, a loop that does not keep up loses messages; who lost one is closed with allowReconnect.
    loop_room(net::loop& home, std::size_t mailbox_limit)
        : home_{home}, timer_{home.now()}, mailbox_limit_{mailbox_limit} {}

    net::loop& home() const noexcept { return home_; }
    pulse& timer() noexcept { return timer_; }
    void enter(hub_connection& c);
    void leave(hub_connection& c);
    void for_each(const std::function<void(hub_connection&)>& f);  // `f` may end the connection

    // Safe from any thread. `to` null: everyone here. On the loop itself it is delivered at once, from
    // elsewhere with what else is on its way there: one post for many messages.
    void deliver(std::shared_ptr<hub_connection> to, outgoing_ptr what);
    void deliver(std::span<std::shared_ptr<hub_connection>> to, const outgoing_ptr& what);  // moves them out

    // Written on the loop, read anywhere.
    void count_message() noexcept { bump(messages_out_); }
    void count_slow() noexcept { bump(slow_closed_); }
    std::uint64_t messages_out() const noexcept { return messages_out_.load(std::memory_order_relaxed); }
    std::uint64_t slow_closed() const noexcept { return slow_closed_.load(std::memory_order_relaxed); }

private:
    struct delivery {
        std::shared_ptr<hub_connection> to;
        outgoing_ptr what;
    };
    static void bump(std::atomic<std::uint64_t>& c) noexcept {
        c.store(c.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }
    void put(delivery d);  // under the lock
    void fetch();
    void hand_over(const delivery& d);
    void empty_mailbox();
    void close_losers();

    net::loop& home_;
    pulse timer_;
    std::shared_ptr<void> beat_;
    std::vector<hub_connection*> here_;

    const std::size_t mailbox_limit_;
    std::mutex guard_;
    std::vector<delivery> mailbox_;
    bool posted_ = false;
    bool overflowed_ = false;
    bool everyone_lost_ = false;

    std::atomic<std::uint64_t> messages_out_{0}, slow_closed_{0};
};

}  // namespace signalr
