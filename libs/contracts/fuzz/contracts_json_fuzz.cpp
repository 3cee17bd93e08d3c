// Whatever bytes come, the readers answer; and what they took they write in a form that they take again.
#include <cstdlib>

#include "contracts/identity.hpp"
#include "contracts/json.hpp"
#include "json_agreement.hpp"

namespace {

void check(bool holds) {
    if (!holds) std::abort();
}

void events(std::string_view text) {
    if (const auto e = contracts::read_order_accepted(text)) {
        const auto again = contracts::read_order_accepted(contracts::to_json(*e));
        check(again && again->id == e->id && again->customer == e->customer && again->items == e->items);
        check(contracts::read_event_id(text) == e->id);
    }
    if (const auto e = contracts::read_order_processed(text)) {
        const auto again = contracts::read_order_processed(contracts::to_json(*e));
        check(again && again->id == e->id && again->order == e->order);
    }
    if (const auto e = contracts::read_order_failed(text)) {
        const auto again = contracts::read_order_failed(contracts::to_json(*e));
        check(again && again->id == e->id && again->reason == e->reason);
    }
}

void orders(std::string_view text) {
    if (const auto r = contracts::read_order_request(text); r && r->errors.empty())
        for (const auto& line : r->lines) check(contracts::read_product_id(line.product.str()) && line.quantity > 0);
    if (const auto o = contracts::read_order(text)) {
        std::string out;
        contracts::append_json(out, *o);
        check(contracts::read_order(out).has_value());
    }
    const auto t = contracts::read_timeline_row(text);
    check(contracts::read_timeline_row(contracts::to_row(t)).at == t.at);
    if (const auto m = contracts::parse_money(text)) check(contracts::parse_money(contracts::to_string(*m)) == m);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    check(contracts::json::testing::agree(text));
    if (const auto v = contracts::json::parse(text, {}, true); v && v->is(contracts::json::value::kind::string)) {
        std::string out;
        contracts::json::append_string(out, v->root().text);
        const auto again = contracts::json::parse(out);
        check(again && again->root().text == v->root().text);
    }
    events(text);
    orders(text);
    return 0;
}
