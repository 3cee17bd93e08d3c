// Inserts batches of orders on the writer's thread.
#pragma once
#include <span>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "orders/judge.hpp"
#include "sqlite/statement.hpp"

namespace orders {

// Used by one thread at a time: the database's writer.
class order_writer {
public:
    order_writer(const base::clock& time, base::log_scope log) : time_{time}, log_{std::move(log)} {}

    // Within the caller's transaction; a fault means that the caller rolls back. Past `due` it gives up by
    // `timeout`.
    base::result<std::vector<inserted_order>> insert(sqlite::connection& c, std::span<const new_order> batch,
                                                     base::steady_time due);

private:
    struct work;  // one batch under way
    using row_id = std::int64_t;

    base::result<> refuse_unknown_products(work& w);
    base::result<> write(work& w, std::span<const std::size_t> places);
    base::result<> write_all(work& w, std::span<const std::size_t> places);
    base::result<> write_one(work& w, std::size_t place);
    base::result<> write_items(work& w, const new_order& order, row_id id);
    base::result<row_id> customer_row(work& w, const contracts::user_id& user);
    base::result<std::optional<row_id>> product_row(sqlite::connection& c, const contracts::product_id& product);

    const base::clock& time_;
    base::log_scope log_;
    // Products are never deleted, so what was found stays true; it is as long as the catalogue.
    std::unordered_map<contracts::product_id, row_id> products_;
};

// What stands under the ids of `batch`: rows and failures.
base::result<standing_by_id> find_standing(sqlite::connection& c, std::span<const new_order> batch);

}  // namespace orders
