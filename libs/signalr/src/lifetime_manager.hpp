// Who is connected, and how to reach them: by user, by connection, all. In memory, one process. Safe from any
// thread: the index is cut into shards, each under a mutex that is held for a look-up.
#pragma once
#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "connection_id.hpp"
#include "loop_room.hpp"
#include "signalr/hub.hpp"

namespace signalr {

class lifetime_manager final : public hub_clients {
public:
    lifetime_manager(const base::log_scope& log, std::size_t mailbox_limit)
        : log_{log}, mailbox_limit_{mailbox_limit} {}

    // On the connection's loop, once each. Its id, user and protocol do not change in between.
    void add(const std::shared_ptr<hub_connection>& c);
    void remove(const hub_connection& c);

    void user(std::string_view user_id, std::string_view target, std::string_view arguments_json) override;
    void connection(std::string_view id, std::string_view target, std::string_view arguments_json) override;
    void all(std::string_view target, std::string_view arguments_json) override;

    std::shared_ptr<loop_room> room_of(net::loop& home);  // made when first asked for, on that loop's thread
    std::vector<std::shared_ptr<loop_room>> rooms() const;

    std::int64_t connections() const noexcept { return connections_.load(std::memory_order_relaxed); }
    std::int64_t users() const noexcept { return users_.load(std::memory_order_relaxed); }
    std::uint64_t serializations() const noexcept { return serializations_.load(std::memory_order_relaxed); }

private:
    struct hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view s) const noexcept { return std::hash<std::string_view>{}(s); }
    };
    using handle = std::shared_ptr<hub_connection>;
    struct user_shard {
        std::mutex guard;
        std::unordered_map<std::string, std::vector<handle>, hash, std::equal_to<>> users;
    };
    struct connection_shard {
        std::mutex guard;
        std::unordered_map<connection_id, handle, connection_id::hash> connections;
    };
    static constexpr std::size_t shard_count = 64;

    user_shard& shard_of(std::string_view user) noexcept;
    connection_shard& shard_of(const connection_id& id) noexcept;
    outgoing_ptr serialize(std::string_view target, std::string_view arguments_json, unsigned protocols);

    const base::log_scope& log_;
    const std::size_t mailbox_limit_;
    std::array<user_shard, shard_count> by_user_;
    std::array<connection_shard, shard_count> by_id_;
    mutable std::mutex rooms_guard_;
    std::vector<std::shared_ptr<loop_room>> rooms_;
    std::array<std::atomic<std::int64_t>, max_protocols> speaking_{};  // connections by protocol
    std::atomic<std::int64_t> connections_{0}, users_{0};
    std::atomic<std::uint64_t> serializations_{0};
};

}  // namespace signalr
