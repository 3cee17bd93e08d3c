// Commands over one connection: what many callers ask at the same time leaves in one write and is answered in order.
#pragma once
#include <functional>
#include <memory>

#include "base/result.hpp"
#include "net/loop.hpp"
#include "redis/batch.hpp"
#include "redis/health.hpp"
#include "redis/reply.hpp"
#include "redis/settings.hpp"

namespace redis {

struct client_stats {
    std::uint64_t commands = 0;  // sent
    std::uint64_t refused = 0;   // not taken: too much was waiting, or there was no connection
    std::uint64_t timeouts = 0;  // calls, not commands
    std::uint64_t unknown = 0;   // calls that were sent and lost with the connection
    std::size_t waiting = 0;     // commands waiting or unanswered now
};

// Safe from any thread; coroutines resume on their own executor. Faults:
//   unavailable  nothing was done: no connection, the queue is full, the client is closed, or the server says it can't
//   timeout      no answer before the deadline: it may have been done
//   unconfirmed  it was sent and the connection broke: it may have been done. Nothing is ever sent twice
class client {
public:
    virtual ~client() = default;  // does not wait: what is under way fails

    // One command: command("SET", key, value, "PX", 500). An error that the server answers is a fault (reply::as_fault).
    template <argument... Args>
    base::task<reply> command(const Args&... args) {
        batch one;
        one.add(args...);
        return only(std::move(one));
    }
    // By EVALSHA; by EVAL when the server does not know it yet.
    base::task<reply> run(const script& what, arguments keys, arguments args,
                          base::steady_time due = base::steady_time::max()) {
        batch one;
        one.add_script(what, keys, args);
        return only(std::move(one), due);
    }
    // The commands of one batch; an error answered to one of them is its reply, not a fault. Scripts that the server did
    // not know run once more by their source, after the rest of the batch.
    virtual base::task<replies> run(batch commands, base::steady_time due = base::steady_time::max()) = 0;
    virtual base::task<reply> only(batch one, base::steady_time due = base::steady_time::max()) = 0;

    // Without a coroutine. `then` is called on the client's loop, or at once when the batch is not taken; may be null.
    virtual void send(batch commands, std::function<void(base::result<replies>)> then) = 0;

    // Waits for a connection that answers, until `due` or the command timeout, whichever is earlier.
    virtual base::task<> ready(base::steady_time due = base::steady_time::max()) = 0;
    // Takes no more, waits for what is under way up to close_timeout, then ends the connection.
    virtual base::task<> close() = 0;

    virtual link_state state() const = 0;
    virtual client_stats stats() const = 0;
};

// Begins to connect at once. The loop must outlive the client. `invalid`: settings or TLS files that can't work.
base::result<std::unique_ptr<client>> make_client(net::loop& on, settings s, surroundings around = {});

}  // namespace redis
