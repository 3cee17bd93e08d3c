// One connection to Redis that is kept up: connect, greet, watch, and try again. What is said on it is the derived class's.
#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "backoff.hpp"
#include "base/result.hpp"
#include "net/connection.hpp"
#include "net/loop.hpp"
#include "net/protocol.hpp"
#include "redis/health.hpp"
#include "redis/reply.hpp"
#include "redis/settings.hpp"
#include "reply_reader.hpp"

namespace redis {

// Makes a connection with this rider; `then` is told on the loop. Given in, so that tests need no socket.
using connector = std::function<void(const endpoint&, std::unique_ptr<net::protocol>,
                                     std::function<void(base::result<std::shared_ptr<net::connection>>)> then)>;
// By net::connect, with TLS where the settings say so. `invalid`: they can't work.
base::result<connector> connect_by_net(net::loop& on, const settings& s);

// Loop thread only, but for state(). Held by its connection while there is one, and by its owner.
class link : public std::enable_shared_from_this<link> {
public:
    link(net::loop& on, settings s, surroundings around, connector connect);
    virtual ~link() = default;
    link(const link&) = delete;
    link& operator=(const link&) = delete;

    void open();
    // For good: the connection is aborted, nothing is tried again.
    void shut(const std::string& why);
    link_state state() const;  // safe from any thread

protected:
    virtual void on_up() = 0;                          // connected and greeted
    virtual void on_reply(reply r) = 0;                //
    virtual void on_down(const std::string& why) = 0;  // was up
    virtual void on_tick() = 0;                        // every tick_period, up or not
    // Since when the oldest unanswered thing waits for its answer.
    virtual std::optional<base::steady_time> unanswered_since() const = 0;
    virtual void send_ping() = 0;  // its answer is the derived class's to take

    static constexpr std::chrono::milliseconds tick_period{100};

    net::loop& home() noexcept { return on_; }
    net::connection* wire() noexcept { return phase_ == phase::up ? wire_.get() : nullptr; }  // null unless up
    const settings& limits() const noexcept { return settings_; }
    const surroundings& around() const noexcept { return around_; }
    const std::string& last_error() const noexcept { return last_error_; }
    bool is_shut() const noexcept { return phase_ == phase::shut; }
    // This connection is no good: it is aborted, and another one made.
    void drop(const std::string& why);

private:
    friend class link_rider;
    enum class phase : unsigned char { idle, waiting, connecting, greeting, up, shut };
    enum class step : unsigned char { auth, name, database, role, ping };

    void connect_now();
    void connected(std::uint64_t serial, base::result<std::shared_ptr<net::connection>> made);
    void attached(std::uint64_t serial, net::connection& c);
    std::size_t absorb(std::uint64_t serial, std::string_view bytes);
    void ended(std::uint64_t serial, net::end_reason why);

    void greet();
    void take_greeting(const reply& r);
    void greeted();
    void lost(const std::string& why);
    void retry_later();
    void tick();
    void watch_silence();
    void note_state(bool connected, std::string error);

    net::loop& on_;
    const settings settings_;
    const surroundings around_;
    const connector connect_;
    const backoff backoff_;
    std::shared_ptr<net::connection> wire_;
    std::optional<reply_reader> reader_;
    std::vector<step> steps_;  // of the greeting, not answered yet, in order
    std::shared_ptr<void> ticker_, retry_;
    std::string last_error_;
    base::steady_time heard_{}, phase_due_{}, up_since_{};
    std::optional<base::steady_time> pinged_;
    std::uint64_t serial_ = 0;  // of the connection: what an older one still says is not listened to
    std::size_t tried_ = 0;     // endpoints, in turn
    unsigned failures_ = 0;     // since it was last stable
    phase phase_ = phase::idle;

    mutable std::mutex guard_;
    link_state state_;
    std::uint64_t ups_ = 0;
};

}  // namespace redis
