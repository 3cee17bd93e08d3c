// What a program of the house is made of besides its own work: logs, health, /metrics, listeners, signals, shutdown.
#pragma once
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "net/listener.hpp"
#include "platform/settings.hpp"
#include "platform/web.hpp"

namespace platform {

// One JSON object a line: {"@t":…,"@l":…,"@m":…,"CorrelationId":…}; never blocks (a bounded queue, drops are counted and said).
std::unique_ptr<base::log_sink> make_json_log(base::log_level least, int file_descriptor = 2);
// Keeps lines in memory; for tests.
class captured_log;

enum class phase : unsigned char { starting, serving, draining };

// Health (contracts §2). Checks are asked when /health/ready is; a check of a shared dependency degrades, an own one fails.
class health {
public:
    virtual ~health() = default;
    enum class weight : unsigned char { shared, own };
    virtual void add(std::string name, weight w, std::function<bool()> ok) = 0;
    virtual void set(phase p) = 0;
    virtual phase now() const = 0;
    virtual void mount(web& on, base::metrics& m) = 0;  // /health/live, /health/ready, /healthz, /metrics
};
std::unique_ptr<health> make_health(std::string drain_file);

// "http://localhost:4200;https://*:5007" → listen options; problems as text.
base::result<std::vector<net::listen_options>> parse_urls(const settings& s);

// Shutdown in order (contracts §2): draining → lame duck → stop consumers → finish in hand → goodbye → flush.
struct shutdown_plan {
    std::chrono::milliseconds lame_duck{5'000}, finish{20'000};
    std::vector<std::function<boost::asio::awaitable<void>()>> stop_intake;   // stop consumers
    std::vector<std::function<bool()>> in_hand;                                // true while something is in hand
    std::vector<std::function<boost::asio::awaitable<void>()>> goodbye;        // hubs
};

}  // namespace platform
