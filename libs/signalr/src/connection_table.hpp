// Tokens that negotiate gave out, and those that a connection uses. Safe from any thread.
#pragma once
#include <deque>
#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "connection_id.hpp"
#include "pulse.hpp"
#include "transport.hpp"

namespace signalr {

// Fixed by a connection's first GET.
enum class transport_kind : unsigned char { none, websockets, server_sent_events, long_polling };

struct table_limits {
    std::size_t waiting;                 // tokens that nobody has used yet
    std::chrono::milliseconds lifetime;  // of such a token
    std::size_t early = 64 * 1024;       // bytes posted to one of them; 0: no limit
    std::size_t early_of_all = 8 * 1024 * 1024;
};

class connection_table {
public:
    explicit connection_table(const table_limits& limits) : limits_{limits} {}

    // False: too many wait for their first use.
    // `stateful`: its WebSocket may be followed by others.
    bool add(const connection_id& token, const connection_id& id, steady_time now, bool stateful = false);

    // What a token stands for.
    struct known {
        connection_id id;
        transport_kind bound = transport_kind::none;
        std::shared_ptr<token_carrier> via;  // null before the first GET, and for most WebSockets
    };
    std::optional<known> find(std::string_view token, steady_time now);

    // The first GET: the token is bound to that kind from now on. `make`: what its further requests are for, called under the
    // lock.
    enum class refusal : unsigned char { unknown, other_transport, in_use };
    struct attached {
        connection_id id;
        std::string early;  // what was posted before
    };
    using maker = std::function<std::shared_ptr<token_carrier>(bool stateful)>;
    std::expected<attached, refusal> attach(std::string_view token, transport_kind kind, steady_time now,
                                            const maker& make = {});

    // Keeps what is posted before the first GET; false: too much of it. `bound`: meanwhile the first GET has come.
    enum class keeping : unsigned char { kept, full, bound };
    keeping keep_early(std::string_view token, std::string_view bytes);

    void remove(const connection_id& token);
    std::vector<std::shared_ptr<token_carrier>> remove_all();
    std::size_t waiting() const;

private:
    struct entry {
        connection_id id;
        transport_kind bound = transport_kind::none;
        bool stateful = false;
        std::shared_ptr<token_carrier> via;
        std::unique_ptr<std::string> early;
    };
    using map = std::unordered_map<connection_id, entry, connection_id::hash>;
    struct birth {
        steady_time at;
        connection_id token;
    };
    map::iterator look_up(std::string_view token);
    void expire(steady_time now);
    std::string take_early(entry& e);

    const table_limits limits_;
    mutable std::mutex guard_;
    map entries_;
    std::deque<birth> births_;  // all live equally long, so the oldest stand in front
    std::size_t waiting_ = 0, early_ = 0;
};

}  // namespace signalr
