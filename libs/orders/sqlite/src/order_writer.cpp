#include "order_writer.hpp"

#include "bytes.hpp"
#include "sql.hpp"

// Statements run one by one, each prepared once: in this process a row costs less that way than as a member
// of one JSON parameter (README.md has the figures).
namespace orders {
namespace {

// The database refuses these rows, and would refuse them again; anything else is about the database itself.
bool of_data(const base::fault& f) {
    return f.kind == base::fault_kind::conflict || f.kind == base::fault_kind::invalid;
}

base::result<> run(sqlite::connection& c, std::string_view literal) { return c.prepare(literal).run(); }

std::string listed(const std::vector<std::string>& ids) {
    std::string out;
    for (const auto& id : ids) out += (out.empty() ? "" : ", ") + id;
    return out;
}

}  // namespace

struct order_writer::work {
    sqlite::connection& c;
    std::span<const new_order> batch;
    base::steady_time due;
    standing_by_id stands;
    judgement judged;
    std::unordered_map<contracts::user_id, row_id> customers;  // of this batch; forgotten when it is rolled back
};

base::result<std::vector<inserted_order>> order_writer::insert(sqlite::connection& c, std::span<const new_order> batch,
                                                               base::steady_time due) {
    auto stands = find_standing(c, batch);
    if (!stands) return std::unexpected(stands.error());
    work w{.c = c, .batch = batch, .due = due, .stands = *std::move(stands), .judged = {}, .customers = {}};
    w.judged = judge(batch, w.stands);
    if (auto ok = refuse_unknown_products(w); !ok) return std::unexpected(ok.error());
    if (auto ok = write(w, w.judged.to_write); !ok) return std::unexpected(ok.error());
    settle_twins(w.judged);
    return std::move(w.judged.answers);
}

base::result<> order_writer::refuse_unknown_products(work& w) {
    std::vector<std::size_t> known;
    known.reserve(w.judged.to_write.size());
    for (const auto place : w.judged.to_write) {
        std::vector<std::string> unknown;
        for (const auto& item : w.batch[place].items) {
            const auto row = product_row(w.c, item.product);
            if (!row) return std::unexpected(row.error());
            if (!*row) unknown.push_back(item.product.str());
        }
        if (unknown.empty())
            known.push_back(place);
        else
            w.judged.answers[place] = {insert_result::unknown_product, 0, false, listed(unknown)};
    }
    w.judged.to_write = std::move(known);
    return {};
}

// All of them, or, where the rows of one are refused, each half by itself: a bad one costs its neighbours a
// few steps.
base::result<> order_writer::write(work& w, std::span<const std::size_t> places) {
    if (places.empty()) return {};
    if (auto ok = run(w.c, "SAVEPOINT orders_set"); !ok) return ok;
    const auto written = write_all(w, places);
    if (written) return run(w.c, "RELEASE orders_set");
    if (!of_data(written.error())) return written;
    if (auto ok = run(w.c, "ROLLBACK TO orders_set"); !ok) return ok;
    if (auto ok = run(w.c, "RELEASE orders_set"); !ok) return ok;
    w.customers.clear();
    products_.clear();
    if (places.size() == 1) {
        log_.warn("order refused by the database",
                  {{"CorrelationId", w.batch[places[0]].id.str()}, {"Reason", written.error().message}});
        w.judged.answers[places[0]] = {insert_result::rejected, 0, false, written.error().message};
        return {};
    }
    const auto half = places.size() / 2;
    if (auto ok = write(w, places.first(half)); !ok) return ok;
    return write(w, places.subspan(half));
}

base::result<> order_writer::write_all(work& w, std::span<const std::size_t> places) {
    for (const auto place : places) {
        if (time_.steady() > w.due) return base::fail(base::fault_kind::timeout, "orders: the batch took too long");
        if (auto ok = write_one(w, place); !ok) return ok;
    }
    return {};
}

base::result<> order_writer::write_one(work& w, std::size_t place) {
    const auto& order = w.batch[place];
    if (order.items.empty()) return base::fail(base::fault_kind::invalid, "an order without items");
    const auto customer = customer_row(w, order.customer);
    if (!customer) return std::unexpected(customer.error());
    const auto now = time_.now();
    const auto steps = contracts::to_row(order.steps);
    auto row = w.c.prepare(sql::insert_order);
    row.bind_blob(1, bytes_of(order.id)).bind(2, *customer).bind_blob(3, bytes_of(order.print)).bind(4, steps);
    row.bind(5, order.accepted_at ? order.accepted_at : now).bind(6, now);
    if (auto ok = row.run(); !ok) return ok;
    const auto id = w.c.last_insert_id();
    if (auto ok = write_items(w, order, id); !ok) return ok;
    if (w.stands.contains(order.id)) {  // only a failure can be
        auto failure = w.c.prepare(sql::delete_failure);
        if (auto ok = failure.bind_blob(1, bytes_of(order.id)).run(); !ok) return ok;
    }
    w.judged.answers[place] = {insert_result::inserted, id, false, {}};
    return {};
}

base::result<> order_writer::write_items(work& w, const new_order& order, row_id id) {
    auto row = w.c.prepare(sql::insert_item);
    std::int64_t line = 0;
    for (const auto& item : order.items) {
        const auto product = product_row(w.c, item.product);
        if (!product) return std::unexpected(product.error());
        if (!*product) return base::fail(base::fault_kind::conflict, "a product went away");
        row.bind(1, id).bind(2, ++line).bind(3, **product).bind(4, std::int64_t{item.quantity});
        if (item.unit_price) {
            row.bind(5, item.unit_price->cents);
        } else {
            auto price = w.c.prepare(sql::price_of_product);
            const auto found = price.bind(1, **product).step();
            if (!found) return std::unexpected(found.error());
            row.bind(5, price.integer(0));
        }
        if (auto ok = row.run(); !ok) return ok;
        row.again();
    }
    return {};
}

base::result<order_writer::row_id> order_writer::customer_row(work& w, const contracts::user_id& user) {
    if (const auto seen = w.customers.find(user); seen != w.customers.end()) return seen->second;
    auto known = w.c.prepare(sql::find_customer);
    const auto found = known.bind(1, user.str()).step();
    if (!found) return std::unexpected(found.error());
    if (*found) return w.customers[user] = known.integer(0);
    auto fresh = w.c.prepare(sql::insert_customer);
    if (auto ok = fresh.bind(1, user.str()).bind(2, time_.now()).run(); !ok) return std::unexpected(ok.error());
    return w.customers[user] = w.c.last_insert_id();
}

base::result<std::optional<order_writer::row_id>> order_writer::product_row(sqlite::connection& c,
                                                                            const contracts::product_id& product) {
    if (const auto known = products_.find(product); known != products_.end()) return known->second;
    auto row = c.prepare(sql::find_product);
    const auto found = row.bind(1, product.str()).step();
    if (!found) return std::unexpected(found.error());
    if (!*found) return std::nullopt;
    return products_[product] = row.integer(0);
}

namespace {

base::result<std::optional<standing_row>> find_row(sqlite::statement& row, const contracts::correlation_id& id) {
    const auto found = row.bind_blob(1, bytes_of(id)).step();
    if (!found) return std::unexpected(found.error());
    if (!*found) return std::nullopt;
    return standing_row{.customer = contracts::user_id{std::string{row.text(3)}},
                        .print = fingerprint_in(row.blob(1)),
                        .id = row.integer(0),
                        .deleted = row.integer(2) != 0};
}

base::result<std::optional<standing_failure>> find_failure(sqlite::statement& row,
                                                           const contracts::correlation_id& id) {
    const auto found = row.bind_blob(1, bytes_of(id)).step();
    if (!found) return std::unexpected(found.error());
    if (!*found) return std::nullopt;
    standing_failure failure;
    if (!row.is_null(0)) failure.customer = contracts::user_id{std::string{row.text(0)}};
    if (!row.is_null(1)) failure.print = fingerprint_in(row.blob(1));
    return failure;
}

}  // namespace

base::result<standing_by_id> find_standing(sqlite::connection& c, std::span<const new_order> batch) {
    auto any = c.prepare(sql::any_failure);
    if (const auto asked = any.step(); !asked) return std::unexpected(asked.error());
    const bool failures = any.integer(0) != 0;
    auto rows = c.prepare(sql::find_row);
    auto failed = c.prepare(sql::find_failure_identity);
    standing_by_id stands;
    for (const auto& order : batch) {
        auto row = find_row(rows, order.id);
        if (!row) return std::unexpected(row.error());
        rows.again();
        if (*row) {
            stands[order.id].row = *std::move(row);
        } else if (failures) {
            auto failure = find_failure(failed, order.id);
            if (!failure) return std::unexpected(failure.error());
            failed.again();
            if (*failure) stands[order.id].failure = *std::move(failure);
        }
    }
    return stands;
}

}  // namespace orders
