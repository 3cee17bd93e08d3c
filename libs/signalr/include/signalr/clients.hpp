// Reaching clients: all, by user, by group, by connection. In one process or, with a backplane, over all of them.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "signalr/arguments.hpp"
#include "signalr/errors.hpp"

namespace signalr {

// To whom; the views are good during the call. Unknown names reach nobody, silently. A connection that lists name twice (a member of
// two of the groups) hears the message twice, as with the official server.
struct recipients {
    enum class kind : unsigned char { all, connections, users, groups };
    kind what = kind::all;
    std::span<const std::string_view> names;   // not for all
    std::span<const std::string_view> except;  // connection ids; for all and groups
};

// What a client answered to ask().
struct client_answer {
    encoding written_in = encoding::json;
    std::string value;  // one encoded value
};

class hub_clients;

// Those whom the next send() reaches. Keeps views of its names: meant for one statement.
class client_proxy {
public:
    client_proxy(hub_clients& by, recipients::kind what, std::vector<std::string_view> names = {},
                 std::vector<std::string_view> except = {})
        : by_{&by}, what_{what}, names_{std::move(names)}, except_{std::move(except)} {}

    // Safe from any thread; returns at once, no delivery guarantee. One thread's messages to one client keep their order.
    // Serialized once for each hub protocol among those reached.
    template <class... A>
    void send(std::string_view target, const A&... values) const;
    void send_json(std::string_view target,
                   std::string_view arguments_json) const;  // text of the JSON array of arguments

protected:
    hub_clients* by_;
    recipients::kind what_;
    std::vector<std::string_view> names_, except_;
};

// One connection, which sends without another list, and can be asked.
class single_client {
public:
    single_client(hub_clients& by, std::string_view connection_id) : by_{&by}, id_{connection_id} {}

    template <class... A>
    void send(std::string_view target, const A&... values) const;
    void send_json(std::string_view target, std::string_view arguments_json) const;

    // What the client's handler returned. Await it in the same statement: the values are read when it is. Throws hub_exception with
    // the official texts when the client failed, gave nothing ("Exception of type …"), went away, did not answer in `limit` (zero:
    // hub_options::client_result_timeout) or answered what is no R; described_error "IOException" when nobody has that connection,
    // which may be on any server. boost::system::system_error (operation_aborted) when the caller is cancelled.
    template <class R, class... A>
    boost::asio::awaitable<R> ask(std::string_view target, const A&... values) const {
        return ask_within<R>(std::chrono::milliseconds{0}, target, values...);
    }
    template <class R, class... A>
    boost::asio::awaitable<R> ask_within(std::chrono::milliseconds limit, std::string_view target,
                                         const A&... values) const;

private:
    hub_clients* by_;
    std::string_view id_;
};

// Safe from any thread.
class hub_clients {
public:
    using names = std::vector<std::string_view>;
    using kind = recipients::kind;
    virtual ~hub_clients() = default;

    client_proxy all() { return {*this, kind::all}; }
    client_proxy all_except(names connection_ids) { return {*this, kind::all, {}, std::move(connection_ids)}; }
    single_client client(std::string_view connection_id) { return {*this, connection_id}; }
    client_proxy clients(names connection_ids) { return {*this, kind::connections, std::move(connection_ids)}; }
    client_proxy user(std::string_view user_id) { return {*this, kind::users, {user_id}}; }
    client_proxy users(names user_ids) { return {*this, kind::users, std::move(user_ids)}; }
    client_proxy group(std::string_view name) { return {*this, kind::groups, {name}}; }
    client_proxy groups(names list) { return {*this, kind::groups, std::move(list)}; }
    client_proxy group_except(std::string_view name, names connection_ids) {
        return {*this, kind::groups, {name}, std::move(connection_ids)};
    }

    virtual void send(const recipients& to, std::string_view target, const arguments& what) = 0;
    // Resumes on the caller's executor. `what` is read when it is awaited. `limit`: hub_options::client_result_timeout when zero.
    virtual boost::asio::awaitable<client_answer> ask(std::string connection_id, std::string target,
                                                      const arguments& what, std::chrono::milliseconds limit) = 0;
};

// Membership of connections in groups; ends with the connection. Names are compared byte by byte. Adding a member again or
// removing none succeeds. With a backplane the connection may be on another server: done when that server has said so, or
// described_error "TaskCanceledException" after hub_options::group_ack_timeout, also for a connection that nobody has. Without one,
// unknown connections are passed over.
class hub_groups {
public:
    virtual ~hub_groups() = default;
    virtual boost::asio::awaitable<void> add(std::string connection_id, std::string group) = 0;
    virtual boost::asio::awaitable<void> remove(std::string connection_id, std::string group) = 0;
};

// --- the templates above

namespace detail {

// As .NET calls it in error texts.
template <class T>
constexpr std::string_view clr_name() {
    if constexpr (std::is_same_v<T, bool>) return "Boolean";
    if constexpr (std::is_same_v<T, std::int32_t>) return "Int32";
    if constexpr (std::is_same_v<T, std::int64_t>) return "Int64";
    if constexpr (std::is_same_v<T, double>) return "Double";
    if constexpr (std::is_same_v<T, float>) return "Single";
    if constexpr (std::is_same_v<T, std::string>) return "String";
    return "Object";
}

template <class R>
R read_answer(const client_answer& a) {
    auto from = value_reader::of_value(a.written_in, a.value);
    R value{};
    if (!codec<R>::read(from, value) || !from.at_end())
        throw hub_exception{"Error trying to deserialize result to " + std::string{clr_name<R>()} + "."};
    return value;
}

}  // namespace detail

template <class... A>
void client_proxy::send(std::string_view target, const A&... values) const {
    by_->send({what_, names_, except_}, target, typed_arguments<A...>{values...});
}

inline void client_proxy::send_json(std::string_view target, std::string_view arguments_json) const {
    by_->send({what_, names_, except_}, target, json_arguments{arguments_json});
}

template <class... A>
void single_client::send(std::string_view target, const A&... values) const {
    by_->send({recipients::kind::connections, {&id_, 1}, {}}, target, typed_arguments<A...>{values...});
}

inline void single_client::send_json(std::string_view target, std::string_view arguments_json) const {
    by_->send({recipients::kind::connections, {&id_, 1}, {}}, target, json_arguments{arguments_json});
}

template <class R, class... A>
boost::asio::awaitable<R> single_client::ask_within(std::chrono::milliseconds limit, std::string_view target,
                                                    const A&... values) const {
    const typed_arguments<A...> what{values...};
    co_return detail::read_answer<R>(co_await by_->ask(std::string{id_}, std::string{target}, what, limit));
}

}  // namespace signalr
