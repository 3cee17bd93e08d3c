// Who is connected to this process: by connection, by user, by group. Safe from any thread: the index is cut into shards, each
// under a mutex that is held for a look-up.
#pragma once
#include <array>
#include <atomic>
#include <boost/container/small_vector.hpp>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "connection_id.hpp"
#include "hub_protocol.hpp"
#include "signalr/hub.hpp"

namespace signalr {

class hub_connection;

class local_index {
public:
    using handle = std::shared_ptr<hub_connection>;
    using handles = boost::container::small_vector<handle, 8>;

    // On the connection's loop, once each. Its id, user and protocol do not change in between.
    void add(const handle& c);
    std::vector<std::string> remove(const hub_connection& c);  // the groups it was in

    enum class change : unsigned char { not_here, none, done };
    change join(std::string_view connection, std::string_view group);
    change leave(std::string_view connection, std::string_view group);

    // Append; without those that are excepted.
    void collect_user(std::string_view user, handles& to);
    void collect_group(std::string_view name, std::span<const std::string_view> except, handles& to);
    handle find(std::string_view connection);
    bool has(std::string_view connection) { return find(connection) != nullptr; }

    hub_census census(std::size_t most);
    unsigned protocols() const noexcept;  // bit i set: somebody speaks protocol_at(i)
    std::int64_t connections() const noexcept { return connections_.load(std::memory_order_relaxed); }
    std::int64_t users() const noexcept { return users_.load(std::memory_order_relaxed); }
    std::int64_t groups() const noexcept { return groups_.load(std::memory_order_relaxed); }

private:
    struct hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view s) const noexcept { return std::hash<std::string_view>{}(s); }
    };
    template <class T>
    using by_name = std::unordered_map<std::string, T, hash, std::equal_to<>>;

    // A connection in a group: it knows its place there, so that leaving a big one costs nothing.
    struct membership;
    struct member {
        handle who;
        membership* place;
    };
    using group = by_name<std::vector<member>>::value_type;
    struct membership {
        group* in;
        std::size_t at;  // both under the group's shard
    };
    using memberships = std::vector<std::unique_ptr<membership>>;
    struct entry {
        handle who;
        std::unique_ptr<memberships> groups;  // made for the first; most connections have none
    };

    struct user_shard {
        std::mutex guard;
        by_name<std::vector<handle>> users;
    };
    struct group_shard {
        std::mutex guard;
        by_name<std::vector<member>> groups;
    };
    // Its mutex also guards the lists of groups, and is taken before a group's.
    struct connection_shard {
        std::mutex guard;
        std::unordered_map<connection_id, entry, connection_id::hash> connections;
    };
    static constexpr std::size_t shard_count = 64;

    template <class Shards>
    static auto& shard_in(Shards& shards, std::string_view name) noexcept {
        return shards[hash{}(name) % shard_count];
    }
    void add_user(const handle& c);
    void remove_user(const hub_connection& c);
    void take_out(membership& m);

    std::array<user_shard, shard_count> by_user_;
    std::array<group_shard, shard_count> by_group_;
    std::array<connection_shard, shard_count> by_id_;
    std::array<std::atomic<std::int64_t>, max_protocols> speaking_{};  // connections by protocol
    std::atomic<std::int64_t> connections_{0}, users_{0}, groups_{0};
};

}  // namespace signalr
