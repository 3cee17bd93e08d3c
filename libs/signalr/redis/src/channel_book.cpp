#include "channel_book.hpp"

#include <utility>

namespace signalr {

void channel_book::want(const std::string& channel, waiter then, steady_time wait_until) {
    const auto at = channels_.try_emplace(channel).first;
    if (++at->second.wishes == 1) ++wanted_;
    if (at->second.now == state::on && at->second.wishes > 0) {
        if (then) then();
        return;
    }
    if (then) at->second.waiting.emplace_back(std::move(then), wait_until), ++waiting_;
    settle(at);
}

void channel_book::unwant(const std::string& channel) {
    const auto at = channels_.try_emplace(channel).first;  // it may come before the wish it takes back
    if (at->second.wishes-- == 1) --wanted_;
    settle(at);
}

void channel_book::settle(map::iterator at) {
    entry& e = at->second;
    if (e.now == state::turning_on || e.now == state::turning_off) return;
    if (e.wishes > 0 && e.now == state::off) {
        if (!up_) {
            if (!std::exchange(e.put_off, true)) put_off_.push_back(at->first);
            return release(e);
        }
        e.now = state::turning_on;
        turn_(at->first, true);
    } else if (e.wishes <= 0 && e.now == state::on) {
        e.now = state::turning_off;
        --subscribed_;
        turn_(at->first, false);
    } else if (e.wishes == 0 && e.now == state::off) {
        release(e);
        channels_.erase(at);
    }
}

void channel_book::done(const std::string& channel, bool on, bool good) {
    const auto at = channels_.find(channel);
    if (at == channels_.end()) return;
    entry& e = at->second;
    if (!on || !good) {
        e.now = state::off;  // a failed unsubscribe: whatever still comes finds nobody
        if (!on) return settle(at);
        if (e.wishes > 0 && !std::exchange(e.put_off, true)) put_off_.push_back(channel);
        release(e);
        if (e.wishes <= 0) settle(at);
        return;
    }
    e.now = state::on;
    ++subscribed_;
    release(e);
    settle(at);
}

void channel_book::link(bool up) {
    if (std::exchange(up_, up) == up) return;
    if (up) return retry();
    for (auto& [name, e] : channels_)
        if (!e.waiting.empty()) release(e);
}

void channel_book::retry() {
    if (!up_) return;
    for (auto names = std::exchange(put_off_, {}); const auto& name : names) {
        const auto at = channels_.find(name);
        if (at == channels_.end()) continue;
        at->second.put_off = false;
        settle(at);
    }
}

void channel_book::tick(steady_time now) {
    if (waiting_ == 0) return;
    for (auto& [name, e] : channels_)
        if (!e.waiting.empty() && e.waiting.front().second <= now) release(e);
}

// Called on the loop of the backplane: a waiter posts to its own, and never comes back into the book at once.
void channel_book::release(entry& e) {
    waiting_ -= e.waiting.size();
    for (auto all = std::exchange(e.waiting, {}); const auto& [then, until] : all) then();
}

}  // namespace signalr
