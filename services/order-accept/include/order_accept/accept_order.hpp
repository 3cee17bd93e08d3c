// The use case: an order is checked, priced, made known and handed to the broker; or the answer of the first
// with its key is given again (contracts §2). No HTTP in here.
#pragma once
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "order_accept/catalogue.hpp"
#include "order_accept/dependencies.hpp"
#include "order_accept/order_lookup.hpp"

namespace order_accept {

struct place_order {
    contracts::user_id user;
    std::vector<contracts::order_line> lines;  // as read_order_request leaves them, without errors
    std::string key;                           // empty: none; else valid_idempotency_key
};

enum class placement : unsigned char {
    accepted,          // the broker has it, or had it before: `body` is the 201
    unknown_products,  // `products` names them all; nothing was written or published
    key_reused,        // the key stands for another order; nothing was published
    unavailable,       // nothing was enqueued, or the key makes a retry safe
    unconfirmed,       // no key, and it may be enqueued: its status tells
};

struct placed {
    placement what = placement::unavailable;
    contracts::correlation_id id;
    std::string body;
    std::vector<contracts::product_id> products;
};

class accept_order {
public:
    accept_order(const dependencies& from, const catalogue& products, order_lookup& lookup);

    // Safe from any thread. Never throws for what a client can send.
    boost::asio::awaitable<placed> run(base::call_context ctx, place_order order);

private:
    struct draft;      // what this request would order
    struct knowledge;  // what is known of the key's first order

    draft make_draft(place_order&& order, base::steady_time now) const;
    boost::asio::awaitable<placed> run_new(base::call_context ctx, place_order order);
    boost::asio::awaitable<placed> run_keyed(base::call_context ctx, place_order order);
    boost::asio::awaitable<placed> answer_keyed(const base::call_context& ctx, draft d, std::string key);
    placed counted(placed answer);
    boost::asio::awaitable<knowledge> ask_workflow(const base::call_context& ctx, const draft& d);
    boost::asio::awaitable<void> ask_sql(const base::call_context& ctx, const draft& d, knowledge& k);
    boost::asio::awaitable<void> correct_workflow(const base::call_context& ctx, const draft& d, const knowledge& k);
    bool workflow_would_know(std::string_view key) const;
    boost::asio::awaitable<placed> publish(const base::call_context& ctx, const draft& d, const contracts::order& what,
                                           std::string body);
    messaging::message make_message(const base::call_context& ctx, const draft& d, const contracts::order& what,
                                    base::unix_micros queued_at) const;

    const dependencies needs_;
    const catalogue& products_;
    order_lookup& lookup_;
    std::atomic<base::unix_micros> blind_until_{0};  // intake went on without the workflow store until then

    struct counters {
        base::counter &accepted, &repeated, &refused, &unavailable, &unconfirmed;
    } count_;
};

}  // namespace order_accept
