// One tab of one user: a SignalR connection (JSON, WebSocket, negotiation skipped) that comes back by itself,
// asks for what it missed, and reports every telling.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/id_source.hpp"
#include "feed_cursor.hpp"
#include "ledger.hpp"
#include "net/websocket/session.hpp"
#include "wire.hpp"

namespace load {

struct notice {
    base::uuid id;
    progress reached = progress::none;
    std::int64_t order = 0, sequence = 0, previous = 0;
};
// From a Notification's argument, the older shape too (`{"value":…}`, numeric status). False: not readable.
bool read_notice(std::string_view object, notice& into) noexcept;

class hub_link;

// Calls come on the loop's thread.
class hub_user {
public:
    virtual ~hub_user() = default;
    virtual void told(hub_link& by, const notice& n, bool live) = 0;
    virtual void resumed(hub_link& by, bool complete) = 0;  // after every (re)connect and gap
    virtual void unreadable(hub_link& by, std::string_view record) = 0;
};

// Loop thread only.
class hub_link {
public:
    struct options {
        net::websocket::client_options to;
        std::uint32_t user = 0;
        bool first = true;  // the user's first tab
    };
    hub_link(net::loop& on, options o, hub_user& up, base::id_source& chance);
    ~hub_link();
    hub_link(const hub_link&) = delete;
    hub_link& operator=(const hub_link&) = delete;

    void open();
    void watch(nanos now);  // about once a second: pings, and gives up on a silent server
    void close();           // for good

    std::uint32_t user() const noexcept { return options_.user; }
    bool first() const noexcept { return options_.first; }
    bool ready() const noexcept { return ready_; }  // a Resume was answered on this connection, and none is under way
    const feed_cursor& cursor() const noexcept { return cursor_; }
    std::uint64_t reconnects() const noexcept { return opened_ > 0 ? opened_ - 1 : 0; }

    static constexpr nanos ping_every = 15'000'000'000, patience = 30'000'000'000;

private:
    class rider;
    struct anchor {
        hub_link* up = nullptr;
    };
    void on_open(net::websocket::session& s);
    void on_data(std::string_view payload);
    void on_gone();
    void record(std::string_view text);
    void completion(std::string_view text);
    void notification(std::string_view object);
    void resume();
    void come_back();

    net::loop& loop_;
    options options_;
    hub_user& up_;
    base::id_source& chance_;
    backoff backoff_;
    std::shared_ptr<anchor> anchor_;
    net::websocket::session* session_ = nullptr;
    std::string partial_;  // a record whose end has not come
    feed_cursor cursor_;
    std::uint64_t opened_ = 0, invocation_ = 0;
    nanos heard_ = 0, pinged_ = 0;
    bool greeted_ = false;  // the handshake was answered
    bool asking_ = false;   // a Resume is under way
    bool ready_ = false, closed_ = false;
};

}  // namespace load
