// The inside of a subscriber: what is wanted, what the server has confirmed, and what it was asked in which order.
#pragma once
#include <deque>
#include <unordered_map>

#include "awaiting.hpp"
#include "base/metrics.hpp"
#include "link.hpp"
#include "mailbox.hpp"
#include "redis/subscriber.hpp"

namespace redis {

class subscriber_core final : public link {
public:
    static constexpr std::size_t channels_per_command = 512;

    subscriber_core(net::loop& on, settings s, surroundings around, connector connect, subscriber_events events)
        : link{on, std::move(s), around, std::move(connect)}, events_{std::move(events)} {}

    // Any thread. ------------------------------------------------------------------------------------------------------
    struct request {
        enum class kind : unsigned char { subscribe, unsubscribe, close } what;
        std::string channel;
        message_handler handler;
        waiter_ptr<void> who;
    };
    void submit(request r);
    void silence() noexcept { silent_ = true; }  // no handler is begun any more
    subscriber_stats stats() const;

    void abandon();  // Loop thread.

private:
    struct channel {
        std::shared_ptr<const message_handler> handler;
        std::uint64_t id = 0;  // a channel that was left and taken anew is another
        bool confirmed = false;
        waiter_ptr<void> who;  // until it is confirmed for the first time
    };
    struct asked_channel {
        std::string name;
        std::uint64_t id;
        waiter_ptr<void> who;  // of an unsubscribe
    };
    struct question {
        enum class kind : unsigned char { subscribe, unsubscribe, ping } what;
        std::vector<asked_channel> channels;
        std::size_t answered = 0;
        base::steady_time sent_at{};
        std::uint64_t number = 0;
    };
    struct patience {
        base::steady_time due;
        std::string name;
        std::uint64_t id;
    };
    struct text_hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view s) const noexcept { return std::hash<std::string_view>{}(s); }
    };

    void on_up() override;
    void on_reply(reply r) override;
    void on_down(const std::string& why) override;
    void on_tick() override;
    std::optional<base::steady_time> unanswered_since() const override;
    void send_ping() override;

    void wake();
    void drain();
    void take_subscribe(request& r);
    void take_unsubscribe(request& r);
    void take_close(request& r);
    void gather(question::kind what, asked_channel c);
    void ask_gathered();
    void ask(question::kind what, std::vector<asked_channel> channels);

    void deliver(std::string_view name, std::string_view payload);
    void confirmation(question::kind what, std::string_view name);
    void confirmed(const asked_channel& c);
    void refused(const reply& error);
    void not_allowed(const asked_channel& c, const base::fault& why);
    void answered_all();
    void report_gap();
    void tell_link(bool connected);
    void time_out();
    channel* find(const std::string& name, std::uint64_t id);
    void settle(waiter_ptr<void> who, base::result<> outcome);

    subscriber_events events_;
    mailbox<request> box_;
    std::unordered_map<std::string, channel, text_hash, std::equal_to<>> channels_;
    std::deque<question> questions_;       // in the order of their answers
    std::deque<patience> patience_;        // who waits for a first confirmation, the earliest first
    std::vector<asked_channel> gathered_;  // of one kind, for the next command
    question::kind gathering_ = question::kind::subscribe;
    std::uint64_t ids_ = 0, numbers_ = 0;
    std::size_t confirmed_count_ = 0;

    std::optional<base::unix_micros> lost_at_;  // channels that were confirmed are not
    std::uint64_t restored_with_ = 0;           // with the answer to this question they are again
    std::size_t refused_count_ = 0;

    std::atomic<bool> silent_{false};
    std::atomic<std::size_t> waiting_{0};
    base::counter messages_, gaps_;
    base::gauge confirmed_gauge_, wanted_gauge_;
};

}  // namespace redis
