#include "campaign.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdio>

namespace load {
namespace {

constexpr nanos second = 1'000'000'000;
constexpr int start_patience = 30;  // seconds for all tabs to listen

boost::asio::awaitable<void> pause(std::chrono::microseconds time) {
    boost::asio::steady_timer timer{co_await boost::asio::this_coro::executor, time};
    co_await timer.async_wait(boost::asio::use_awaitable);
}

std::string run_name() {
    char text[32];
    std::snprintf(text, sizeof text, "load-%08x", unsigned(base::system_ids().next_u64()));
    return text;
}

std::string user_name(const std::string& run, unsigned n) {
    char text[32];
    std::snprintf(text, sizeof text, "-%04u", n + 1);
    return run + text;
}

}  // namespace

campaign::campaign(net::loop& on, const options& o, places at, std::unique_ptr<journal> book)
    : loop_{on}, options_{o}, places_{std::move(at)}, journal_{std::move(book)}, chance_{o.seed} {}

campaign::~campaign() = default;

boost::asio::awaitable<void> campaign::run() {
    if (const auto ready = co_await prepare(); !ready) {
        tally_.trouble = ready.error().message;
        finish();
        co_return;
    }
    co_await order();
    co_await settle();
    finish();
}

base::task<> campaign::prepare() {
    const auto run = run_name();
    for (unsigned i = 0; i < options_.users; ++i) users_.push_back(user_name(run, i));
    auto tokens = co_await get_tokens(loop_, options_, places_, users_);
    if (!tokens) co_return std::unexpected(tokens.error());
    tokens_ = std::move(*tokens);
    auto baskets = co_await get_baskets(loop_, places_.api, tokens_.front(), chance_);
    if (!baskets) co_return std::unexpected(baskets.error());
    baskets_ = std::move(*baskets);

    const auto host = " HTTP/1.1\r\nHost: " + places_.api.authority + "\r\n";
    for (std::size_t i = 0; i < users_.size(); ++i) {
        journal_->user(i, users_[i]);
        const auto bearer = "Authorization: Bearer " + tokens_[i] + "\r\n";
        request_heads_.push_back("POST /api/orders" + host + bearer + "Content-Type: application/json\r\n");
        status_tails_.push_back("/status" + host + bearer + "\r\n");
    }
    for (std::size_t i = 0; i < baskets_.size(); ++i) {
        journal_->goods(i, baskets_[i]);
        const auto body = baskets_[i].body();
        request_tails_.push_back("Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    }
    journal_->flush();
    next_ask_of_user_.resize(users_.size());

    for (unsigned i = 0; i < options_.connections; ++i) {
        wires_.push_back(std::make_unique<wire>(loop_, places_.api.connect, options_.window, *this, chance_));
        wires_.back()->open();
    }
    if (!co_await all_tabs_listen()) co_return base::fail(base::fault_kind::unavailable, "the hub does not answer");
    co_return base::result<>{};
}

boost::asio::awaitable<bool> campaign::all_tabs_listen() {
    for (unsigned tab = 0; tab < options_.tabs; ++tab)
        for (std::size_t user = 0; user < users_.size(); ++user) {
            const auto& at = places_.hubs[tabs_.size() % places_.hubs.size()];
            hub_link::options o;
            o.user = std::uint32_t(user);
            o.first = tab == 0;
            o.to.to = at.connect;
            o.to.target = "/hubs/order-status";
            o.to.headers = {{"Authorization", "Bearer " + tokens_[user]}};
            tabs_.push_back(std::make_unique<hub_link>(loop_, std::move(o), *this, chance_));
            tabs_.back()->open();
        }
    const auto until = steady_nanos() + start_patience * second;
    const auto listens = [](const auto& tab) { return tab->ready(); };
    while (!std::ranges::all_of(tabs_, listens)) {
        if (steady_nanos() > until) co_return false;
        co_await pause(std::chrono::milliseconds{5});
    }
    co_return true;
}

boost::asio::awaitable<void> campaign::order() {
    tally_.began = steady_nanos();
    const auto seconds = options_.orders == 0 && options_.seconds <= 0 ? 10.0 : options_.seconds;
    if (seconds > 0) ends_ = tally_.began + nanos(seconds * double(second));
    ledger_.reserve(options_.orders != 0 ? options_.orders
                                         : std::size_t(seconds * (options_.rate > 0 ? options_.rate : 20'000)));
    stage_ = stage::ordering;
    nanos next_watch = 0;
    for (auto now = steady_nanos(); wants_more(now); now = steady_nanos()) {
        pump(now);
        if (now >= next_watch) watch(now), next_watch = now + second / 2;
        co_await pause(std::chrono::milliseconds{1});
    }
    tally_.ended = steady_nanos();
    if (options_.rate > 0) {
        const auto last = ends_ != 0 ? std::min(ends_, tally_.ended) : tally_.ended;
        auto wanted = std::uint64_t(double(last - tally_.began) / double(second) * options_.rate);
        if (options_.orders != 0) wanted = std::min(wanted, options_.orders);
        tally_.behind = wanted > ledger_.size() ? wanted - ledger_.size() : 0;
    }
}

boost::asio::awaitable<void> campaign::settle() {
    stage_ = stage::settling;
    nanos heard = steady_nanos(), next_watch = 0;
    std::uint64_t settled = ledger_.settled();
    while (!stop_settling_ && (ledger_.open() > 0 || ledger_.settled() < ledger_.accepted())) {
        const auto now = steady_nanos();
        // What has no answer yet ends by itself: retries by give_up, silent servers by the wire's patience. And every
        // news starts the wait anew: a long queue is no loss while it moves.
        if (ledger_.open() > 0 || ledger_.settled() != settled) heard = now, settled = ledger_.settled();
        if (now - heard > nanos(options_.settle * double(second))) break;
        pump(now);
        if (now >= next_watch) watch(now), next_watch = now + second / 2;
        co_await pause(std::chrono::milliseconds{2});
    }
}

void campaign::watch(nanos now) {
    for (const auto& w : wires_) w->watch(now);
    for (const auto& t : tabs_) t->watch(now);
    ask_for_the_missing(now);
}

void campaign::finish() {
    stage_ = stage::done;
    for (const auto& tab : tabs_) {
        tally_.reconnects += tab->reconnects();
        tally_.gaps += tab->cursor().gaps();
        for (std::uint64_t i = 0; i < tab->cursor().broken() + (tab->cursor().gap() && tab->ready()); ++i)
            ledger_.gap_left_open();
        tab->close();
    }
    for (const auto& w : wires_) w->close();
    if (tally_.trouble.empty()) journal_->ended();
    journal_->flush();
}

void campaign::hurry() {
    if (stop_ordering_) stop_settling_ = true;
    stop_ordering_ = true;
}

double campaign::share_done() const noexcept {
    if (stage_ != stage::ordering) return stage_ == stage::preparing ? 0 : 1;
    if (ends_ != 0) return std::min(1.0, double(steady_nanos() - tally_.began) / double(ends_ - tally_.began));
    return double(ledger_.size()) / double(options_.orders);
}

}  // namespace load
