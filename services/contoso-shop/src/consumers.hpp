// The coroutines that run for as long as the shop does: the three consumers and what goes beside them.
#pragma once
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "base/log.hpp"
#include "messaging/consumer.hpp"
#include "messaging/embedded/broker.hpp"
#include "net/loop.hpp"

namespace shop {

// Started and stopped by the main thread; the coroutines run on the loops in turn.
class consumers {
public:
    consumers(net::loops& loops, messaging::embedded_broker& broker, base::log_scope log)
        : loops_{loops}, broker_{broker}, log_{std::move(log)} {}

    void start(std::string_view queue, messaging::consumer_options o, messaging::batch_handler handle);
    void also(std::function<boost::asio::awaitable<void>()> work);

    bool healthy() const;
    void stop();  // asks; running() tells when the calls under way have ended
    int running() const noexcept { return running_.load(); }

private:
    void spawn(std::function<boost::asio::awaitable<void>()> work, std::string name);

    net::loops& loops_;
    messaging::embedded_broker& broker_;
    const base::log_scope log_;
    std::vector<std::unique_ptr<messaging::consumer>> all_;
    std::atomic<int> running_{0};
};

}  // namespace shop
