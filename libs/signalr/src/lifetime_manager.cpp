#include "lifetime_manager.hpp"

#include <boost/container/small_vector.hpp>

#include "hub_connection.hpp"

namespace signalr {

lifetime_manager::user_shard& lifetime_manager::shard_of(std::string_view user) noexcept {
    return by_user_[hash{}(user) % shard_count];
}

lifetime_manager::connection_shard& lifetime_manager::shard_of(const connection_id& id) noexcept {
    return by_id_[connection_id::hash{}(id) % shard_count];
}

std::shared_ptr<loop_room> lifetime_manager::room_of(net::loop& home) {
    const std::scoped_lock lock{rooms_guard_};
    for (const auto& room : rooms_)
        if (&room->home() == &home) return room;
    return rooms_.emplace_back(std::make_shared<loop_room>(home, mailbox_limit_));
}

std::vector<std::shared_ptr<loop_room>> lifetime_manager::rooms() const {
    const std::scoped_lock lock{rooms_guard_};
    return rooms_;
}

void lifetime_manager::add(const handle& c) {
    speaking_[c->protocol().index()].fetch_add(1, std::memory_order_relaxed);
    connections_.fetch_add(1, std::memory_order_relaxed);
    {
        auto& shard = shard_of(c->id());
        const std::scoped_lock lock{shard.guard};
        shard.connections.emplace(c->id(), c);
    }
    if (!c->user()) return;
    auto& shard = shard_of(*c->user());
    const std::scoped_lock lock{shard.guard};
    auto& theirs = shard.users[*c->user()];
    if (theirs.empty()) users_.fetch_add(1, std::memory_order_relaxed);
    theirs.push_back(c);
}

void lifetime_manager::remove(const hub_connection& c) {
    speaking_[c.protocol().index()].fetch_sub(1, std::memory_order_relaxed);
    connections_.fetch_sub(1, std::memory_order_relaxed);
    {
        auto& shard = shard_of(c.id());
        const std::scoped_lock lock{shard.guard};
        shard.connections.erase(c.id());
    }
    if (!c.user()) return;
    auto& shard = shard_of(*c.user());
    const std::scoped_lock lock{shard.guard};
    const auto found = shard.users.find(*c.user());
    if (found == shard.users.end()) return;
    std::erase_if(found->second, [&](const handle& h) { return h.get() == &c; });
    if (!found->second.empty()) return;
    shard.users.erase(found);
    users_.fetch_sub(1, std::memory_order_relaxed);
}

outgoing_ptr lifetime_manager::serialize(std::string_view target, std::string_view arguments_json, unsigned protocols) {
    // A separator inside would cut the message in two: valid JSON has none.
    if (arguments_json.find(record_separator) != std::string_view::npos) {
        log_.error("message not sent: its arguments are not JSON", {{"Target", target}});
        return nullptr;
    }
    auto made = std::make_shared<const outgoing>(target, arguments_json, protocols);
    serializations_.fetch_add(made->serializations(), std::memory_order_relaxed);
    return made;
}

void lifetime_manager::user(std::string_view user_id, std::string_view target, std::string_view arguments_json) {
    boost::container::small_vector<handle, 8> to;
    {
        auto& shard = shard_of(user_id);
        const std::scoped_lock lock{shard.guard};
        const auto found = shard.users.find(user_id);
        if (found == shard.users.end()) return;
        to.assign(found->second.begin(), found->second.end());
    }
    unsigned protocols = 0;
    for (const auto& c : to) protocols |= 1U << c->protocol().index();
    const auto message = serialize(target, arguments_json, protocols);
    if (!message) return;
    for (auto& c : to) {
        loop_room& room = c->room();
        room.deliver(std::move(c), message);
    }
}

void lifetime_manager::connection(std::string_view id, std::string_view target, std::string_view arguments_json) {
    const auto key = connection_id::parse(id);
    if (!key) return;
    handle to;
    {
        auto& shard = shard_of(*key);
        const std::scoped_lock lock{shard.guard};
        const auto found = shard.connections.find(*key);
        if (found == shard.connections.end()) return;
        to = found->second;
    }
    const auto message = serialize(target, arguments_json, 1U << to->protocol().index());
    loop_room& room = to->room();
    if (message) room.deliver(std::move(to), message);
}

void lifetime_manager::all(std::string_view target, std::string_view arguments_json) {
    unsigned protocols = 0;
    for (std::size_t i = 0; i < max_protocols; ++i)
        if (speaking_[i].load(std::memory_order_relaxed) > 0) protocols |= 1U << i;
    if (protocols == 0) return;
    const auto message = serialize(target, arguments_json, protocols);
    if (!message) return;
    for (const auto& room : rooms()) room->deliver(nullptr, message);
}

}  // namespace signalr
