#include "loop_core.hpp"

#include <time.h>

#include <thread>

#include "socket_connection.hpp"

namespace net {
namespace {

thread_local loop_core* this_threads_loop = nullptr;
constexpr std::size_t kept_outboxes = 64;

// Ticks until it is dropped; the timer's handler only holds it weakly.
class ticker : public std::enable_shared_from_this<ticker> {
public:
    ticker(boost::asio::io_context& on, std::chrono::milliseconds period, std::function<void()> tick)
        : timer_{on}, period_{period}, tick_{std::move(tick)} {}

    void arm() {
        timer_.expires_after(period_);
        timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& ec) {
            auto t = ec ? nullptr : weak.lock();
            if (!t) return;
            t->tick_();
            if (t.use_count() > 1) t->arm();  // the tick itself may have dropped the handle
        });
    }

private:
    boost::asio::steady_timer timer_;
    std::chrono::milliseconds period_;
    std::function<void()> tick_;
};

}  // namespace

loop_core::loop_core() { poller_.start(); }

loop_core::~loop_core() {
    // What a loop that never ran, or was stopped, still holds.
    for (auto& c : residents()) c->end_for_stop();
    dirty_.clear();
    dirty_now_.clear();
}

bool loop_core::in_this_thread() const noexcept { return this_threads_loop == this; }

void loop_core::post(std::function<void()> f) { boost::asio::post(context_, std::move(f)); }

void loop_core::at_turn_end(std::function<void()> f) {
    turn_end_.push_back(std::move(f));
    flush_soon();
}

std::shared_ptr<void> loop_core::every(std::chrono::milliseconds period, std::function<void()> tick) {
    auto t = std::make_shared<ticker>(context_, period, std::move(tick));
    t->arm();
    return t;
}

std::chrono::steady_clock::time_point loop_core::now() const noexcept {
    if (turn_time_ != std::chrono::steady_clock::time_point{}) return turn_time_;
    // The kernel's own per-tick time: a few nanoseconds to read, a few milliseconds old. The same epoch as steady_clock.
    timespec t{};
    clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
    const std::chrono::steady_clock::time_point now{std::chrono::seconds{t.tv_sec} +
                                                    std::chrono::nanoseconds{t.tv_nsec}};
    if (poller_.in_turn()) turn_time_ = now;
    return now;
}

void loop_core::run() {
    this_threads_loop = this;
    context_.run();
    this_threads_loop = nullptr;
}

void loop_core::begin_stop() {
    boost::asio::post(context_, [this] {
        for (auto& c : residents()) c->end_for_stop();
        // Behind what ending them has posted.
        boost::asio::post(context_, [this] { boost::asio::post(context_, [this] { context_.stop(); }); });
    });
}

void loop_core::enter(socket_connection& c) { residents_.push_back(c); }

void loop_core::leave(socket_connection& c) noexcept {
    if (static_cast<resident_hook&>(c).is_linked()) static_cast<resident_hook&>(c).unlink();
    count_.fetch_sub(1, std::memory_order_relaxed);
}

std::vector<std::shared_ptr<socket_connection>> loop_core::residents() {
    std::vector<std::shared_ptr<socket_connection>> all;
    for (auto& r : residents_)
        all.push_back(
            std::static_pointer_cast<socket_connection>(static_cast<socket_connection&>(r).shared_from_this()));
    return all;
}

void loop_core::settle_later(std::shared_ptr<socket_connection> c) {
    dirty_.push_back(std::move(c));
    flush_soon();
}

// Within a turn of the sockets the flush comes at its end, otherwise behind what is already posted.
void loop_core::flush_soon() {
    if (std::exchange(flush_wanted_, true) || poller_.in_turn()) return;
    boost::asio::post(context_, [this] { flush(); });
}

void loop_core::end_turn() {
    turn_time_ = {};
    flush();
    turn_time_ = {};
    if (flush_wanted_)
        boost::asio::post(context_, [this] { flush(); });  // the flush itself made somebody say something
}

void loop_core::flush() {
    if (!std::exchange(flush_wanted_, false)) return;
    std::vector<std::function<void()>> last_words;
    last_words.swap(turn_end_);
    for (auto& f : last_words) f();

    dirty_now_.swap(dirty_);
    for (auto& c : dirty_now_) c->settle_turn();
    dirty_now_.clear();
}

char* loop_core::scratch(std::size_t size) {
    if (scratch_.size() < size) scratch_.resize(size);
    return scratch_.data();
}

char* loop_core::plain_scratch(std::size_t size) {
    if (plain_scratch_.size() < size) plain_scratch_.resize(size);
    return plain_scratch_.data();
}

std::unique_ptr<outbox> loop_core::lend_outbox() {
    if (outboxes_.empty()) return std::make_unique<outbox>();
    auto o = std::move(outboxes_.back());
    outboxes_.pop_back();
    return o;
}

void loop_core::give_back(std::unique_ptr<outbox> o) {
    if (outboxes_.size() >= kept_outboxes) return;
    o->clear();
    outboxes_.push_back(std::move(o));
}

void loop_core::set_deadline(deadline_wheel::entry& e, std::chrono::steady_clock::time_point due) {
    wheel_.set(e, due, now());
    if (!wheel_turns_ && !wheel_.empty()) turn_wheel();
}

void loop_core::turn_wheel() {
    wheel_turns_ = true;
    wheel_timer_.expires_after(deadline_wheel::tick_length);
    wheel_timer_.async_wait([this](const boost::system::error_code& ec) {
        if (ec) return;
        wheel_.turn(now());
        wheel_turns_ = false;
        if (!wheel_.empty()) turn_wheel();
    });
}

// ---------------------------------------------------------------------------------------------------------------------

struct loops::inside {
    std::vector<std::unique_ptr<loop_core>> all;
    std::vector<std::thread> threads;
    std::atomic<std::size_t> turn{0};
};

loops::loops(std::size_t count) : inside_{std::make_unique<inside>()} {
    if (count == 0) count = std::max(1U, std::thread::hardware_concurrency());
    for (std::size_t i = 0; i < count; ++i) inside_->all.push_back(std::make_unique<loop_core>());
}

loops::~loops() { stop(); }

void loops::start() {
    if (!inside_->threads.empty()) return;
    for (auto& l : inside_->all) inside_->threads.emplace_back([&l = *l] { l.run(); });
}

void loops::stop() {
    if (inside_->threads.empty()) return;
    for (auto& l : inside_->all) l->begin_stop();
    for (auto& t : inside_->threads) t.join();
    inside_->threads.clear();
}

std::size_t loops::size() const noexcept { return inside_->all.size(); }
loop& loops::at(std::size_t i) noexcept { return *inside_->all[i]; }
loop& loops::next() noexcept {
    return *inside_->all[inside_->turn.fetch_add(1, std::memory_order_relaxed) % inside_->all.size()];
}
loop* loops::current() noexcept { return this_threads_loop; }

}  // namespace net
