// Reaching clients: all, by user, by group, by connection. In one process or, with a backplane, over all of them.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "signalr/arguments.hpp"

namespace signalr {

// To whom; the views are good during the call. Unknown names reach nobody, silently. A connection named twice by lists (in two of
// the groups) hears the message twice, as with the official server.
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

// Those whom the next send() reaches. Keeps its names; cheap to make, meant for one statement.
class client_proxy {
public:
    client_proxy(hub_clients& by, recipients::kind what, std::vector<std::string_view> names = {},
                 std::vector<std::string_view> except = {});
    // Safe from any thread; returns at once, no delivery guarantee. One thread's messages to one client keep their order.
    // Serialized once for each hub protocol among those reached.
    template <class... A>
    void send(std::string_view target, const A&... values) const;
    void send_json(std::string_view target, std::string_view arguments_json) const;  // text of the JSON array of arguments

protected:
    hub_clients* by_;
    recipients::kind what_;
    std::vector<std::string_view> names_, except_;
};

// One connection: it can be asked, too.
class single_client : public client_proxy {
public:
    // The client's return value. Throws hub_exception with the official texts: the client failed, gave nothing, went away
    // ("Connection 'x' disconnected."), is unknown ("Connection 'x' does not exist."), did not answer in `limit`, or its answer is no R.
    template <class R, class... A>
    boost::asio::awaitable<R> ask(std::string_view target, const A&... values) const;
};

// Safe from any thread.
class hub_clients {
public:
    virtual ~hub_clients() = default;

    client_proxy all();
    client_proxy all_except(std::initializer_list<std::string_view> connection_ids);
    single_client client(std::string_view connection_id);
    client_proxy clients(std::vector<std::string_view> connection_ids);
    client_proxy user(std::string_view user_id);
    client_proxy users(std::vector<std::string_view> user_ids);
    client_proxy group(std::string_view name);
    client_proxy groups(std::vector<std::string_view> names);
    client_proxy group_except(std::string_view name, std::vector<std::string_view> connection_ids);

    virtual void send(const recipients& to, std::string_view target, const arguments& what) = 0;
    // Resumes on the caller's executor. `limit`: hub_options::client_result_timeout when zero.
    virtual boost::asio::awaitable<client_answer> ask(std::string connection_id, std::string target, const arguments& what,
                                                      std::chrono::milliseconds limit) = 0;
};

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
