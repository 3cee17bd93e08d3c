// The inside of a client: calls in, in order; answers out, in the same order.
#pragma once
#include <deque>

#include "awaiting.hpp"
#include "base/metrics.hpp"
#include "link.hpp"
#include "mailbox.hpp"
#include "redis/batch.hpp"
#include "redis/client.hpp"

namespace redis {

struct call {
    batch commands;
    std::size_t count = 0, bytes = 0;  // of the commands; what the call costs until it is answered
    replies got;
    base::steady_time due = base::steady_time::max(), sent_at{};
    waiter_ptr<replies> who;  // null: nobody waits
    bool late = false;        // who waited was told so
    bool patient = false;     // waits for a connection until it is due
};

// Deadlines and silence are looked at every link::tick_period.
class client_core final : public link {
public:
    using link::link;

    // Any thread. ------------------------------------------------------------------------------------------------------
    // A fault: not taken.
    base::result<> admit(call& c);
    void submit(call c);  // admitted
    void begin_close(waiter_ptr<void> who);
    client_stats stats() const;

    void abandon();  // the client is gone. Loop thread.

private:
    void on_up() override;
    void on_reply(reply r) override;
    void on_down(const std::string& why) override;
    void on_tick() override;
    std::optional<base::steady_time> unanswered_since() const override;
    void send_ping() override;

    void wake();
    void drain();
    void take(call c);
    void send_now(call c);
    void answered(call c);
    bool ask_again(call& c);
    void refuse(call& c, base::fault_kind kind, const std::string& why);
    void settle(call& c, base::result<replies> outcome);
    void release(const call& c);
    void time_out_sent();
    void time_out_parked();
    void finish_closing_if_idle();
    void finish_closing();
    std::string away() const;

    mailbox<call> box_;
    std::vector<call> taken_;
    std::deque<call> sent_;                                  // in the order of their answers
    std::deque<call> parked_;                                // wait for a connection
    base::steady_time next_due_ = base::steady_time::max();  // none of sent_ is due before
    std::vector<waiter_ptr<void>> closers_;
    base::steady_time close_due_ = base::steady_time::max();
    bool retiring_ = false;  // this server became a replica: another one, once it has answered

    std::atomic<bool> closed_{false};
    std::atomic<std::size_t> waiting_{0}, waiting_bytes_{0};
    base::counter commands_, refused_, timeouts_, unknown_;
};

}  // namespace redis
