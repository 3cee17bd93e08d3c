// The catalogue in memory: requests read an immutable snapshot, one coroutine replaces it.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "order_accept/dependencies.hpp"

namespace order_accept {

enum class sort_order : unsigned char { position, name, price, price_down, discount };
inline constexpr std::size_t sort_orders = 5;
std::optional<sort_order> read_sort_order(std::string_view text) noexcept;

struct product_query {
    std::int64_t offset = 0, size = 12;
    std::string q, vendor, category;  // empty: any
    sort_order sort = sort_order::position;
};

// Never changes once made; safe from any thread.
class catalogue_snapshot {
public:
    explicit catalogue_snapshot(std::vector<contracts::product> products);
    catalogue_snapshot(const catalogue_snapshot&) = delete;  // the index points into the entries
    catalogue_snapshot& operator=(const catalogue_snapshot&) = delete;

    const contracts::product* find(std::string_view id) const noexcept;  // inactive ones too
    const std::string* find_json(std::string_view id) const noexcept;    // active ones only
    std::string page(const product_query& query) const;                  // the whole answer's JSON
    std::size_t active() const noexcept { return orders_[0].size(); }

private:
    struct entry {
        contracts::product value;
        std::string json, searched, vendor, category;  // the last three in lower case
    };
    bool matches(const entry& e, const std::vector<std::string>& words, const product_query& lowered) const noexcept;

    std::vector<entry> entries_;
    std::unordered_map<std::string_view, std::size_t> by_id_;
    std::vector<std::uint32_t> orders_[sort_orders];  // active products in each order
};

class catalogue {
public:
    explicit catalogue(const dependencies& from);

    // Reads at once, then every `catalogue_refresh`, until stop(). One call at a time.
    boost::asio::awaitable<void> run();
    void stop();  // safe from any thread
    base::task<> refresh();

    // Null: never read, or older than `catalogue_max_age`. Safe from any thread.
    std::shared_ptr<const catalogue_snapshot> current() const { return current(needs_.clock.steady_roughly()); }
    std::shared_ptr<const catalogue_snapshot> current(base::steady_time now) const;

private:
    const dependencies needs_;
    base::gauge& products_;
    base::counter& failures_;

    // A mutex around a pointer's copy, not std::atomic<shared_ptr>: the same spin inside, and one that the
    // thread sanitizer understands.
    mutable std::mutex guard_;
    std::shared_ptr<const catalogue_snapshot> snapshot_;
    base::steady_time read_at_{};

    bool stopping_ = false;
    std::shared_ptr<boost::asio::steady_timer> pause_;
};

}  // namespace order_accept
