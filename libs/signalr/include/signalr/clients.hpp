// Reaching clients: all, by user, by group, by connection. In one process or, with a backplane, over all of them.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "signalr/arguments.hpp"

namespace signalr {

// To whom; the views are good during the call. Unknown names reach nobody, silently. A connection that lists name twice (a member of
// two of the groups) hears the message twice, as with the official server.
struct recipients {
    enum class kind : unsigned char { all, connections, users, groups };
    kind what = kind::all;
    std::span<const std::string_view> names;   // not for all
    std::span<const std::string_view> except;  // connection ids; for all and groups
};

class hub_clients;

// Those whom the next send() reaches. Keeps views of its names: meant for one statement.
class client_proxy {
public:
    client_proxy(hub_clients& by, recipients::kind what, std::vector<std::string_view> names = {},
                 std::vector<std::string_view> except = {})
        : by_{&by}, what_{what}, names_{std::move(names)}, except_{std::move(except)} {}

    // `arguments_json`: the text of the JSON array of arguments. Safe from any thread; returns at once, no delivery guarantee.
    // One thread's messages to one client keep their order. Serialized once for each hub protocol among those reached.
    void send_json(std::string_view target, std::string_view arguments_json) const;

protected:
    hub_clients* by_;
    recipients::kind what_;
    std::vector<std::string_view> names_, except_;
};

// One connection.
class single_client : public client_proxy {
public:
    using client_proxy::client_proxy;
};

// Safe from any thread.
class hub_clients {
public:
    using names = std::vector<std::string_view>;
    virtual ~hub_clients() = default;

    client_proxy all() { return {*this, recipients::kind::all}; }
    client_proxy all_except(names connection_ids) {
        return {*this, recipients::kind::all, {}, std::move(connection_ids)};
    }
    single_client client(std::string_view connection_id) {
        return {*this, recipients::kind::connections, {connection_id}};
    }
    client_proxy clients(names connection_ids) {
        return {*this, recipients::kind::connections, std::move(connection_ids)};
    }
    client_proxy user(std::string_view user_id) { return {*this, recipients::kind::users, {user_id}}; }
    client_proxy users(names user_ids) { return {*this, recipients::kind::users, std::move(user_ids)}; }
    client_proxy group(std::string_view name) { return {*this, recipients::kind::groups, {name}}; }
    client_proxy groups(names list) { return {*this, recipients::kind::groups, std::move(list)}; }
    client_proxy group_except(std::string_view name, names connection_ids) {
        return {*this, recipients::kind::groups, {name}, std::move(connection_ids)};
    }

    virtual void send_json(const recipients& to, std::string_view target, std::string_view arguments_json) = 0;
};

inline void client_proxy::send_json(std::string_view target, std::string_view arguments_json) const {
    by_->send_json({what_, names_, except_}, target, arguments_json);
}

// Membership of connections in groups; ends with the connection. Names are compared byte by byte. Adding a member again or
// removing none succeeds. With a backplane the connection may be on another server: done when that server has said so, or
// hub_exception after hub_options::group_ack_timeout.
class hub_groups {
public:
    virtual ~hub_groups() = default;
    virtual boost::asio::awaitable<void> add(std::string connection_id, std::string group) = 0;
    virtual boost::asio::awaitable<void> remove(std::string connection_id, std::string group) = 0;
};

}  // namespace signalr
