#include "lifetime_manager.hpp"

#include "hub_connection.hpp"

namespace signalr {

namespace asio = boost::asio;

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

std::shared_ptr<outgoing> lifetime_manager::serialize(std::string_view target, std::string_view arguments_json,
                                                      unsigned protocols) {
    auto made = std::make_shared<outgoing>(target, json_arguments{arguments_json}, protocols);
    if (!made->writable()) {
        log_.error("message not sent: its arguments are not JSON", {{"Target", target}});
        return nullptr;
    }
    serializations_.fetch_add(made->serializations(), std::memory_order_relaxed);
    return made;
}

void lifetime_manager::collect(const recipients& to, local_index::handles& found) {
    for (const auto name : to.names) {
        if (to.what == recipients::kind::users) {
            index_.collect_user(name, found);
        } else if (to.what == recipients::kind::groups) {
            index_.collect_group(name, to.except, found);
        } else if (auto one = index_.find(name)) {
            found.push_back(std::move(one));
        }
    }
}

void lifetime_manager::send_json(const recipients& to, std::string_view target, std::string_view arguments_json) {
    if (to.what == recipients::kind::all) {
        const unsigned protocols = index_.protocols();
        const auto message = protocols ? serialize(target, arguments_json, protocols) : nullptr;
        if (!message) return;
        message->leave_out(to.except);
        for (const auto& room : rooms()) room->deliver(nullptr, message);
        return;
    }
    local_index::handles found;
    collect(to, found);
    unsigned protocols = 0;
    for (const auto& c : found) protocols |= 1U << c->protocol().index();
    const auto message = protocols ? serialize(target, arguments_json, protocols) : nullptr;
    if (!message) return;
    for (auto& c : found) {
        loop_room& room = c->room();
        room.deliver(std::move(c), message);
    }
}

asio::awaitable<void> lifetime_manager::add(std::string connection_id, std::string group) {
    index_.join(connection_id, group);
    co_return;
}

asio::awaitable<void> lifetime_manager::remove(std::string connection_id, std::string group) {
    index_.leave(connection_id, group);
    co_return;
}

}  // namespace signalr
