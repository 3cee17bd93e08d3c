// What a program of the house is made of besides its own work: logs, health, /metrics, listeners, signals, shutdown.
#pragma once
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "base/result.hpp"
#include "net/http/server.hpp"
#include "net/listener.hpp"
#include "platform/settings.hpp"
#include "platform/web.hpp"

namespace platform {

// One JSON object a line: {"@t":…,"@l":…,"@m":…,"CorrelationId":…}. Never blocks: lines go through a bounded buffer to a
// thread of its own; what does not fit is dropped, counted, and said in a line once there is room. What looks like a
// secret (by a field's name, or a password, key or token inside a text) is written as [secret]. Safe from any thread.
class json_log : public base::log_sink {
public:
    virtual std::uint64_t dropped() const noexcept = 0;
    virtual void flush() = 0;  // until everything written so far has left; at the end of main, never on a loop
};
std::unique_ptr<json_log> make_json_log(base::log_level least, int file_descriptor = 2,
                                        std::size_t buffer = 1024 * 1024);
base::log_level read_log_level(std::string_view text);  // debug, info, warn, error; else info

// One line as json_log writes it, without the end of line.
std::string json_log_line(base::unix_micros at, base::log_level level, std::string_view message,
                          std::initializer_list<base::log_field> fields, const base::log_link* scope);

// Keeps lines in memory, as JSON; for tests. Safe from any thread.
class captured_log final : public base::log_sink {
public:
    struct line {
        base::log_level level;
        std::string message, json;
    };
    bool enabled(base::log_level) const noexcept override { return true; }
    void write(base::log_level level, std::string_view message, std::initializer_list<base::log_field> fields,
               const base::log_link* scope) noexcept override;
    std::vector<line> lines() const;
    std::string all() const;  // every line's JSON, one after the other

private:
    mutable std::mutex guard_;
    std::vector<line> lines_;
};

enum class phase : unsigned char { starting, serving, draining };

// Health (contracts §2). Checks are asked when /health/ready is, on a loop: they answer from what is known, they don't
// wait. A failing check of a shared dependency degrades, one of our own says 503. Safe from any thread once mounted.
class health {
public:
    virtual ~health() = default;
    enum class weight : unsigned char { shared, own };
    virtual void add(std::string name, weight w, std::function<bool()> ok) = 0;  // before serving
    virtual void set(phase p) = 0;
    virtual phase now() const = 0;
    // Draining, or told to by the drain file: what a lame duck refuses.
    virtual bool draining() const = 0;
    virtual void mount(web& on, base::metrics& m) = 0;  // /health/live, /health/ready, /healthz, /metrics
};
std::unique_ptr<health> make_health(std::string drain_file);

// "http://localhost:4200;https://*:5007" → listen options, with Http:MaxConnections, Http:Backlog and, for https, the
// certificate of Https:*. `invalid` names what is wrong.
base::result<std::vector<net::listen_options>> parse_urls(const settings& s);

// Settings → options of the parts they are for.
web_options web_options_from(const settings& s);
net::http::server_limits server_limits_from(const settings& s);
// Keys of Jwt:*, and in Development of DevJwt:* when it has a key.
jwt_options jwt_options_from(const settings& s);
// What no single setting shows, a line each: URLs, certificates, address blocks, keys. Outside Development a token needs a
// strong key, an issuer and an audience, and DevJwt:SigningKey must not be set.
std::vector<std::string> settings_problems(const settings& s);

// Shutdown in order (contracts §2): draining → lame duck → stop consumers → finish in hand → goodbye → flush. What a step
// has not done at its bound is left, not waited for.
struct shutdown_plan {
    std::chrono::milliseconds lame_duck{5'000};
    std::chrono::milliseconds finish{20'000};    // stop_intake and in_hand together
    std::chrono::milliseconds farewell{5'000};   // goodbye
    std::vector<std::function<void()>> begin{};  // at once: health to draining, web to lame duck
    std::vector<std::function<boost::asio::awaitable<void>()>> stop_intake{};  // close listeners, stop consumers
    std::vector<std::function<bool()>> in_hand{};                              // true while something is in hand
    std::vector<std::function<boost::asio::awaitable<void>()>> goodbye{};      // hubs
    std::vector<std::function<void()>> flush{};                                // telemetry, logs
    std::function<bool()> hurry{};  // asked while waiting; true: straight to the goodbye (a second signal)
    std::function<boost::asio::awaitable<void>(std::chrono::milliseconds)> wait{};  // of tests; empty: a timer
};
// True: nothing was left in hand. Runs and resumes on the caller's executor; exceptions of steps are logged, and the next
// step is taken. Steps of one kind run one after the other.
boost::asio::awaitable<bool> run_shutdown(shutdown_plan plan, base::log_scope log);

// SIGTERM and SIGINT, on a thread of their own, so that even a stuck loop can be ended. Make it first in main: threads that
// start later inherit the blocked signals. The first signal calls `stop` (from that thread); the second ends the process at
// once with 130. SIGPIPE is ignored from then on.
class stop_signals {
public:
    explicit stop_signals(std::function<void(int)> stop);
    ~stop_signals();
    stop_signals(const stop_signals&) = delete;
    stop_signals& operator=(const stop_signals&) = delete;
    bool asked() const noexcept;  // a first signal came

private:
    struct inside;
    std::unique_ptr<inside> inside_;
};

}  // namespace platform
