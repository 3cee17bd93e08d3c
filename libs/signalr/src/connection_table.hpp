// Tokens that negotiate gave out, and those that a connection uses. Safe from any thread.
#pragma once
#include <deque>
#include <expected>
#include <mutex>
#include <unordered_map>

#include "connection_id.hpp"
#include "pulse.hpp"

namespace signalr {

class connection_table {
public:
    connection_table(std::size_t limit, std::chrono::milliseconds lifetime) : limit_{limit}, lifetime_{lifetime} {}

    // False: too many wait for their first use.
    bool add(const connection_id& token, const connection_id& id, steady_time now);

    enum class refusal : unsigned char { unknown, in_use };
    // The id of the connection that the token stands for; it is taken from now on.
    std::expected<connection_id, refusal> attach(std::string_view token, steady_time now);
    bool knows(std::string_view token, steady_time now);
    void remove(const connection_id& token);
    std::size_t waiting() const;

private:
    struct entry {
        connection_id id;
        bool attached = false;
    };
    struct birth {
        steady_time at;
        connection_id token;
    };
    void expire(steady_time now);

    const std::size_t limit_;
    const std::chrono::milliseconds lifetime_;
    mutable std::mutex guard_;
    std::unordered_map<connection_id, entry, connection_id::hash> entries_;
    std::deque<birth> births_;  // all live equally long, so the oldest stand in front
    std::size_t waiting_ = 0;
};

}  // namespace signalr
