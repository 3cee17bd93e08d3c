// What a user may read of their orders: the row, else the failure, else what the workflow store knows
// (contracts §4). "Not there" and "not yours" are one answer, also while a store is away.
#pragma once
#include <string>

#include "order_accept/catalogue.hpp"
#include "order_accept/dependencies.hpp"
#include "order_accept/order_lookup.hpp"

namespace order_accept {

enum class reading : unsigned char { found, missing, away };

struct answer {
    reading what = reading::missing;
    std::string body;
};

// Safe from any thread.
class order_reads {
public:
    order_reads(const dependencies& from, const catalogue& products, order_lookup& lookup);

    boost::asio::awaitable<answer> page(base::call_context ctx, contracts::user_id user, std::int64_t offset,
                                        std::int64_t size);
    boost::asio::awaitable<answer> order(base::call_context ctx, contracts::user_id user, contracts::order_id id);
    boost::asio::awaitable<answer> order(base::call_context ctx, contracts::user_id user, contracts::correlation_id id);
    boost::asio::awaitable<answer> status(base::call_context ctx, contracts::user_id user,
                                          contracts::correlation_id id);
    boost::asio::awaitable<answer> timeline(base::call_context ctx, contracts::user_id user, contracts::order_id id);
    boost::asio::awaitable<answer> timeline(base::call_context ctx, contracts::user_id user,
                                            contracts::correlation_id id);
    boost::asio::awaitable<answer> remove(base::call_context ctx, contracts::user_id user, contracts::order_id id);

private:
    struct knowledge;
    enum class depth : unsigned char { row_is_enough, all };
    boost::asio::awaitable<knowledge> know(const base::call_context& ctx, const contracts::user_id& user,
                                           const contracts::correlation_id& id, depth how);
    boost::asio::awaitable<base::result<std::optional<orders::stored_order>>> own_row(const base::call_context& ctx,
                                                                                      const contracts::user_id& user,
                                                                                      contracts::order_id id);
    boost::asio::awaitable<void> keep_alive(const base::call_context& ctx, const contracts::user_id& user,
                                            const contracts::correlation_id& id, const knowledge& k);

    const dependencies needs_;
    const catalogue& products_;
    order_lookup& lookup_;
};

}  // namespace order_accept
