#include "local_delivery.hpp"

#include <algorithm>

#include "hub_connection.hpp"

namespace signalr {

std::shared_ptr<loop_room> local_delivery::room_of(net::loop& home) {
    const std::scoped_lock lock{rooms_guard_};
    for (const auto& room : rooms_)
        if (&room->home() == &home) return room;
    return rooms_.emplace_back(std::make_shared<loop_room>(home, mailbox_limit_));
}

std::vector<std::shared_ptr<loop_room>> local_delivery::rooms() const {
    const std::scoped_lock lock{rooms_guard_};
    return rooms_;
}

local_index::handles local_delivery::collect(const recipients& to) {
    local_index::handles found;
    for (const auto name : to.names) {
        if (to.what == recipients::kind::users) {
            index.collect_user(name, found);
        } else if (to.what == recipients::kind::groups) {
            index.collect_group(name, to.except, found);
        } else if (auto one = index.find(name)) {
            found.push_back(std::move(one));
        }
    }
    return found;
}

unsigned local_delivery::protocols_of(const local_index::handles& those) noexcept {
    unsigned spoken = 0;
    for (const auto& c : those) spoken |= 1U << c->protocol().index();
    return spoken;
}

void local_delivery::to_all(const outgoing_ptr& message) {
    for (const auto& room : rooms()) room->deliver(nullptr, message);
}

void local_delivery::to(local_index::handles those, const outgoing_ptr& message) {
    if (those.size() == 1) {
        loop_room& room = those.front()->room();
        return room.deliver(std::move(those.front()), message);
    }
    // One visit to each loop's mailbox, however many live there.
    boost::container::small_vector<std::pair<loop_room*, local_index::handles>, 4> by_room;
    for (auto& c : those) {
        auto at = std::ranges::find(by_room, &c->room(), [](const auto& r) { return r.first; });
        if (at == by_room.end()) at = by_room.insert(by_room.end(), {&c->room(), {}});
        at->second.push_back(std::move(c));
    }
    for (auto& [room, theirs] : by_room) room->deliver(std::span{theirs.data(), theirs.size()}, message);
}

void local_delivery::abort(local_index::handles those) {
    for (auto& c : those) {
        net::loop& home = c->room().home();
        home.post([c = std::move(c)] { c->abort_by_hub(); });
    }
}

}  // namespace signalr
