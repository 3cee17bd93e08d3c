#include "reads.hpp"

#include "bytes.hpp"
#include "sql.hpp"

namespace orders {
namespace {

std::string string_at(const sqlite::statement& row, int column) { return std::string{row.text(column)}; }

// Columns of OrderLine, as every statement over it names them.
enum line : int { id, correlation, customer, print, steps, created, deleted, product, name, image, price, quantity };

stored_order order_of(const sqlite::statement& row) {
    stored_order out;
    out.value.id = row.integer(line::id);
    out.value.correlation = id_of(row.blob(line::correlation));
    out.value.state = contracts::order_state::completed;
    out.value.created_at = row.integer(line::created);
    out.customer = contracts::user_id{string_at(row, line::customer)};
    out.print = fingerprint_in(row.blob(line::print));
    out.steps = contracts::read_timeline_row(row.text(line::steps));
    out.deleted = row.integer(line::deleted) != 0;
    return out;
}

contracts::order_item item_of(const sqlite::statement& row) {
    return {.product = contracts::product_id{string_at(row, line::product)},
            .name = string_at(row, line::name),
            .image_url = string_at(row, line::image),
            .unit_price = {row.integer(line::price)},
            .quantity = static_cast<std::int32_t>(row.integer(line::quantity))};
}

// Rows come order by order, and within one line by line.
base::result<std::vector<stored_order>> read_orders(sqlite::statement& row) {
    std::vector<stored_order> orders;
    for (;;) {
        const auto more = row.step();
        if (!more) return std::unexpected(more.error());
        if (!*more) return orders;
        if (orders.empty() || orders.back().value.id != row.integer(line::id)) orders.push_back(order_of(row));
        orders.back().value.items.push_back(item_of(row));
    }
}

std::optional<stored_order> only(std::vector<stored_order>&& orders) {
    if (orders.empty()) return std::nullopt;
    return std::move(orders.front());
}

base::result<std::optional<stored_failure>> read_failure(sqlite::connection& c, const contracts::correlation_id& id) {
    auto row = c.prepare(sql::find_failure);
    const auto found = row.bind_blob(1, bytes_of(id)).step();
    if (!found) return std::unexpected(found.error());
    if (!*found) return std::nullopt;
    return stored_failure{.customer = contracts::user_id{string_at(row, 0)},
                          .reason = string_at(row, 1),
                          .accepted_at = row.integer(2),
                          .items_json = string_at(row, 3),
                          .steps = contracts::read_timeline_row(row.text(4))};
}

base::result<found_order> read_one(sqlite::connection& c, const contracts::correlation_id& id) {
    auto row = c.prepare(sql::order_by_correlation);
    auto orders = read_orders(row.bind_blob(1, bytes_of(id)));
    if (!orders) return std::unexpected(orders.error());
    found_order found{.row = only(*std::move(orders)), .failure = {}};
    if (found.row) return found;
    auto failure = read_failure(c, id);
    if (!failure) return std::unexpected(failure.error());
    found.failure = *std::move(failure);
    return found;
}

}  // namespace

base::result<std::vector<contracts::product>> read_catalogue(sqlite::connection& c) {
    auto row = c.prepare(sql::catalogue);
    std::vector<contracts::product> products;
    for (;;) {
        const auto more = row.step();
        if (!more) return std::unexpected(more.error());
        if (!*more) return products;
        products.push_back({.id = contracts::product_id{string_at(row, 0)},
                            .name = string_at(row, 1),
                            .category = string_at(row, 2),
                            .vendor = string_at(row, 3),
                            .image_url = string_at(row, 4),
                            .billing_period = string_at(row, 5),
                            .discount = static_cast<std::int32_t>(row.integer(6)),
                            .is_subscription = row.integer(7) != 0,
                            .price = {row.integer(8)},
                            .active = row.integer(9) != 0});
    }
}

base::result<order_page> read_page(sqlite::connection& c, const contracts::user_id& user, std::int64_t offset,
                                   std::int64_t size) {
    order_page page;
    auto total = c.prepare(sql::page_total);
    if (const auto asked = total.bind(1, user.str()).step(); !asked) return std::unexpected(asked.error());
    page.total = total.integer(0);
    auto row = c.prepare(sql::page);
    auto orders = read_orders(row.bind(1, user.str()).bind(2, size).bind(3, offset));
    if (!orders) return std::unexpected(orders.error());
    for (auto& order : *orders) page.items.push_back(std::move(order.value));
    return page;
}

base::result<std::optional<stored_order>> read_order(sqlite::connection& c, contracts::order_id id) {
    auto row = c.prepare(sql::order_by_id);
    auto orders = read_orders(row.bind(1, id));
    if (!orders) return std::unexpected(orders.error());
    return only(*std::move(orders));
}

base::result<std::vector<found_order>> read_all(sqlite::connection& c, std::span<const contracts::correlation_id> ids) {
    std::vector<found_order> found;
    found.reserve(ids.size());
    for (const auto& id : ids) {
        auto one = read_one(c, id);
        if (!one) return std::unexpected(one.error());
        found.push_back(*std::move(one));
    }
    return found;
}

}  // namespace orders
