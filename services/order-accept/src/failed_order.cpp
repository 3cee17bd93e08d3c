#include "failed_order.hpp"

namespace order_accept {

contracts::order order_of_failure(const contracts::correlation_id& id, const orders::stored_failure& failure,
                                  const catalogue_snapshot* snapshot) {
    contracts::order out;
    out.correlation = id;
    out.state = contracts::order_state::failed;
    out.created_at = failure.accepted_at;
    for (auto& line : contracts::read_items_json(failure.items_json).value_or(std::vector<contracts::event_item>{})) {
        const auto* product = snapshot ? snapshot->find(line.product.str()) : nullptr;
        contracts::order_item item;
        item.name = product ? product->name : line.product.str();
        item.image_url = product ? product->image_url : std::string{};
        item.unit_price = line.unit_price.value_or(product ? product->price : contracts::money{});
        item.quantity = line.quantity;
        item.product = std::move(line.product);
        out.items.push_back(std::move(item));
    }
    return out;
}

}  // namespace order_accept
