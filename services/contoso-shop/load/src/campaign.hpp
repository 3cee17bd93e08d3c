// One run: orders go out, answers and tellings come in, the ledger keeps account. Lives on one loop's thread.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <map>
#include <memory>
#include <queue>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "histogram.hpp"
#include "hub_link.hpp"
#include "journal.hpp"
#include "ledger.hpp"
#include "load/load.hpp"
#include "prepare.hpp"
#include "wire.hpp"

namespace load {

// What is shown while it runs and told at the end. Times in nanoseconds, histograms in microseconds.
struct tally {
    nanos began = 0, sent_last = 0, ended = 0;  // of ordering
    nanos settled_last = 0;
    histogram answered, told, between;  // order→201, order→notification, 201→notification
    std::uint64_t retries = 0, lost_answers = 0, polls = 0, reconnects = 0, gaps = 0, behind = 0, unreadable = 0;
    std::map<unsigned, std::uint64_t> statuses;  // answers to POST by status
    std::vector<std::string> oddities;           // the first few that nothing explains
    std::string trouble;                         // could not start
};

enum class stage : unsigned char { preparing, ordering, settling, done };

class campaign final : public wire_user, public hub_user {
public:
    campaign(net::loop& on, const options& o, places at, std::unique_ptr<journal> book);
    ~campaign() override;

    boost::asio::awaitable<void> run();  // to the end
    void hurry();                        // SIGINT: first no more orders, then no more waiting

    stage now_in() const noexcept { return stage_; }
    const ledger& book() const noexcept { return ledger_; }
    const tally& counts() const noexcept { return tally_; }
    double share_done() const noexcept;  // 0..1 of the orders or seconds asked for

private:
    struct retry {
        nanos due;
        std::size_t order;
        bool operator<(const retry& o) const noexcept { return due > o.due; }
    };

    // campaign.cpp: the course of things
    base::task<> prepare();
    boost::asio::awaitable<bool> all_tabs_listen();
    boost::asio::awaitable<void> order();
    boost::asio::awaitable<void> settle();
    void finish();
    void watch(nanos now);

    // campaign_orders.cpp: what goes out and its answers
    void answered(std::uint64_t tag, const answer& a) override;
    void lost(std::uint64_t tag) override;
    void room(wire& on) override;
    void pump(nanos now);
    bool wants_more(nanos now) const noexcept;
    nanos due_at(std::size_t n) const noexcept;
    wire* free_wire() noexcept;
    void send_new(wire& on, nanos now);
    void send(wire& on, std::size_t i);
    void order_answered(std::size_t i, const answer& a);
    void again(std::size_t i, std::chrono::milliseconds at_least);
    void drop(std::size_t i, unsigned status);
    void odd(std::string text);
    void journal_soon();

    // campaign_watch.cpp: what comes back by the hub and by asking
    void told(hub_link& by, const notice& n, bool live) override;
    void resumed(hub_link& by, bool complete) override;
    void unreadable(hub_link& by, std::string_view record) override;
    void ask_for_the_missing(nanos now);
    bool ask(std::size_t i);
    void status_answered(std::size_t i, const answer& a);

    net::loop& loop_;
    const options& options_;
    places places_;
    std::unique_ptr<journal> journal_;
    base::seeded_ids chance_;
    ledger ledger_;
    tally tally_;
    stage stage_ = stage::preparing;
    bool stop_ordering_ = false, stop_settling_ = false, flush_asked_ = false;

    std::vector<std::string> users_, tokens_, request_heads_, status_tails_;
    std::vector<basket> baskets_;
    std::vector<std::string> request_tails_;  // by basket: length, blank line, body
    std::vector<std::unique_ptr<wire>> wires_;
    std::size_t next_wire_ = 0;
    std::vector<std::unique_ptr<hub_link>> tabs_;
    std::priority_queue<retry> retries_;

    nanos ends_ = 0;  // ordering by time; 0: by number
    struct asked {
        nanos at = 0;
        progress floor = progress::none;
    };
    std::unordered_map<std::size_t, asked> asked_;  // status questions that wait for an answer
    std::vector<nanos> next_ask_of_user_;  // after a replay that could not be complete: ask for this user's now
    std::size_t oldest_waiting_ = 0;
};

}  // namespace load
