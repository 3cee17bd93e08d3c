#include <algorithm>
#include <charconv>
#include <map>
#include <memory>

#include "csv.hpp"
#include "order_writer.hpp"
#include "orders/sqlite/schema.hpp"
#include "sql.hpp"

namespace orders {
namespace {

constexpr std::string_view product_columns =
    "externalProductId,name,category,vendor,imageUrl,discount,billingPeriod,isSubscription,price";
constexpr std::string_view customer_columns = "externalCustomerId,name,email,city,country";
constexpr std::string_view order_columns = "correlationId,externalCustomerId,productId,quantity,unitPrice,createdAt";

struct shop {
    std::vector<contracts::product> products;  // in shop order
    std::vector<csv_record> customers;
    std::vector<new_order> orders;
};

template <class T>
base::result<T> need(std::optional<T>&& read, std::string_view file, const csv_record& record, std::size_t column) {
    if (read) return *std::move(read);
    return base::fail(base::fault_kind::invalid,
                      std::string{file} + ", record " + record[0] + ": \"" + record[column] + "\" can't be read");
}

std::optional<std::int32_t> read_number(std::string_view text) {
    std::int32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<bool> read_flag(std::string_view text) {
    if (text == "true") return true;
    if (text == "false") return false;
    return std::nullopt;
}

base::result<contracts::product> product_of(const csv_record& r) {
    constexpr std::string_view file = "products.csv";
    auto id = need(contracts::read_product_id(r[0]), file, r, 0);
    if (!id) return std::unexpected(id.error());
    const auto discount = need(read_number(r[5]), file, r, 5);
    if (!discount) return std::unexpected(discount.error());
    const auto subscription = need(read_flag(r[7]), file, r, 7);
    if (!subscription) return std::unexpected(subscription.error());
    const auto price = need(contracts::parse_money(r[8]), file, r, 8);
    if (!price) return std::unexpected(price.error());
    return contracts::product{.id = *std::move(id),
                              .name = r[1],
                              .category = r[2],
                              .vendor = r[3],
                              .image_url = r[4],
                              .billing_period = r[6],
                              .discount = *discount,
                              .is_subscription = *subscription,
                              .price = *price,
                              .active = true};
}

base::result<contracts::event_item> item_of(const csv_record& r) {
    constexpr std::string_view file = "orders.csv";
    auto product = need(contracts::read_product_id(r[2]), file, r, 2);
    if (!product) return std::unexpected(product.error());
    const auto quantity = need(read_number(r[3]), file, r, 3);
    if (!quantity) return std::unexpected(quantity.error());
    const auto price = need(contracts::parse_money(r[4]), file, r, 4);
    if (!price) return std::unexpected(price.error());
    return contracts::event_item{*std::move(product), *quantity, *price};
}

// An order without its items yet. It was stored when it was made: the seed knows no other time.
base::result<new_order> order_of(const csv_record& r) {
    constexpr std::string_view file = "orders.csv";
    const auto id = need(contracts::read_correlation_id(r[0]), file, r, 0);
    if (!id) return std::unexpected(id.error());
    auto customer = need(contracts::read_user_id(r[1]), file, r, 1);
    if (!customer) return std::unexpected(customer.error());
    const auto made = need(base::parse_rfc3339(r[5]), file, r, 5);
    if (!made) return std::unexpected(made.error());
    new_order order;
    order.id = *id;
    order.customer = *std::move(customer);
    order.accepted_at = *made;
    order.steps[contracts::step::accepted] = order.steps[contracts::step::persisted] = *made;
    return order;
}

template <class T, class Read>
base::result<std::vector<T>> each(const std::vector<csv_record>& records, Read read) {
    std::vector<T> out;
    for (const auto& record : records) {
        auto one = read(record);
        if (!one) return std::unexpected(one.error());
        out.push_back(*std::move(one));
    }
    return out;
}

// Lines with one correlationId are one order.
base::result<std::vector<new_order>> orders_of(const std::vector<csv_record>& records) {
    std::vector<new_order> orders;
    for (const auto& record : records) {
        auto order = order_of(record);
        if (!order) return std::unexpected(order.error());
        auto item = item_of(record);
        if (!item) return std::unexpected(item.error());
        auto same = std::ranges::find(orders, order->id, &new_order::id);
        if (same == orders.end()) same = orders.insert(orders.end(), *std::move(order));
        same->items.push_back(*std::move(item));
    }
    for (auto& order : orders)
        order.print = contracts::fingerprint_of(std::span<const contracts::event_item>{order.items});
    return orders;
}

base::result<shop> read_shop(const seed_files& files) {
    auto products = read_csv("products.csv", files.products, product_columns);
    if (!products) return std::unexpected(products.error());
    auto customers = read_csv("customers.csv", files.customers, customer_columns);
    if (!customers) return std::unexpected(customers.error());
    auto lines = read_csv("orders.csv", files.orders, order_columns);
    if (!lines) return std::unexpected(lines.error());
    auto catalogue = each<contracts::product>(*products, product_of);
    if (!catalogue) return std::unexpected(catalogue.error());
    auto orders = orders_of(*lines);
    if (!orders) return std::unexpected(orders.error());
    return shop{*std::move(catalogue), *std::move(customers), *std::move(orders)};
}

base::result<std::size_t> add_products(sqlite::connection& c, const std::vector<contracts::product>& products,
                                       base::unix_micros now) {
    std::size_t added = 0;
    std::int64_t position = 0;
    auto row = c.prepare(sql::seed_product);
    for (const auto& p : products) {
        row.bind(1, p.id.str()).bind(2, ++position).bind(3, p.name).bind(4, p.category).bind(5, p.vendor);
        row.bind(6, p.image_url).bind(7, std::int64_t{p.discount}).bind(8, p.billing_period);
        row.bind(9, std::int64_t{p.is_subscription}).bind(10, p.price.cents).bind(11, now);
        if (auto ok = row.run(); !ok) return std::unexpected(ok.error());
        added += static_cast<std::size_t>(c.changes());
        row.again();
    }
    return added;
}

base::result<std::size_t> add_customers(sqlite::connection& c, const std::vector<csv_record>& customers,
                                        base::unix_micros now) {
    std::size_t added = 0;
    auto row = c.prepare(sql::seed_customer);
    for (const auto& r : customers) {
        row.bind(1, r[0]).bind(2, r[1]).bind(3, r[2]).bind(4, r[3]).bind(5, r[4]).bind(6, now);
        if (auto ok = row.run(); !ok) return std::unexpected(ok.error());
        added += static_cast<std::size_t>(c.changes());
        row.again();
    }
    return added;
}

base::result<std::size_t> add_orders(sqlite::connection& c, const std::vector<new_order>& orders,
                                     const base::clock& time) {
    auto answers = order_writer{time, {}}.insert(c, orders, base::steady_time::max());
    if (!answers) return std::unexpected(answers.error());
    std::size_t added = 0;
    for (std::size_t i = 0; i < answers->size(); ++i) {
        const auto& [what, id, deleted, detail] = (*answers)[i];
        if (what == insert_result::unknown_product || what == insert_result::rejected)
            return base::fail(base::fault_kind::invalid, "orders.csv, record " + orders[i].id.str() + ": " + detail);
        added += what == insert_result::inserted;
    }
    return added;
}

base::result<seeded> add(sqlite::connection& c, const shop& s, const base::clock& time) {
    const auto products = add_products(c, s.products, time.now());
    if (!products) return std::unexpected(products.error());
    const auto customers = add_customers(c, s.customers, time.now());
    if (!customers) return std::unexpected(customers.error());
    const auto orders = add_orders(c, s.orders, time);
    if (!orders) return std::unexpected(orders.error());
    return seeded{*products, *customers, *orders};
}

}  // namespace

base::task<seeded> seed(const base::call_context& ctx, sqlite::database& db, const base::clock& time,
                        seed_files files) {
    auto goods = read_shop(files);
    if (!goods) co_return std::unexpected(goods.error());
    auto content = std::make_shared<const shop>(*std::move(goods));
    auto count = std::make_shared<seeded>();
    const auto done = co_await db.write(ctx, [content, count, &time](sqlite::connection& c) -> base::result<> {
        auto added = add(c, *content, time);
        if (!added) return std::unexpected(added.error());
        *count = *added;
        return {};
    });
    if (!done) co_return std::unexpected(done.error());
    co_return *count;
}

}  // namespace orders
