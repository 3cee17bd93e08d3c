// What was asked for, what was answered, what was told: and whether the server kept its promises (P1, P2, P5,
// P6, P7).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/uuid.hpp"

namespace load {

enum class progress : std::uint8_t { none, accepted, processing, failed, completed };  // only rises
progress read_progress(std::string_view word) noexcept;                                // "Accepted" …; else none

using nanos = std::int64_t;  // of the steady clock

struct entry {
    base::uuid key;          // nil: sent without one
    base::uuid id;           // nil: not known yet
    std::int64_t order = 0;  // business id, once told
    nanos intended = 0, answered_at = 0;
    std::uint32_t user = 0;
    std::uint16_t basket = 0;
    std::uint16_t tries = 0;
    progress reached = progress::none;
    progress pushed = progress::none;  // the highest that the user's first tab was pushed
    bool accepted = false;             // a 201 came
    bool closed = false;               // no answer is awaited any more
    bool notified = false;             // the hub said Completed or Failed
    bool doubled = false;              // counted as such

    bool settled() const noexcept { return reached == progress::completed || reached == progress::failed; }
};

struct verdict {
    std::uint64_t intended = 0, accepted = 0, refused = 0, unanswered = 0;
    std::uint64_t completed = 0, failed = 0, waiting = 0;  // of the accepted ones
    std::uint64_t by_status = 0;                           // accepted, and only the API told how it ended
    std::uint64_t repeated = 0;                            // tellings of what was told before; allowed
    std::uint64_t lost = 0, doubled = 0, foreign = 0, regressed = 0, unexpected = 0;

    bool kept() const noexcept { return lost + doubled + foreign + regressed + unexpected == 0; }
};

enum class telling : std::uint8_t { news, repeat, stranger };

// Not safe from several threads.
class ledger {
public:
    void reserve(std::size_t orders);
    std::size_t size() const noexcept { return entries_.size(); }
    const entry& operator[](std::size_t i) const noexcept { return entries_[i]; }

    // `id`: what the server must make of user and key; nil when there is no key.
    std::size_t intend(std::uint32_t user, std::uint16_t basket, const base::uuid& key, const base::uuid& id, nanos at);
    void tried(std::size_t i) noexcept { ++entries_[i].tries; }
    void answered(std::size_t i, const base::uuid& id, nanos at);
    void refused(std::size_t i, bool expected) noexcept;  // a final answer that is no 201
    void gave_up(std::size_t i) noexcept;                 // nobody knows what became of it

    // The hub told `user`. `live`: pushed to the first tab, where pushes have an order; a replay tells what
    // was, and two tabs hear at different times, so a fall seen there is none.
    telling told(std::uint32_t user, const base::uuid& id, progress p, std::int64_t order, bool live);
    // The API answered `user`'s question about i, asked when `floor` had been reached.
    void found(std::size_t i, progress p, std::int64_t order, progress floor);
    void gap_left_open() noexcept { ++regressed_; }

    const entry* find(const base::uuid& id) const noexcept;
    std::size_t index_of(const entry& e) const noexcept { return std::size_t(&e - entries_.data()); }
    std::uint64_t accepted() const noexcept { return accepted_; }
    std::uint64_t settled() const noexcept { return settled_; }                // of the accepted ones
    std::uint64_t open() const noexcept { return entries_.size() - closed_; }  // an answer is awaited
    verdict judge() const;

private:
    void raise(entry& e, progress p, std::int64_t order);
    void learn_id(std::size_t i, const base::uuid& id);

    struct early {  // told before the 201 of an order without a key came
        std::uint32_t user;
        progress reached;
        std::int64_t order;
    };
    std::vector<entry> entries_;
    std::unordered_map<base::uuid, std::uint32_t> by_id_;
    std::unordered_map<base::uuid, early> unknown_;
    std::uint64_t accepted_ = 0, settled_ = 0, closed_ = 0, refused_ = 0, repeated_ = 0;
    std::uint64_t doubled_ = 0, foreign_ = 0, regressed_ = 0, unexpected_ = 0;
};

}  // namespace load
