#include "loop_room.hpp"

#include "hub_connection.hpp"

namespace signalr {

void loop_room::enter(hub_connection& c) {
    c.place_in_room = here_.size();
    here_.push_back(&c);
    if (!beat_) beat_ = home_.every(pulse::granularity, [this] { timer_.tick(home_.now()); });
}

void loop_room::leave(hub_connection& c) {
    pulse::forget(c);
    here_[c.place_in_room] = here_.back();
    here_[c.place_in_room]->place_in_room = c.place_in_room;
    here_.pop_back();
    // Not here and now: this may be within the beat.
    if (here_.empty())
        home_.post([self = shared_from_this()] {
            if (self->here_.empty()) self->beat_.reset();
        });
}

void loop_room::for_each(const std::function<void(hub_connection&)>& f) {
    // From the back: one that leaves is replaced by one that was visited already.
    for (std::size_t i = here_.size(); i-- > 0;)
        if (i < here_.size()) f(*here_[i]);
}

void loop_room::deliver(std::shared_ptr<hub_connection> to, outgoing_ptr what) {
    if (home_.in_this_thread()) return hand_over({std::move(to), std::move(what)});
    {
        const std::scoped_lock lock{guard_};
        put({std::move(to), std::move(what)});
        if (std::exchange(posted_, true)) return;
    }
    fetch();
}

void loop_room::deliver(std::span<std::shared_ptr<hub_connection>> to, const outgoing_ptr& what) {
    if (home_.in_this_thread()) {
        for (auto& c : to) hand_over({std::move(c), what});
        return;
    }
    {
        const std::scoped_lock lock{guard_};
        for (auto& c : to) put({std::move(c), what});
        if (std::exchange(posted_, true)) return;
    }
    fetch();
}

void loop_room::put(delivery d) {
    if (mailbox_.size() < mailbox_limit_) return mailbox_.push_back(std::move(d));
    overflowed_ = true;
    if (d.to)
        d.to->mark_lost();
    else
        everyone_lost_ = true;
}

void loop_room::fetch() {
    home_.post([self = shared_from_this()] { self->empty_mailbox(); });
}

void loop_room::hand_over(const delivery& d) {
    if (d.to) return d.to->deliver(*d.what);
    for_each([&](hub_connection& c) {
        if (!d.what->leaves_out(c.id())) c.deliver(*d.what);
    });
}

void loop_room::empty_mailbox() {
    std::vector<delivery> letters;
    bool overflowed = false;
    {
        const std::scoped_lock lock{guard_};
        letters.swap(mailbox_);
        posted_ = false;
        overflowed = std::exchange(overflowed_, false);
    }
    for (const auto& d : letters) hand_over(d);
    if (overflowed) close_losers();
}

void loop_room::close_losers() {
    bool everyone = false;
    {
        const std::scoped_lock lock{guard_};
        everyone = std::exchange(everyone_lost_, false);
    }
    for_each([everyone](hub_connection& c) {
        if (everyone || c.lost()) c.close_as_slow();
    });
}

}  // namespace signalr
