// One queue as the process knows it: how much it holds, which messages wait in memory, and up to where. The table is
// the truth; this is what saves reading it again.
//
// Positions rise in commit order. What is at or below `covered_` has been taken, lies in `tail_` or `returned_`, or is
// gone; what is above, up to `last_`, stands in the table only and is read when the tail is empty.
#pragma once
#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "messaging/consumer.hpp"
#include "waker.hpp"

namespace messaging::embedded {

struct tail_limits {
    std::size_t messages, bytes;
};

class queue {
public:
    queue(std::string name, std::int64_t id, tail_limits limits) : name{std::move(name)}, id{id}, limits_{limits} {}

    const std::string name;
    const std::int64_t id;

    // The next position to give, changed on the writer's thread only; and up to where they are reserved in the table.
    std::atomic<std::uint64_t> next{1};
    std::atomic<std::uint64_t> reserved{0};

    // At the start, before anybody else knows it.
    void load(std::uint64_t stored, std::uint64_t last);

    // Room for so many more? They count from then on, until given up or stored. Consumers' own writes skip the asking.
    bool reserve_room(std::uint64_t n, std::uint64_t most);
    void give_up_room(std::uint64_t n) { stored_ -= n; }
    void count_more(std::uint64_t n) { stored_ += n; }

    // Right after the COMMIT, on the writer's thread, in position order. `hidden`: nobody gets them before show().
    void committed(std::vector<delivery> messages, bool hidden);
    void show(std::uint64_t first);

    struct range {
        std::uint64_t after = 0, to = 0;
    };
    // Up to `most` messages in queue order; they are in hand then. Empty: ask missing(), else sleep.
    std::vector<delivery> take(std::size_t most);
    // What must be read from the table before more can be taken; one reader at a time.
    std::optional<range> missing();
    // `whole`: everything in the range has been read.
    void filled(range r, std::vector<delivery> messages, bool whole);
    void not_filled() noexcept;

    void give_back(std::vector<delivery> messages);  // out of the hand, first to be taken again
    void settled(std::uint64_t gone,
                 std::uint64_t moved);  // out of the hand: `gone` left the table, `moved` were rewritten

    // For an operator: takes these out of what may be delivered; those that are in hand or gone are not in the answer.
    struct claim {
        std::vector<std::uint64_t> positions;
        std::vector<delivery> from_memory;
    };
    claim take_out(const std::vector<std::uint64_t>& positions);
    void put_back(claim c);
    bool in_hand(std::uint64_t position) const;

    void join(std::shared_ptr<waker> w);
    void leave(const std::shared_ptr<waker>& w);
    void wake_all();

    struct counts {
        std::uint64_t ready, in_hand;
        int consumers;
    };
    counts now() const;

private:
    static std::size_t size_of(const message& m);
    void push(delivery d);
    void forget_tail();
    bool hidden(std::uint64_t position) const { return !hidden_.empty() && position >= *hidden_.begin(); }

    const tail_limits limits_;
    std::atomic<std::uint64_t> stored_{0};
    mutable std::mutex guard_;
    std::uint64_t covered_ = 0, last_ = 0, old_ = 0;  // at or below old_: stood here when the process began
    std::uint64_t in_hand_ = 0;
    bool reading_ = false;
    std::deque<delivery> tail_;
    std::size_t tail_bytes_ = 0;
    std::map<std::uint64_t, delivery> returned_;
    std::set<std::uint64_t> hidden_;
    std::vector<std::shared_ptr<waker>> consumers_;
};

}  // namespace messaging::embedded
