#include "order_accept/catalogue.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <numeric>

namespace order_accept {
namespace {

std::string lower(std::string_view text) {
    std::string out{text};
    for (auto& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    return out;
}

std::vector<std::string> words_of(std::string_view lowered) {
    std::vector<std::string> out;
    while (!lowered.empty()) {
        const auto end = lowered.find_first_of(" \t\r\n");
        if (end != 0) out.emplace_back(lowered.substr(0, end));
        lowered.remove_prefix(end == lowered.npos ? lowered.size() : end + 1);
    }
    return out;
}

bool before(const contracts::product& a, const contracts::product& b, sort_order how) noexcept {
    switch (how) {
        case sort_order::position:
            return false;
        case sort_order::name:
            return a.name < b.name;
        case sort_order::price:
            return a.price < b.price;
        case sort_order::price_down:
            return b.price < a.price;
        case sort_order::discount:
            return b.discount < a.discount;  // nobody looks for the smallest
    }
    return false;
}

void append_page_head(std::string& out, const product_query& query, std::size_t total) {
    out += "{\"offset\":" + std::to_string(query.offset) + ",\"size\":" + std::to_string(query.size) +
           ",\"total\":" + std::to_string(total) + ",\"items\":[";
}

}  // namespace

std::optional<sort_order> read_sort_order(std::string_view text) noexcept {
    constexpr std::string_view names[sort_orders] = {"position", "name", "price", "-price", "discount"};
    for (std::size_t i = 0; i < sort_orders; ++i)
        if (names[i] == text) return static_cast<sort_order>(i);
    return std::nullopt;
}

catalogue_snapshot::catalogue_snapshot(std::vector<contracts::product> products) {
    entries_.reserve(products.size());
    by_id_.reserve(products.size());
    for (auto& p : products) {
        entry e;
        contracts::append_json(e.json, p);
        e.searched = lower(p.id.str() + '\n' + p.name + '\n' + p.vendor + '\n' + p.category);
        e.vendor = lower(p.vendor);
        e.category = lower(p.category);
        e.value = std::move(p);
        entries_.push_back(std::move(e));
    }
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        by_id_.emplace(entries_[i].value.id.str(), i);
        if (entries_[i].value.active) orders_[0].push_back(static_cast<std::uint32_t>(i));
    }
    for (std::size_t how = 1; how < sort_orders; ++how) {
        orders_[how] = orders_[0];
        std::sort(orders_[how].begin(), orders_[how].end(), [&](auto a, auto b) {
            const auto &x = entries_[a].value, &y = entries_[b].value;
            if (before(x, y, static_cast<sort_order>(how))) return true;
            return !before(y, x, static_cast<sort_order>(how)) && a < b;  // the shop's own order among equals
        });
    }
}

const contracts::product* catalogue_snapshot::find(std::string_view id) const noexcept {
    const auto at = by_id_.find(id);
    return at == by_id_.end() ? nullptr : &entries_[at->second].value;
}

const std::string* catalogue_snapshot::find_json(std::string_view id) const noexcept {
    const auto at = by_id_.find(id);
    return at == by_id_.end() || !entries_[at->second].value.active ? nullptr : &entries_[at->second].json;
}

bool catalogue_snapshot::matches(const entry& e, const std::vector<std::string>& words,
                                 const product_query& lowered) const noexcept {
    if (!lowered.vendor.empty() && e.vendor != lowered.vendor) return false;
    if (!lowered.category.empty() && e.category != lowered.category) return false;
    return std::all_of(words.begin(), words.end(),
                       [&](const auto& w) { return e.searched.find(w) != std::string::npos; });
}

std::string catalogue_snapshot::page(const product_query& query) const {
    auto lowered = query;
    lowered.vendor = lower(query.vendor);
    lowered.category = lower(query.category);
    const auto words = words_of(lower(query.q));

    std::string items;
    std::int64_t total = 0;
    const std::int64_t end = query.offset > INT64_MAX - query.size ? INT64_MAX : query.offset + query.size;
    for (const auto i : orders_[static_cast<std::size_t>(query.sort)]) {
        if (!matches(entries_[i], words, lowered)) continue;
        const auto position = total++;
        if (position < query.offset || position >= end) continue;
        if (!items.empty()) items += ',';
        items += entries_[i].json;
    }
    std::string out;
    out.reserve(items.size() + 96);
    append_page_head(out, query, static_cast<std::size_t>(total));
    out += items;
    out += "]}";
    return out;
}

catalogue::catalogue(const dependencies& from)
    : needs_{from},
      products_{from.metrics.make_gauge("contoso_catalogue_products", "Active products in memory.")},
      failures_{
          from.metrics.make_counter("contoso_catalogue_failures_total", "Readings of the catalogue that failed.")} {}

std::shared_ptr<const catalogue_snapshot> catalogue::current(base::steady_time now) const {
    const std::lock_guard lock{guard_};
    if (snapshot_ && now - read_at_ > needs_.limits.catalogue_max_age) return nullptr;
    return snapshot_;
}

base::task<> catalogue::refresh() {
    base::call_context ctx{.trace = {}, .log = needs_.log};
    auto products = co_await needs_.orders.catalogue(ctx.within(needs_.clock, needs_.limits.sql_deadline));
    if (!products) {
        failures_.add();
        co_return std::unexpected(std::move(products.error()));
    }
    auto made = std::make_shared<const catalogue_snapshot>(std::move(*products));
    products_.set(static_cast<std::int64_t>(made->active()));
    const std::lock_guard lock{guard_};
    snapshot_ = std::move(made);
    read_at_ = needs_.clock.steady();
    co_return base::result<>{};
}

boost::asio::awaitable<void> catalogue::run() {
    const auto timer = std::make_shared<boost::asio::steady_timer>(co_await boost::asio::this_coro::executor);
    bool failing = false;
    for (;;) {
        {
            const std::lock_guard lock{guard_};
            if (stopping_) break;
            pause_ = timer;
        }
        const auto done = co_await refresh();
        if (!done && !failing)
            needs_.log.warn("catalogue could not be read; the last one is kept", {{"Fault", done.error().message}});
        failing = !done;
        // Without a catalogue there is no intake: ask again soon.
        timer->expires_after(current() ? needs_.limits.catalogue_refresh
                                       : std::min(needs_.limits.catalogue_refresh, std::chrono::milliseconds{250}));
        {
            const std::lock_guard lock{guard_};
            if (stopping_) break;
        }
        co_await timer->async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    }
    const std::lock_guard lock{guard_};
    pause_.reset();
}

void catalogue::stop() {
    const std::lock_guard lock{guard_};
    stopping_ = true;
    if (!pause_) return;
    // Posted: a timer belongs to its loop. It is posted after the flag, so a wait that begins later sees the
    // flag, and one that has begun is cancelled.
    boost::asio::post(pause_->get_executor(), [timer = pause_] { timer->cancel(); });
}

}  // namespace order_accept
