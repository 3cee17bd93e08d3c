#include "contracts/events.hpp"

#include "contracts/json.hpp"
#include "text.hpp"

namespace contracts {
namespace {

using json::value;
using kind = value::kind;

constexpr std::int64_t most_quantity = 1000;
constexpr std::size_t most_items = 100;

std::unexpected<base::fault> broken(const char* why) { return base::fail(base::fault_kind::invalid, why); }

void append_id(std::string& out, const correlation_id& id) {
    out += R"({"CorrelationId":{"Value":")";
    id.append_to(out);
    out += R"("})";
}

// A member that is there and not null.
const value* find(const value& in, std::string_view name) noexcept {
    const auto* member = in.find_any_case(name);
    return member && !member->is(kind::null) ? member : nullptr;
}

std::optional<correlation_id> id_of(const value& event) {
    const auto* id = find(event, "CorrelationId");
    if (id && id->is(kind::object)) id = find(*id, "Value");
    if (!id || !id->is(kind::string)) return std::nullopt;
    return read_correlation_id(id->text);
}

// The reason stands in dead letters and is shown to operators: a constant phrase, whatever the input was.
base::result<json::document> parse_event(std::string_view body) {
    auto event = json::parse(body, {}, true);
    if (!event) return broken("not readable as JSON");
    if (!event->is(kind::object)) return broken("not a JSON object");
    return event;
}

base::result<event_item> read_item(const value& from) {
    event_item out;
    const auto* product = find(from, "ProductId");
    auto id = product && product->is(kind::string) ? read_product_id(product->text) : std::nullopt;
    if (!id) return broken("a product id is missing or not valid");
    out.product = std::move(*id);

    const auto* quantity = find(from, "Quantity");
    const auto number = quantity ? quantity->integer() : std::nullopt;
    if (!number || *number < 1 || *number > most_quantity) return broken("a quantity is missing or out of bounds");
    out.quantity = static_cast<std::int32_t>(*number);

    if (const auto* price = find(from, "UnitPrice")) {
        out.unit_price = price->is(kind::number) ? parse_money(price->text) : std::nullopt;
        if (!out.unit_price) return broken("a unit price is not valid");
    }
    return out;
}

const money* price_of(const event_item& item) noexcept { return item.unit_price ? &*item.unit_price : nullptr; }
const money* price_of(const order_item& item) noexcept { return &item.unit_price; }

template <class Item>
void append_items(std::string& out, std::span<const Item> items) {
    out += '[';
    for (const auto& item : items) {
        if (&item != items.data()) out += ',';
        out += R"({"ProductId":)";
        json::append_string(out, item.product.str());
        out += R"(,"Quantity":)";
        append_number(out, item.quantity);
        if (const auto* price = price_of(item)) {
            out += R"(,"UnitPrice":)";
            append(out, *price);
        }
        out += '}';
    }
    out += ']';
}

template <class Item>
std::string accepted_json_of(const correlation_id& id, const user_id& customer, std::span<const Item> items,
                             std::optional<base::unix_micros> accepted_at) {
    std::string out;
    out.reserve(192 + items.size() * 80);
    append_id(out, id);
    out += R"(,"Order":{"CustomerId":)";
    json::append_string(out, customer.str());
    out += R"(,"Items":)";
    append_items(out, items);
    if (accepted_at) {
        out += R"(,"AcceptedAt":")";
        base::append_rfc3339(out, *accepted_at);
        out += '"';
    }
    out += "}}";
    return out;
}

base::result<> read_items(const value* items, std::vector<event_item>& into) {
    if (!items || !items->is(kind::array) || items->items().empty()) return broken("the order has no items");
    if (items->items().size() > most_items) return broken("the order has too many items");
    into.reserve(items->items().size());
    for (const auto& item : items->items()) {
        auto read = read_item(item);
        if (!read) return std::unexpected(std::move(read.error()));
        into.push_back(std::move(*read));
    }
    return {};
}

}  // namespace

std::string to_json(const order_accepted& e) {
    return accepted_json_of<event_item>(e.id, e.customer, e.items, e.accepted_at);
}

std::string accepted_json(const correlation_id& id, const user_id& customer, const order& what) {
    return accepted_json_of<order_item>(id, customer, what.items, what.created_at);
}

std::string to_json(const order_processed& e) {
    std::string out;
    out.reserve(96);
    append_id(out, e.id);
    out += R"(,"OrderId":)";
    append_number(out, e.order);
    out += '}';
    return out;
}

std::string to_json(const order_failed& e) {
    std::string out;
    out.reserve(96 + e.reason.size());
    append_id(out, e.id);
    out += R"(,"Reason":)";
    json::append_string(out, e.reason);
    out += '}';
    return out;
}

base::result<order_accepted> read_order_accepted(std::string_view body) {
    const auto event = parse_event(body);
    if (!event) return std::unexpected(event.error());
    const auto id = id_of(event->root());
    if (!id) return broken("the correlation id is missing or not valid");
    const auto* order = find(event->root(), "Order");
    if (!order || !order->is(kind::object)) return broken("the order is missing");
    const auto* customer = find(*order, "CustomerId");
    auto user = customer && customer->is(kind::string) ? read_user_id(customer->text) : std::nullopt;
    if (!user) return broken("the customer id is missing or not valid");

    order_accepted out{.id = *id, .customer = std::move(*user), .items = {}, .accepted_at = {}};
    if (auto read = read_items(find(*order, "Items"), out.items); !read)
        return std::unexpected(std::move(read.error()));
    if (const auto* at = find(*order, "AcceptedAt")) {
        out.accepted_at = at->is(kind::string) ? base::parse_rfc3339(at->text) : std::nullopt;
        if (!out.accepted_at) return broken("the time of acceptance is not valid");
    }
    return out;
}

base::result<order_processed> read_order_processed(std::string_view body) {
    const auto event = parse_event(body);
    if (!event) return std::unexpected(event.error());
    const auto id = id_of(event->root());
    if (!id) return broken("the correlation id is missing or not valid");
    const auto* order = find(event->root(), "OrderId");
    const auto number = order ? order->integer() : std::nullopt;
    if (!number || *number < 1) return broken("the order id is missing or not valid");
    return order_processed{*id, *number};
}

base::result<order_failed> read_order_failed(std::string_view body) {
    const auto event = parse_event(body);
    if (!event) return std::unexpected(event.error());
    const auto id = id_of(event->root());
    if (!id) return broken("the correlation id is missing or not valid");
    const auto* reason = find(event->root(), "Reason");
    if (reason && !reason->is(kind::string)) return broken("the reason is not a string");
    return order_failed{*id, reason ? std::string{reason->text} : std::string{}};
}

std::optional<correlation_id> read_event_id(std::string_view body) { return salvage_order(body).id; }

salvaged_order salvage_order(std::string_view body) {
    const auto event = json::parse(body, {}, true);
    if (!event || !event->is(kind::object)) return {};
    salvaged_order out{.id = id_of(event->root()), .customer = {}};
    const auto* order = find(event->root(), "Order");
    const auto* customer = order ? find(*order, "CustomerId") : nullptr;
    if (customer && customer->is(kind::string)) out.customer = read_user_id(customer->text);
    return out;
}

std::string items_json(std::span<const event_item> items) {
    std::string out;
    out.reserve(16 + items.size() * 80);
    append_items(out, items);
    return out;
}

std::optional<std::vector<event_item>> read_items_json(std::string_view text) {
    const auto items = json::parse(text, {}, true);
    std::vector<event_item> out;
    if (!items || !read_items(&items->root(), out)) return std::nullopt;
    return out;
}

}  // namespace contracts
