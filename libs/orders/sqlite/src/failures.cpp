#include "failures.hpp"

#include "bytes.hpp"
#include "contracts/json.hpp"
#include "sql.hpp"

namespace orders {
namespace {

std::optional<contracts::event_item> read_item(const contracts::json::value& item) {
    const auto* product = item.find_any_case("productId");
    const auto* quantity = item.find_any_case("quantity");
    if (!product || !quantity || !product->is(contracts::json::value::kind::string)) return std::nullopt;
    auto id = contracts::read_product_id(product->text);
    const auto count = quantity->integer();
    if (!id || !count || *count < INT32_MIN || *count > INT32_MAX) return std::nullopt;
    return contracts::event_item{*std::move(id), static_cast<std::int32_t>(*count), std::nullopt};
}

base::result<bool> stands_now(sqlite::connection& c, const contracts::correlation_id& id) {
    auto row = c.prepare(sql::failure_stands);
    if (const auto asked = row.bind_blob(1, bytes_of(id)).step(); !asked) return std::unexpected(asked.error());
    return row.integer(0) != 0;
}

base::result<bool> record(sqlite::connection& c, const failed_order& failure, base::unix_micros now) {
    const auto print = fingerprint_of_items(failure.items_json);
    const auto steps = contracts::to_row(failure.steps);
    auto row = c.prepare(sql::insert_failure);
    row.bind_blob(1, bytes_of(failure.id)).bind(3, failure.items_json);
    failure.customer ? row.bind(2, failure.customer->str()) : row.bind_null(2);
    print ? row.bind_blob(4, bytes_of(*print)) : row.bind_null(4);
    row.bind(5, failure.reason).bind(6, steps);
    failure.accepted_at ? row.bind(7, failure.accepted_at) : row.bind_null(7);
    if (auto ok = row.bind(8, now).run(); !ok) return std::unexpected(ok.error());
    return stands_now(c, failure.id);
}

}  // namespace

std::optional<contracts::fingerprint> fingerprint_of_items(std::string_view json) {
    using kind = contracts::json::value::kind;
    const auto items = contracts::json::parse(json, {}, true);
    if (!items || !items->is(kind::array) || items->root().items().empty()) return std::nullopt;
    std::vector<contracts::event_item> lines;
    for (const auto& item : items->root().items()) {
        auto line = item.is(kind::object) ? read_item(item) : std::nullopt;
        if (!line) return std::nullopt;
        lines.push_back(*std::move(line));
    }
    return contracts::fingerprint_of(std::span<const contracts::event_item>{lines});
}

base::result<std::vector<bool>> record_failures(sqlite::connection& c, std::span<const failed_order> batch,
                                                base::unix_micros now) {
    std::vector<bool> stand;
    stand.reserve(batch.size());
    for (const auto& failure : batch) {
        const auto stands = record(c, failure, now);
        if (!stands) return std::unexpected(stands.error());
        stand.push_back(*stands);
    }
    return stand;
}

}  // namespace orders
