// The inside of a loop: what its connections share.
#pragma once
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>
#include <vector>

#include "net/loop.hpp"
#include "outbox.hpp"
#include "poller.hpp"
#include "wheel.hpp"

namespace net {

class socket_connection;

// Links a connection into its loop's list; lets itself out when it dies.
using resident_hook = boost::intrusive::list_base_hook<boost::intrusive::tag<struct resident_tag>,
                                                       boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;
struct resident : resident_hook {};

// Loop thread only, but for what net/loop.hpp says is safe from any.
class loop_core final : public loop {
public:
    static constexpr std::size_t receive_size = 64 * 1024;  // one recv takes at most this

    loop_core();
    ~loop_core() override;

    boost::asio::io_context& context() noexcept override { return context_; }
    bool in_this_thread() const noexcept override;
    void post(std::function<void()> f) override;
    void at_turn_end(std::function<void()> f) override;
    std::shared_ptr<void> every(std::chrono::milliseconds period, std::function<void()> tick) override;
    std::chrono::steady_clock::time_point now() const noexcept override;
    std::size_t connections() const noexcept override { return count_.load(std::memory_order_relaxed); }

    void run();         // the thread's body
    void begin_stop();  // safe from any thread

    // For connections. ------------------------------------------------------------------------------------------------
    void enter(socket_connection& c);
    void leave(socket_connection& c) noexcept;
    void expect_one() noexcept { count_.fetch_add(1, std::memory_order_relaxed); }  // on its way here; any thread
    void expect_none() noexcept { count_.fetch_sub(1, std::memory_order_relaxed); }
    std::vector<std::shared_ptr<socket_connection>> residents();

    void settle_later(std::shared_ptr<socket_connection> c);  // in the one flush at the end of this turn
    char* scratch(std::size_t size);                          // shared by all connections: good until the call returns
    char* plain_scratch(std::size_t size);                    // likewise, for what TLS decrypts
    poller& sockets() noexcept { return poller_; }
    std::unique_ptr<outbox> lend_outbox();
    void give_back(std::unique_ptr<outbox> o);
    void set_deadline(deadline_wheel::entry& e, std::chrono::steady_clock::time_point due);

private:
    void flush_soon();
    void flush();
    void end_turn();
    void turn_wheel();

    std::vector<char> scratch_, plain_scratch_;
    std::vector<std::unique_ptr<outbox>> outboxes_;
    std::vector<std::function<void()>> turn_end_;
    std::vector<std::shared_ptr<socket_connection>> dirty_, dirty_now_;
    boost::intrusive::list<resident, boost::intrusive::base_hook<resident_hook>,
                           boost::intrusive::constant_time_size<false>>
        residents_;
    deadline_wheel wheel_;
    std::atomic<std::size_t> count_{0};
    bool flush_wanted_ = false;
    mutable std::chrono::steady_clock::time_point turn_time_{};  // while sockets have their turn
    bool wheel_turns_ = false;
    // Last, so that it dies first: handlers that never ran own connections, which use what stands above.
    boost::asio::io_context context_{1};
    poller poller_{context_, [this] { end_turn(); }};
    boost::asio::steady_timer wheel_timer_{context_};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{context_.get_executor()};
};

}  // namespace net
