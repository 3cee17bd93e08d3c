#include "signalr/redis_backplane.hpp"

#include <unistd.h>

#include <array>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "channel_book.hpp"
#include "redis/client.hpp"

namespace signalr {
namespace {

namespace asio = boost::asio;

std::string fresh_server_name(base::id_source& ids) {
    std::array<char, 256> machine{};
    if (::gethostname(machine.data(), machine.size() - 1) != 0) machine[0] = 0;
    std::string name{machine.data()};
    name += '_';
    std::array<std::uint8_t, 16> bits;
    ids.fill(bits);
    for (const auto b : bits) name.append({"0123456789abcdef"[b >> 4], "0123456789abcdef"[b & 15]});
    return name;
}

class redis_backplane final : public backplane, public std::enable_shared_from_this<redis_backplane> {
public:
    redis_backplane(net::loop& on, redis_backplane_options options, redis::surroundings around)
        : loop_{on},
          options_{std::move(options)},
          log_{around.log.with("Hub", options_.hub_name)},
          book_{[this](const std::string& channel, bool subscribe) { turn(channel, subscribe); }} {}

    // The beat belongs to the loop, as everything that is called by it.
    ~redis_backplane() override {
        if (beat_) loop_.post([beat = std::move(beat_)] {});
    }

    base::result<void> connect(const redis::surroundings& around) {
        redis::subscriber_events events;
        events.on_link = [weak = weak_from_this()](bool up) {
            if (const auto self = weak.lock()) self->on_link(up);
        };
        events.on_gap = [weak = weak_from_this()](const redis::gap& g) {
            if (const auto self = weak.lock()) self->on_gap(g);
        };
        auto listening = redis::make_subscriber(loop_, options_.settings, std::move(events), around);
        if (!listening) return std::unexpected{listening.error()};
        auto speaking = redis::make_client(loop_, options_.settings, around);
        if (!speaking) return std::unexpected{speaking.error()};
        subscriber_ = std::move(*listening);
        client_ = std::move(*speaking);
        return {};
    }

    const std::string& hub_name() const noexcept override { return options_.hub_name; }
    const std::string& server_name() const noexcept override { return options_.server_name; }

    void start(listener to) override {
        on_loop([to = std::move(to)](redis_backplane& self) {
            self.to_ = to;
            self.beat_ = self.loop_.every(self.options_.retry_after, [weak = self.weak_from_this()] {
                if (const auto alive = weak.lock()) alive->on_beat();
            });
        });
    }

    void subscribe(std::string channel, std::function<void()> then) override {
        on_loop([channel = std::move(channel), then = std::move(then)](redis_backplane& self) {
            self.book_.want(channel, then, self.loop_.now() + self.options_.subscribe_wait);
        });
    }

    void unsubscribe(std::string channel) override {
        on_loop([channel = std::move(channel)](redis_backplane& self) { self.book_.unwant(channel); });
    }

    void publish(std::string_view channel, std::string_view payload, published then) override {
        redis::batch one;
        one.add("PUBLISH", options_.channel_prefix + std::string{channel}, payload);
        published_.fetch_add(1, std::memory_order_relaxed);
        client_->send(std::move(one),
                      [weak = weak_from_this(), then = std::move(then)](const base::result<redis::replies>& answer) {
                          const auto heard = receivers(answer);
                          const auto self = weak.lock();
                          if (self && !heard) self->publish_failed_.fetch_add(1, std::memory_order_relaxed);
                          if (then) then(heard);
                      });
    }

    backplane_state state() const override {
        backplane_state s;
        const auto listening = subscriber_->state(), speaking = client_->state();
        s.channels = subscribed_.load(std::memory_order_relaxed);
        s.wanted = wanted_.load(std::memory_order_relaxed);
        s.published = published_.load(std::memory_order_relaxed);
        s.publish_failed = publish_failed_.load(std::memory_order_relaxed);
        s.arrived = arrived_.load(std::memory_order_relaxed);
        s.gaps = gaps_.load(std::memory_order_relaxed);
        if (!speaking.connected) s.why = "nothing can be published: " + speaking.last_error;
        if (!listening.connected) s.why = "nothing is heard: " + listening.last_error;
        if (s.why.empty() && restoring_.load(std::memory_order_relaxed)) s.why = "channels are being subscribed again";
        if (s.why.empty() && !all_begun_.load(std::memory_order_relaxed))
            s.why = "Redis did not take some subscriptions";
        s.degraded = !s.why.empty();
        return s;
    }

    asio::awaitable<void> close() override {
        const auto self = shared_from_this();
        asio::steady_timer pause{co_await asio::this_coro::executor};
        const auto last = std::chrono::steady_clock::now() + options_.close_wait;
        // What was asked for before has been begun when this has run.
        on_loop([](redis_backplane& b) { b.closing_ = true; });
        while (!quiet_.load(std::memory_order_acquire) && std::chrono::steady_clock::now() < last) {
            pause.expires_after(std::chrono::milliseconds{5});
            co_await pause.async_wait(asio::use_awaitable);
            on_loop([](redis_backplane& b) { b.note(); });
        }
        (void)co_await subscriber_->close();
        (void)co_await client_->close();
        on_loop([](redis_backplane& b) {
            b.beat_.reset();
            b.to_ = {};
        });
    }

private:
    template <class F>
    void on_loop(F f) {
        loop_.post([weak = weak_from_this(), f = std::move(f)] {
            const auto self = weak.lock();
            if (!self) return;
            f(*self);
            self->note();
        });
    }

    static base::result<std::int64_t> receivers(const base::result<redis::replies>& answer) {
        if (!answer) return std::unexpected{answer.error()};
        if (answer->empty()) return base::fail(base::fault_kind::internal, "no answer to PUBLISH");
        if (answer->front().is_error()) return std::unexpected{answer->front().as_fault()};
        return answer->front().integer();
    }

    // From the book, on the loop.
    void turn(const std::string& channel, bool on) {
        asio::co_spawn(
            loop_.context(),
            [self = shared_from_this(), channel, on]() -> asio::awaitable<void> {
                const std::string name = self->options_.channel_prefix + channel;
                const auto done = on ? co_await self->subscriber_->subscribe(name, self->handler())
                                     : co_await self->subscriber_->unsubscribe(name);
                if (!done)
                    self->log_.warn(on ? "channel not subscribed" : "channel not unsubscribed",
                                    {{"Channel", channel}, {"Error", done.error().message}});
                self->book_.done(channel, on, done.has_value());
                self->note();
            },
            asio::detached);
    }

    redis::message_handler handler() {
        return [weak = weak_from_this()](std::string_view channel, std::string_view payload) {
            const auto self = weak.lock();
            if (!self || !self->to_.arrived || channel.size() < self->options_.channel_prefix.size()) return;
            self->arrived_.fetch_add(1, std::memory_order_relaxed);
            self->to_.arrived(channel.substr(self->options_.channel_prefix.size()), payload);
        };
    }

    void on_link(bool up) {
        if (!up && linked_) {
            log_.warn("the servers of the hub can't be heard");
            restoring_.store(true, std::memory_order_relaxed);
        }
        linked_ = up;
        book_.link(up);
        note();
    }

    void on_gap(const redis::gap& g) {
        gaps_.fetch_add(1, std::memory_order_relaxed);
        restoring_.store(false, std::memory_order_relaxed);
        log_.warn("messages of the hub's other servers may have been missed",
                  {{"Channels", std::to_string(g.channels)},
                   {"LostAt", base::to_rfc3339(g.lost_at)},
                   {"RestoredAt", base::to_rfc3339(g.restored_at)}});
        if (options_.on_gap) options_.on_gap(g);
    }

    void on_beat() {
        book_.tick(loop_.now());
        book_.retry();
        const auto heard = subscriber_->stats();
        if (linked_ && heard.channels >= heard.wanted) restoring_.store(false, std::memory_order_relaxed);
        note();
    }

    // What other threads may know of the book.
    void note() {
        subscribed_.store(book_.subscribed(), std::memory_order_relaxed);
        wanted_.store(book_.wanted(), std::memory_order_relaxed);
        all_begun_.store(book_.all_begun(), std::memory_order_relaxed);
        quiet_.store(closing_ && (book_.empty() || !linked_), std::memory_order_release);
    }

    net::loop& loop_;
    const redis_backplane_options options_;
    const base::log_scope log_;
    std::unique_ptr<redis::subscriber> subscriber_;
    std::unique_ptr<redis::client> client_;

    // On the loop.
    listener to_;
    channel_book book_;
    std::shared_ptr<void> beat_;
    bool linked_ = false, closing_ = false;

    std::atomic<std::size_t> subscribed_{0}, wanted_{0};
    std::atomic<std::uint64_t> published_{0}, publish_failed_{0}, arrived_{0}, gaps_{0};
    std::atomic<bool> all_begun_{true}, restoring_{false}, quiet_{false};
};

}  // namespace

base::result<std::shared_ptr<backplane>> make_redis_backplane(net::loop& on, redis_backplane_options options,
                                                              redis::surroundings around) {
    if (options.hub_name.empty())
        return base::fail(base::fault_kind::invalid, "the backplane needs the name of the hub");
    if (options.server_name.empty()) options.server_name = fresh_server_name(*around.ids);
    const auto made = std::make_shared<redis_backplane>(on, std::move(options), around);
    if (const auto good = made->connect(around); !good) return std::unexpected{good.error()};
    return made;
}

}  // namespace signalr
