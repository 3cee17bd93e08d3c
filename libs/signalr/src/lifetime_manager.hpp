// How clients are reached: all, by connection, user, group. In memory, one process. Safe from any thread.
#pragma once
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "local_index.hpp"
#include "loop_room.hpp"
#include "signalr/hub.hpp"

namespace signalr {

class lifetime_manager final : public hub_clients, public hub_groups {
public:
    lifetime_manager(const base::log_scope& log, std::size_t mailbox_limit)
        : log_{log}, mailbox_limit_{mailbox_limit} {}

    // On the connection's loop, once each. Its id, user and protocol do not change in between.
    void add(const std::shared_ptr<hub_connection>& c) { index_.add(c); }
    void remove(const hub_connection& c) { index_.remove(c); }

    void send_json(const recipients& to, std::string_view target, std::string_view arguments_json) override;

    boost::asio::awaitable<void> add(std::string connection_id, std::string group) override;
    boost::asio::awaitable<void> remove(std::string connection_id, std::string group) override;

    std::shared_ptr<loop_room> room_of(net::loop& home);  // made when first asked for, on that loop's thread
    std::vector<std::shared_ptr<loop_room>> rooms() const;

    std::int64_t connections() const noexcept { return index_.connections(); }
    std::int64_t users() const noexcept { return index_.users(); }
    std::int64_t groups_in_use() const noexcept { return index_.groups(); }
    std::uint64_t serializations() const noexcept { return serializations_.load(std::memory_order_relaxed); }

private:
    void collect(const recipients& to, local_index::handles& found);
    std::shared_ptr<outgoing> serialize(std::string_view target, std::string_view arguments_json, unsigned protocols);

    const base::log_scope& log_;
    const std::size_t mailbox_limit_;
    local_index index_;
    mutable std::mutex rooms_guard_;
    std::vector<std::shared_ptr<loop_room>> rooms_;
    std::atomic<std::uint64_t> serializations_{0};
};

}  // namespace signalr
