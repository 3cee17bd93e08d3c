#include "local_index.hpp"

#include <algorithm>

#include "hub_connection.hpp"

namespace signalr {

void local_index::add(const handle& c) {
    speaking_[c->protocol().index()].fetch_add(1, std::memory_order_relaxed);
    connections_.fetch_add(1, std::memory_order_relaxed);
    {
        auto& shard = shard_in(by_id_, c->id().text());
        const std::scoped_lock lock{shard.guard};
        shard.connections.emplace(c->id(), entry{c, nullptr});
    }
    if (c->user()) add_user(c);
}

std::vector<std::string> local_index::remove(const hub_connection& c) {
    speaking_[c.protocol().index()].fetch_sub(1, std::memory_order_relaxed);
    connections_.fetch_sub(1, std::memory_order_relaxed);
    entry gone;
    {
        auto& shard = shard_in(by_id_, c.id().text());
        const std::scoped_lock lock{shard.guard};
        if (auto node = shard.connections.extract(c.id())) gone = std::move(node.mapped());
    }
    if (c.user()) remove_user(c);
    std::vector<std::string> left;
    if (!gone.groups) return left;
    for (const auto& m : *gone.groups) {
        left.push_back(m->in->first);  // this membership keeps the group there
        take_out(*m);
    }
    return left;
}

void local_index::add_user(const handle& c) {
    auto& shard = shard_in(by_user_, *c->user());
    const std::scoped_lock lock{shard.guard};
    auto& theirs = shard.users[*c->user()];
    if (theirs.empty()) users_.fetch_add(1, std::memory_order_relaxed);
    theirs.push_back(c);
}

void local_index::remove_user(const hub_connection& c) {
    auto& shard = shard_in(by_user_, *c.user());
    const std::scoped_lock lock{shard.guard};
    const auto found = shard.users.find(*c.user());
    if (found == shard.users.end()) return;
    std::erase_if(found->second, [&](const handle& h) { return h.get() == &c; });
    if (!found->second.empty()) return;
    shard.users.erase(found);
    users_.fetch_sub(1, std::memory_order_relaxed);
}

local_index::change local_index::join(std::string_view connection, std::string_view group) {
    const auto id = connection_id::parse(connection);
    if (!id) return change::not_here;
    auto& home = shard_in(by_id_, id->text());
    const std::scoped_lock lock{home.guard};
    const auto found = home.connections.find(*id);
    if (found == home.connections.end()) return change::not_here;
    entry& who = found->second;
    if (!who.groups) who.groups = std::make_unique<memberships>();
    if (std::ranges::any_of(*who.groups, [&](const auto& m) { return m->in->first == group; })) return change::none;

    auto& shard = shard_in(by_group_, group);
    const std::scoped_lock group_lock{shard.guard};
    auto at = shard.groups.find(group);
    if (at == shard.groups.end()) {
        at = shard.groups.try_emplace(std::string{group}).first;
        groups_.fetch_add(1, std::memory_order_relaxed);
    }
    auto& members = at->second;
    auto& place = who.groups->emplace_back(std::make_unique<membership>(membership{&*at, members.size()}));
    members.push_back({who.who, place.get()});
    return change::done;
}

local_index::change local_index::leave(std::string_view connection, std::string_view group) {
    const auto id = connection_id::parse(connection);
    if (!id) return change::not_here;
    auto& home = shard_in(by_id_, id->text());
    const std::scoped_lock lock{home.guard};
    const auto found = home.connections.find(*id);
    if (found == home.connections.end()) return change::not_here;
    auto& groups = found->second.groups;
    if (!groups) return change::none;
    const auto at = std::ranges::find_if(*groups, [&](const auto& m) { return m->in->first == group; });
    if (at == groups->end()) return change::none;
    take_out(**at);
    groups->erase(at);
    if (groups->empty()) groups.reset();
    return change::done;
}

void local_index::take_out(membership& m) {
    auto& shard = shard_in(by_group_, m.in->first);
    const std::scoped_lock lock{shard.guard};
    auto& members = m.in->second;
    members[m.at] = std::move(members.back());
    members[m.at].place->at = m.at;
    members.pop_back();
    if (!members.empty()) return;
    shard.groups.erase(shard.groups.find(m.in->first));
    groups_.fetch_sub(1, std::memory_order_relaxed);
}

void local_index::collect_user(std::string_view user, handles& to) {
    auto& shard = shard_in(by_user_, user);
    const std::scoped_lock lock{shard.guard};
    const auto found = shard.users.find(user);
    if (found != shard.users.end()) to.insert(to.end(), found->second.begin(), found->second.end());
}

void local_index::collect_group(std::string_view name, std::span<const std::string_view> except, handles& to) {
    auto& shard = shard_in(by_group_, name);
    const std::scoped_lock lock{shard.guard};
    const auto found = shard.groups.find(name);
    if (found == shard.groups.end()) return;
    for (const auto& m : found->second)
        if (std::ranges::find(except, m.who->id().text()) == except.end()) to.push_back(m.who);
}

local_index::handle local_index::find(std::string_view connection) {
    const auto id = connection_id::parse(connection);
    if (!id) return nullptr;
    auto& shard = shard_in(by_id_, id->text());
    const std::scoped_lock lock{shard.guard};
    const auto found = shard.connections.find(*id);
    return found == shard.connections.end() ? nullptr : found->second.who;
}

hub_census local_index::census(std::size_t most) {
    hub_census all;
    for (auto& shard : by_user_) {
        const std::scoped_lock lock{shard.guard};
        for (const auto& [name, theirs] : shard.users)
            if (all.users.size() < most) all.users.push_back({name, theirs.size()});
    }
    for (auto& shard : by_group_) {
        const std::scoped_lock lock{shard.guard};
        for (const auto& [name, members] : shard.groups)
            if (all.groups.size() < most) all.groups.push_back({name, members.size()});
    }
    return all;
}

unsigned local_index::protocols() const noexcept {
    unsigned spoken = 0;
    for (std::size_t i = 0; i < max_protocols; ++i)
        if (speaking_[i].load(std::memory_order_relaxed) > 0) spoken |= 1U << i;
    return spoken;
}

}  // namespace signalr
