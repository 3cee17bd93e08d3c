#include "consumers.hpp"

#include <boost/asio/co_spawn.hpp>
#include <exception>

namespace shop {

void consumers::start(std::string_view queue, messaging::consumer_options o, messaging::batch_handler handle) {
    o.queue = queue;
    auto* consumer = all_.emplace_back(broker_.make_consumer(std::move(o))).get();
    spawn([consumer, handle = std::move(handle)] { return consumer->run(handle); }, std::string{queue});
}

void consumers::also(std::function<boost::asio::awaitable<void>()> work) { spawn(std::move(work), "background"); }

void consumers::spawn(std::function<boost::asio::awaitable<void>()> work, std::string name) {
    ++running_;
    boost::asio::co_spawn(
        loops_.next().context(), std::move(work), [this, name = std::move(name)](std::exception_ptr thrown) {
            --running_;
            if (!thrown) return;
            try {
                std::rethrow_exception(thrown);
            } catch (const std::exception& e) {
                log_.error("a consumer ended by an exception", {{"Name", name}, {"Exception", e.what()}});
            }
        });
}

bool consumers::healthy() const {
    for (const auto& c : all_)
        if (!c->healthy()) return false;
    return true;
}

void consumers::stop() {
    for (const auto& c : all_) c->stop();
}

}  // namespace shop
