#include "queue.hpp"

#include "messaging/lifecycle.hpp"

namespace messaging::embedded {

void queue::load(std::uint64_t stored, std::uint64_t last) {
    stored_ = stored;
    last_ = old_ = last;
    if (stored == 0) covered_ = last;
}

bool queue::reserve_room(std::uint64_t n, std::uint64_t most) {
    if (stored_.fetch_add(n) + n <= most) return true;
    stored_ -= n;
    return false;
}

std::size_t queue::size_of(const message& m) { return m.body.size() + m.headers.size() * 96 + 256; }

void queue::push(delivery d) {
    tail_bytes_ += size_of(d.content);
    tail_.push_back(std::move(d));
}

void queue::committed(std::vector<delivery> messages, bool hide) {
    if (messages.empty()) return;
    const std::lock_guard held{guard_};
    const auto first = messages.front().tag, last = messages.back().tag;
    if (hide) hidden_.insert(first);
    // Kept only where somebody consumes and nothing before them is missing from the tail.
    if (!consumers_.empty() && covered_ == last_ && tail_.size() < limits_.messages && tail_bytes_ < limits_.bytes) {
        for (auto& m : messages) push(std::move(m));
        covered_ = last;
    }
    last_ = last;
    if (hidden(first)) return;
    for (const auto& c : consumers_) c->wake();
}

void queue::show(std::uint64_t first) {
    const std::lock_guard held{guard_};
    hidden_.erase(first);
    for (const auto& c : consumers_) c->wake();
}

std::vector<delivery> queue::take(std::size_t most) {
    std::vector<delivery> taken;
    const std::lock_guard held{guard_};
    while (taken.size() < most && !returned_.empty()) {
        taken.push_back(std::move(returned_.begin()->second));
        returned_.erase(returned_.begin());
    }
    while (taken.size() < most && !tail_.empty() && !hidden(tail_.front().tag)) {
        tail_bytes_ -= size_of(tail_.front().content);
        taken.push_back(std::move(tail_.front()));
        tail_.pop_front();
    }
    in_hand_ += taken.size();
    return taken;
}

std::optional<queue::range> queue::missing() {
    const std::lock_guard held{guard_};
    const auto to = hidden_.empty() ? last_ : std::min(last_, *hidden_.begin() - 1);
    if (reading_ || !tail_.empty() || covered_ >= to) return std::nullopt;
    reading_ = true;
    return range{covered_, to};
}

void queue::filled(range r, std::vector<delivery> messages, bool whole) {
    const std::lock_guard held{guard_};
    reading_ = false;
    covered_ = whole ? r.to : messages.back().tag;
    for (auto& m : messages) {
        m.redelivered = m.tag <= old_;  // it may have been in hand when the process before this one ended
        push(std::move(m));
    }
    for (const auto& c : consumers_) c->wake();
}

void queue::not_filled() noexcept {
    const std::lock_guard held{guard_};
    reading_ = false;
}

void queue::give_back(std::vector<delivery> messages) {
    const std::lock_guard held{guard_};
    in_hand_ -= messages.size();
    for (auto& m : messages) {
        m.redelivered = true;
        const auto position = m.tag;
        returned_.emplace(position, std::move(m));
    }
    for (const auto& c : consumers_) c->wake();
}

void queue::settled(std::uint64_t gone, std::uint64_t moved) {
    const std::lock_guard held{guard_};
    stored_ -= gone;
    in_hand_ -= gone + moved;
}

queue::claim queue::take_out(const std::vector<std::uint64_t>& positions) {
    claim out;
    const std::lock_guard held{guard_};
    for (const auto position : std::set<std::uint64_t>{positions.begin(), positions.end()}) {
        if (position > covered_) {  // in the table only
            if (position <= last_) out.positions.push_back(position);
            continue;
        }
        const auto back = returned_.find(position);
        const auto at = std::ranges::lower_bound(tail_, position, {}, &delivery::tag);
        if (back != returned_.end()) {
            out.from_memory.push_back(std::move(back->second));
            returned_.erase(back);
        } else if (at != tail_.end() && at->tag == position) {
            tail_bytes_ -= size_of(at->content);
            out.from_memory.push_back(std::move(*at));
            tail_.erase(at);
        } else {
            continue;
        }
        out.positions.push_back(position);
    }
    return out;
}

void queue::put_back(claim c) {
    const std::lock_guard held{guard_};
    for (auto& m : c.from_memory) {
        const auto position = m.tag;
        returned_.emplace(position, std::move(m));
    }
    for (const auto& w : consumers_) w->wake();
}

bool queue::in_hand(std::uint64_t position) const {
    const std::lock_guard held{guard_};
    return position <= covered_ && !returned_.contains(position) &&
           !std::ranges::binary_search(tail_, position, {}, &delivery::tag);
}

void queue::join(std::shared_ptr<waker> w) {
    const std::lock_guard held{guard_};
    consumers_.push_back(std::move(w));
}

// Without a consumer nothing is kept in memory: dead letters may lie for months.
void queue::leave(const std::shared_ptr<waker>& w) {
    const std::lock_guard held{guard_};
    std::erase(consumers_, w);
    if (consumers_.empty()) forget_tail();
}

void queue::forget_tail() {
    if (tail_.empty() || reading_) return;
    covered_ = tail_.front().tag - 1;
    tail_.clear();
    tail_bytes_ = 0;
}

void queue::wake_all() {
    const std::lock_guard held{guard_};
    for (const auto& c : consumers_) c->wake();
}

queue::counts queue::now() const {
    const std::lock_guard held{guard_};
    const auto stored = stored_.load();
    return {stored > in_hand_ ? stored - in_hand_ : 0, in_hand_, static_cast<int>(consumers_.size())};
}

}  // namespace messaging::embedded
