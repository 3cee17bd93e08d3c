// A connection without a socket, for tests of protocols on bytes alone: it drives absorb() as the real one does and keeps
// what was sent. Time stands until advance(). One thread.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/connection.hpp"
#include "net/loop.hpp"
#include "net/protocol.hpp"

namespace net::testing {

class fake_loop final : public loop {
public:
    using time_point = std::chrono::steady_clock::time_point;

    boost::asio::io_context& context() noexcept override { return context_; }
    bool in_this_thread() const noexcept override { return true; }
    void post(std::function<void()> f) override { boost::asio::post(context_, std::move(f)); }
    void at_turn_end(std::function<void()> f) override { boost::asio::post(context_, std::move(f)); }
    std::shared_ptr<void> every(std::chrono::milliseconds period, std::function<void()> tick) override {
        auto t = std::make_shared<ticker>(ticker{period, now_ + period, std::move(tick)});
        tickers_.push_back(t);
        return t;
    }
    time_point now() const noexcept override { return now_; }
    std::size_t connections() const noexcept override { return 0; }

    // Runs `f` as if a turn of the loop did, then all that it posted.
    void turn(std::function<void()> f) {
        post(std::move(f));
        run();
    }
    void run() {
        context_.restart();
        context_.poll();
    }
    void advance(std::chrono::milliseconds by) {
        now_ += by;
        for (const auto& weak : std::vector{tickers_}) {
            for (auto t = weak.lock(); t && t->next <= now_; t = weak.lock()) {
                t->next += t->period;
                turn([t] { t->tick(); });
            }
        }
    }

private:
    struct ticker {
        std::chrono::milliseconds period;
        time_point next;
        std::function<void()> tick;
    };
    boost::asio::io_context context_{1};
    time_point now_{std::chrono::hours{1}};
    std::vector<std::weak_ptr<ticker>> tickers_;
};

class fake_connection final : public connection {
public:
    static std::shared_ptr<fake_connection> make(fake_loop& home, std::unique_ptr<protocol> rider,
                                                 connection_limits limits = {}) {
        auto c = std::shared_ptr<fake_connection>{new fake_connection{home, std::move(rider), limits}};
        home.turn([c] { c->rider_->attached(*c); });
        c->settle();
        return c;
    }

    // --- what the peer does ---
    void feed(std::string_view bytes) {
        if (over()) return;
        kept_.append(bytes);
        absorb();
    }
    void feed_eof() {
        if (over() || std::exchange(eof_, true)) return;
        bool ends = true;
        home_.turn([&] { ends = rider_->peer_eof(); });
        if (ends && !over()) end(end_reason::peer_closed);
        settle();
    }
    void break_off() { end(end_reason::broken); }
    void hold_output() { holding_ = true; }  // the peer stops reading
    void take_output() {                     // … and goes on
        holding_ = false;
        settle();
    }

    // --- time: moves the loop's clock in ticks of 100 ms and fires the deadline ---
    void advance(std::chrono::milliseconds by) {
        const auto until = home_.now() + by;
        while (home_.now() < until) {
            home_.advance(std::min(std::chrono::duration_cast<std::chrono::milliseconds>(until - home_.now()),
                                   std::chrono::milliseconds{100}));
            fire_deadline();
        }
    }

    // --- what it saw ---
    const std::string& sent() const noexcept { return sent_; }  // all that left
    std::string take_sent() { return std::exchange(sent_, {}); }
    bool closed() const noexcept { return closed_; }
    bool aborted() const noexcept { return aborted_; }
    bool over() const noexcept { return closed_ || aborted_ || ended_.has_value(); }
    bool paused() const noexcept { return paused_; }
    std::optional<end_reason> ended() const noexcept { return ended_; }
    std::chrono::steady_clock::time_point deadline() const noexcept { return deadline_; }
    std::size_t kept() const noexcept { return kept_.size(); }  // not absorbed yet
    protocol& rider() noexcept { return *rider_; }

    // --- connection ---
    loop& home() noexcept override { return home_; }
    const boost::asio::ip::address& peer_address() const noexcept override { return peer_; }
    bool secure() const noexcept override { return false; }
    void send(std::string_view bytes) override {
        if (over()) return;
        (holding_ ? held_ : sent_).append(bytes);
        if (held_.size() > limits_.outbox_high) congested_ = true;
        if (held_.size() > limits_.outbox_max) end_later(end_reason::overrun);
    }
    void send(std::string&& bytes) override { send(std::string_view{bytes}); }
    void send(shared_bytes bytes) override { send(std::string_view{*bytes}); }
    std::size_t backlog() const noexcept override { return held_.size(); }
    bool congested() const noexcept override { return congested_; }
    void when_sent(std::function<void()> f) override {
        if (holding_)
            marks_.push_back(std::move(f));
        else
            f();
    }
    void pause_reading() override { paused_ = true; }
    void resume_reading() override {
        if (std::exchange(paused_, false)) home_.post([self = self()] { self->absorb_now(); });
    }
    void set_deadline(std::chrono::steady_clock::time_point at) override { deadline_ = at; }
    void close() override {
        if (over()) return;
        closed_ = true;
        end_later(end_reason::aborted);
    }
    void abort() override {
        if (over()) return;
        aborted_ = true;
        end_later(end_reason::aborted);
    }
    void switch_to(std::unique_ptr<protocol> next) override {
        next_ = std::move(next);
        home_.post([self = self()] { self->absorb_now(); });
    }

private:
    fake_connection(fake_loop& home, std::unique_ptr<protocol> rider, connection_limits limits)
        : home_{home}, rider_{std::move(rider)}, limits_{limits} {}

    std::shared_ptr<fake_connection> self() { return std::static_pointer_cast<fake_connection>(shared_from_this()); }

    void absorb() {
        home_.turn([self = self()] { self->absorb_now(); });
        settle();
    }
    void absorb_now() {
        take_next();
        if (kept_.empty() || paused_ || congested_ || over()) return;
        // A buffer of exactly the bytes, given back at once: a view that outlives the call is found by ASan.
        const auto bytes = std::make_unique<std::string>(kept_);
        const auto used = rider_->absorb(*bytes);
        kept_.erase(0, std::min(used, kept_.size()));
        const bool switched = next_ != nullptr;
        take_next();
        if (switched) return absorb_now();
        if (kept_.size() > limits_.leftover && !paused_ && !congested_) end(end_reason::overrun);
    }
    void take_next() {
        while (next_) {
            rider_ = std::move(next_);
            paused_ = false;
            rider_->attached(*this);
        }
    }
    void settle() {
        home_.run();
        if (!holding_ && !held_.empty()) {
            sent_.append(std::exchange(held_, {}));
            for (auto& f : std::exchange(marks_, {})) f();
            if (std::exchange(congested_, false) && !over()) {
                home_.turn([this] { rider_->on_drained(); });
                absorb();
            }
        }
    }
    void fire_deadline() {
        if (over() || deadline_ > home_.now()) return;
        deadline_ = std::chrono::steady_clock::time_point::max();
        home_.turn([this] { rider_->on_deadline(); });
        settle();
    }
    void end_later(end_reason why) {
        home_.post([self = self(), why] { self->end(why); });
    }
    void end(end_reason why) {
        if (ended_) return;
        ended_ = why;
        for (auto& f : std::exchange(marks_, {})) f();
        rider_->on_end(why);
    }

    fake_loop& home_;
    std::unique_ptr<protocol> rider_, next_;
    connection_limits limits_;
    boost::asio::ip::address peer_ = boost::asio::ip::make_address("192.0.2.7");
    std::string kept_, sent_, held_;
    std::vector<std::function<void()>> marks_;
    std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::time_point::max();
    std::optional<end_reason> ended_;
    bool paused_ = false, closed_ = false, aborted_ = false, eof_ = false, holding_ = false, congested_ = false;
};

}  // namespace net::testing
