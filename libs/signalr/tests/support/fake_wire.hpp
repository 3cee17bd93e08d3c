// A loop and a connection without threads and sockets, for tests of what rides on them: time stands until it
// is moved, posted work runs when it is told to, and what was sent is there to be read.
#pragma once
#include <algorithm>
#include <list>
#include <string>
#include <utility>
#include <vector>

#include "net/connection.hpp"
#include "net/loop.hpp"

namespace signalr::testing {

class fake_loop final : public net::loop {
public:
    boost::asio::io_context& context() noexcept override { return context_; }
    bool in_this_thread() const noexcept override { return here_; }
    void post(std::function<void()> f) override { ++posts_seen, posted_.push_back(std::move(f)); }
    void at_turn_end(std::function<void()> f) override { posted_.push_back(std::move(f)); }
    std::shared_ptr<void> every(std::chrono::milliseconds period, std::function<void()> tick) override {
        auto beat = std::make_shared<beating>(beating{period, now_ + period, std::move(tick)});
        beats_.push_back(beat);
        return beat;
    }
    std::chrono::steady_clock::time_point now() const noexcept override { return now_; }
    std::size_t connections() const noexcept override { return 0; }

    // Runs everything that is posted or ready, and what that leads to.
    void run() {
        std::size_t done = 1;
        while (done > 0) {
            done = 0;
            for (auto batch = std::exchange(posted_, {}); auto& f : batch) f(), ++done;
            context_.restart();
            done += context_.poll();
        }
    }
    // Moves the time on in steps of at most 100 ms, with every tick that falls due.
    void advance(std::chrono::milliseconds by) {
        for (const auto end = now_ + by; now_ < end;) {
            now_ = std::min(now_ + std::chrono::milliseconds{100}, end);
            for (auto beats = beats_; auto& weak : beats) {
                auto beat = weak.lock();
                if (beat && beat->next <= now_) beat->next += beat->period, beat->tick();
            }
            run();
        }
    }
    void leave_thread(bool away) { here_ = !away; }  // as seen from another thread

    std::size_t posts_seen = 0;

private:
    struct beating {
        std::chrono::milliseconds period;
        std::chrono::steady_clock::time_point next;
        std::function<void()> tick;
    };
    boost::asio::io_context context_;
    std::vector<std::function<void()>> posted_;
    std::list<std::weak_ptr<beating>> beats_;
    std::chrono::steady_clock::time_point now_{std::chrono::hours{1}};
    bool here_ = true;
};

class fake_connection final : public net::connection {
public:
    explicit fake_connection(fake_loop& home) : home_{home} {}

    net::loop& home() noexcept override { return home_; }
    const boost::asio::ip::address& peer_address() const noexcept override { return peer_; }
    bool secure() const noexcept override { return false; }
    void send(std::string_view bytes) override {
        if (!closed && !aborted) sent.append(bytes);
    }
    void send(std::string&& bytes) override { send(std::string_view{bytes}); }
    void send(net::shared_bytes bytes) override { send(std::string_view{*bytes}); }
    std::size_t backlog() const noexcept override { return stuck; }
    bool congested() const noexcept override { return crowded; }
    void pause_reading() override { paused = true; }
    void resume_reading() override { paused = false; }
    void set_deadline(std::chrono::steady_clock::time_point at) override { deadline = at; }
    void close() override { closed = true; }
    void abort() override { aborted = true; }
    void switch_to(std::unique_ptr<net::protocol> next) override { next_ = std::move(next); }

    void ride(std::unique_ptr<net::protocol> rider) {
        rider_ = std::move(rider);
        rider_->attached(*this);
    }
    // Bytes come from the peer. What is not used waits for more, or for reading to be resumed.
    void receive(std::string_view bytes) {
        waiting_ += bytes;
        pump();
    }
    void pump() {
        while (rider_ && !paused && !closed && !aborted && !waiting_.empty()) {
            const std::size_t used = rider_->absorb(waiting_);
            waiting_.erase(0, used);
            if (next_)
                ride(std::move(next_));
            else if (used == 0)
                break;
        }
    }
    void end(net::end_reason why) {
        if (auto rider = std::exchange(rider_, nullptr)) rider->on_end(why);
    }
    // What a real connection does by itself once it was closed or aborted.
    void settle() {
        if (closed || aborted) end(net::end_reason::aborted);
    }
    void deadline_comes() { rider_->on_deadline(); }
    void drained() { rider_->on_drained(); }
    std::string take() { return std::exchange(sent, {}); }
    net::protocol* rider() const noexcept { return rider_.get(); }
    std::size_t left_over() const noexcept { return waiting_.size(); }

    std::string sent;
    std::size_t stuck = 0;  // what backlog() says
    bool crowded = false;   // what congested() says
    std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
    bool paused = false, closed = false, aborted = false;

private:
    fake_loop& home_;
    boost::asio::ip::address peer_;
    std::unique_ptr<net::protocol> rider_, next_;
    std::string waiting_;
};

}  // namespace signalr::testing
