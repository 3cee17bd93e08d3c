// Ports for tests: a store of orders that can be away, the real memory store for workflow state behind a switch, a
// publisher that keeps what it is given.
#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/manual_clock.hpp"
#include "messaging/publisher.hpp"
#include "order_accept/accept_order.hpp"
#include "order_accept/order_reads.hpp"
#include "orders/store.hpp"
#include "workflow/memory/store.hpp"

namespace fakes {

template <class T>
T run(boost::asio::awaitable<T> work) {
    boost::asio::io_context context;
    auto done = boost::asio::co_spawn(context, std::move(work), boost::asio::use_future);
    context.run();
    return done.get();
}

inline std::unexpected<base::fault> away() { return base::fail(base::fault_kind::unavailable, "away"); }

class order_store final : public orders::store {
public:
    bool is_away = false;
    std::vector<contracts::product> products;
    std::map<contracts::correlation_id, orders::found_order> known;
    std::vector<std::size_t> lookups;  // sizes of find_all's batches
    std::map<contracts::order_id, contracts::correlation_id> by_number;
    bool slow = false;  // find_all gives way to others before it answers

    void add_row(orders::stored_order row) {
        by_number[row.value.id] = row.value.correlation;
        known[row.value.correlation].row = std::move(row);
    }

    base::task<std::vector<orders::found_order>> find_all(const base::call_context&,
                                                          std::vector<contracts::correlation_id> ids) override {
        lookups.push_back(ids.size());
        if (slow)
            for (int i = 0; i < 5; ++i)
                co_await boost::asio::post(co_await boost::asio::this_coro::executor, boost::asio::use_awaitable);
        if (is_away) co_return away();
        std::vector<orders::found_order> out;
        for (const auto& id : ids) out.push_back(known.contains(id) ? known[id] : orders::found_order{});
        co_return out;
    }
    base::task<std::vector<contracts::product>> catalogue(const base::call_context&) override {
        if (is_away) co_return away();
        co_return products;
    }
    base::task<orders::order_page> page(const base::call_context&, const contracts::user_id& user, std::int64_t,
                                        std::int64_t) override {
        if (is_away) co_return away();
        orders::order_page out;
        for (const auto& [id, found] : known)
            if (found.row && found.row->customer == user && !found.row->deleted) out.items.push_back(found.row->value);
        out.total = static_cast<std::int64_t>(out.items.size());
        co_return out;
    }
    base::task<std::optional<orders::stored_order>> find(const base::call_context&, contracts::order_id id) override {
        if (is_away) co_return away();
        co_return by_number.contains(id) ? known[by_number[id]].row : std::nullopt;
    }
    base::task<std::optional<contracts::correlation_id>> soft_delete(const base::call_context&,
                                                                     const contracts::user_id& user,
                                                                     contracts::order_id id) override {
        if (is_away) co_return away();
        if (!by_number.contains(id)) co_return std::optional<contracts::correlation_id>{};
        auto& row = known[by_number[id]].row;
        if (row->customer != user || std::exchange(row->deleted, true))
            co_return std::optional<contracts::correlation_id>{};
        co_return row->value.correlation;
    }
    base::task<std::vector<orders::inserted_order>> insert(const base::call_context&, std::vector<orders::new_order>,
                                                           base::unit*) override {
        co_return away();
    }
    base::task<std::vector<bool>> record_failures(const base::call_context&, std::vector<orders::failed_order>,
                                                  base::unit*) override {
        co_return away();
    }
    bool healthy() const override { return !is_away; }
};

// The memory store, unless it is away.
class workflow_store final : public workflow::store {
public:
    explicit workflow_store(const base::clock& time) : inner{workflow::make_memory_store({}, time)} {}

    std::unique_ptr<workflow::memory_store> inner;
    bool is_away = false;
    int touched = 0;

    base::task<workflow::known_order> accept(const base::call_context& c, workflow::intake in) override {
        if (is_away) co_return away();
        co_return co_await inner->accept(c, std::move(in));
    }
    base::task<> apply(const base::call_context& c, std::vector<workflow::change> changes) override {
        if (is_away) co_return away();
        co_return co_await inner->apply(c, std::move(changes));
    }
    base::task<workflow::order_view> find(const base::call_context& c, const contracts::correlation_id& id) override {
        if (is_away) co_return away();
        co_return co_await inner->find(c, id);
    }
    base::task<std::vector<workflow::order_view>> find_all(const base::call_context& c,
                                                           std::vector<contracts::correlation_id> ids) override {
        if (is_away) co_return away();
        co_return co_await inner->find_all(c, std::move(ids));
    }
    base::task<bool> touch(const base::call_context& c, const contracts::correlation_id& id,
                           const contracts::user_id& user) override {
        ++touched;
        if (is_away) co_return away();
        co_return co_await inner->touch(c, id, user);
    }
    base::task<> forget(const base::call_context& c, const contracts::correlation_id& id) override {
        if (is_away) co_return away();
        co_return co_await inner->forget(c, id);
    }
    base::task<std::vector<contracts::notification>> append(const base::call_context& c,
                                                            std::vector<contracts::notification> news) override {
        co_return co_await inner->append(c, std::move(news));
    }
    base::task<workflow::feed_page> read_feed(const base::call_context& c, const contracts::user_id& user,
                                              std::int64_t after) override {
        co_return co_await inner->read_feed(c, user, after);
    }
    base::unix_micros knows_since() const override { return inner->knows_since(); }
    bool healthy() const override { return !is_away; }
};

class publisher final : public messaging::publisher {
public:
    std::optional<base::fault_kind> fault;
    std::vector<messaging::message> sent;
    std::string queue;

    base::task<> publish(const base::call_context&, std::string_view to, std::vector<messaging::message> messages,
                         base::unit*) override {
        if (fault) co_return base::fail(*fault, "broker");
        queue = to;
        for (auto& m : messages) sent.push_back(std::move(m));
        co_return base::result<>{};
    }
};

inline contracts::product product(std::string id, std::int64_t cents, bool active = true) {
    contracts::product p;
    p.name = "Name of " + id;
    p.id = contracts::product_id{std::move(id)};
    p.category = "Cloud";
    p.vendor = "AWS";
    p.image_url = "/covers/x.svg";
    p.billing_period = "Annual";
    p.price = {cents};
    p.active = active;
    return p;
}

// The service with its ports; its catalogue has been read.
struct shop {
    base::manual_clock clock;
    base::seeded_ids ids{7};
    base::metrics metrics;
    order_store orders;
    workflow_store workflow{clock};
    publisher broker;
    order_accept::dependencies needs;
    order_accept::catalogue products;
    order_accept::order_lookup lookup;
    order_accept::accept_order accept;
    order_accept::order_reads reads;

    shop()
        : needs{orders, workflow, broker, clock, ids, {}, metrics, {}},
          products{needs},
          lookup{needs},
          accept{needs, products, lookup},
          reads{needs, products, lookup} {
        orders.products = {product("AZ-700", 12900), product("AZ-900", 9900), product("OLD-1", 100, false)};
        refresh();
        clock.advance(std::chrono::seconds{1});
    }
    void refresh() { (void)run(products.refresh()); }
};

}  // namespace fakes
