#include "contracts/orders.hpp"

#include "contracts/json.hpp"
#include "text.hpp"

namespace contracts {
namespace {

using json::value;
using kind = value::kind;

void append_member(std::string& out, std::string_view name, std::string_view text) {
    out += name;
    json::append_string(out, text);
}

void append_order_id(std::string& out, order_id id) {
    if (id > 0)
        append_number(out, id);
    else
        out += "null";
}

std::unexpected<base::fault> broken() {
    return base::fail(base::fault_kind::invalid, "the stored order is not readable");
}

const std::string_view* text_of(const value& in, std::string_view name) {
    const auto* member = in.find(name);
    return member && member->is(kind::string) ? &member->text : nullptr;
}

std::optional<order_item> read_order_item(const value& from) {
    const auto *product = text_of(from, "productId"), *name = text_of(from, "productName"),
               *image = text_of(from, "imageUrl");
    const auto *price = from.find("unitPrice"), *quantity = from.find("quantity");
    if (!product || !name || !image || !price || !price->is(kind::number) || !quantity) return std::nullopt;
    auto id = read_product_id(*product);
    const auto cents = parse_money(price->text);
    const auto pieces = quantity->integer();
    if (!id || !cents || !pieces || *pieces < 1 || *pieces > INT32_MAX) return std::nullopt;
    return order_item{std::move(*id), std::string{*name}, std::string{*image}, *cents,
                      static_cast<std::int32_t>(*pieces)};
}

std::optional<order_state> read_state(std::string_view text) noexcept {
    for (const auto s : {order_state::accepted, order_state::processing, order_state::failed, order_state::completed})
        if (to_string(s) == text) return s;
    return std::nullopt;
}

// Every member but the items.
std::optional<order> read_head(const value& from) {
    const auto *id = from.find("id"), *items = from.find("items");
    const auto *correlation = text_of(from, "correlationId"), *status = text_of(from, "status"),
               *created = text_of(from, "createdAt");
    if (!id || !items || !items->is(kind::array) || !correlation || !status || !created) return std::nullopt;
    const auto correlation_id = read_correlation_id(*correlation);
    const auto state = read_state(*status);
    const auto at = base::parse_rfc3339(*created);
    const auto number = id->is(kind::null) ? std::optional<std::int64_t>{0} : id->integer();
    if (!correlation_id || !state || !at || !number || *number < 0) return std::nullopt;
    return order{*number, *correlation_id, *state, *at, {}};
}

}  // namespace

std::string_view to_string(order_state s) noexcept {
    switch (s) {
        case order_state::none:
            return "None";
        case order_state::accepted:
            return "Accepted";
        case order_state::processing:
            return "Processing";
        case order_state::failed:
            return "Failed";
        case order_state::completed:
            return "Completed";
    }
    return "None";
}

money order::total() const noexcept {
    money sum;
    for (const auto& item : items) sum.cents += item.unit_price.cents * item.quantity;
    return sum;
}

void append_json(std::string& out, const product& p) {
    append_member(out, R"({"externalProductId":)", p.id.str());
    append_member(out, R"(,"name":)", p.name);
    append_member(out, R"(,"category":)", p.category);
    append_member(out, R"(,"vendor":)", p.vendor);
    append_member(out, R"(,"imageUrl":)", p.image_url);
    out += R"(,"discount":)";
    append_number(out, p.discount);
    append_member(out, R"(,"billingPeriod":)", p.billing_period);
    out += p.is_subscription ? R"(,"isSubscription":true,"price":)" : R"(,"isSubscription":false,"price":)";
    append(out, p.price);
    out += '}';
}

void append_json(std::string& out, const order_item& i) {
    append_member(out, R"({"productId":)", i.product.str());
    append_member(out, R"(,"productName":)", i.name);
    append_member(out, R"(,"imageUrl":)", i.image_url);
    out += R"(,"unitPrice":)";
    append(out, i.unit_price);
    out += R"(,"quantity":)";
    append_number(out, i.quantity);
    out += '}';
}

void append_json(std::string& out, const order& o) {
    out += R"({"id":)";
    append_order_id(out, o.id);
    out += R"(,"correlationId":")";
    o.correlation.append_to(out);
    out += R"(","status":")";
    out += to_string(o.state);
    out += R"(","createdAt":")";
    base::append_rfc3339(out, o.created_at);
    out += R"(","items":[)";
    for (std::size_t i = 0; i < o.items.size(); ++i) {
        if (i) out += ',';
        append_json(out, o.items[i]);
    }
    out += R"(],"total":)";
    append(out, o.total());
    out += '}';
}

std::string status_json(const correlation_id& id, order_state s, order_id order, std::string_view reason) {
    std::string out;
    out.reserve(112 + reason.size());
    out += R"({"correlationId":")";
    id.append_to(out);
    out += R"(","status":")";
    out += to_string(s);
    out += R"(","orderId":)";
    append_order_id(out, order);
    if (s == order_state::failed) append_member(out, R"(,"reason":)", reason);
    out += '}';
    return out;
}

base::result<order> read_order(std::string_view text) {
    const auto from = json::parse(text);
    if (!from || !from->is(kind::object)) return broken();
    auto out = read_head(from->root());
    if (!out) return broken();
    const auto items = from->find("items")->items();
    out->items.reserve(items.size());
    for (const auto& item : items) {
        auto read = read_order_item(item);
        if (!read) return broken();
        out->items.push_back(std::move(*read));
    }
    return std::move(*out);
}

std::string to_json(const notification& n) {
    std::string out;
    out.reserve(512 + n.reason.size());
    out += R"({"correlationId":")";
    n.id.append_to(out);
    out += R"(","status":")";
    out += to_string(n.state);
    out += R"(","orderId":)";
    append_order_id(out, n.order);
    if (n.state == order_state::failed) append_member(out, R"(,"reason":)", n.reason);
    out += R"(,"sequence":)";
    append_number(out, n.sequence);
    out += R"(,"previous":)";
    append_order_id(out, n.previous);
    out += R"(,"timeline":)";
    append_timeline_json(out, n.id, n.steps);
    out += '}';
    return out;
}

}  // namespace contracts
