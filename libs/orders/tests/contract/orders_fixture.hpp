// What the parts of the suite share: an adapter under test and short ways to call it.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "base/id_source.hpp"
#include "base/manual_clock.hpp"
#include "orders/store.hpp"
#include "sync.hpp"

namespace orders::test {

// An adapter over a fresh database that holds the shop's catalogue (AZ-900 first, at 12.50; AZ-700 at 129.00) and no
// customer and no order.
struct subject {
    std::shared_ptr<store> adapter;
    std::shared_ptr<base::manual_clock> clock;
    std::function<void(const std::string& product)> deactivate;
    std::function<std::size_t()> customers;  // how many rows
};
using subject_factory = std::function<subject()>;

class OrdersContract : public testing::TestWithParam<subject_factory> {
protected:
    using enum insert_result;
    using step = contracts::step;

    static contracts::event_item line(const std::string& product, std::int32_t quantity = 1,
                                      std::optional<std::int64_t> cents = 1'000) {
        contracts::event_item item{contracts::product_id{product}, quantity, std::nullopt};
        if (cents) item.unit_price = contracts::money{*cents};
        return item;
    }
    contracts::correlation_id an_id() { return ids_.make_v7(*subject_.clock); }
    new_order an_order(std::vector<contracts::event_item> items, const std::string& user = "CUST-0001") {
        new_order order;
        order.id = an_id();
        order.customer = contracts::user_id{user};
        order.print = contracts::fingerprint_of(std::span<const contracts::event_item>{items});
        order.items = std::move(items);
        order.accepted_at = subject_.clock->now();
        order.steps[step::accepted] = order.accepted_at;
        order.steps[step::persisted] = order.accepted_at + 5'000;
        order.steps.attempts = 1;
        order.steps.trace_id = "0af7651916cd43dd8448eb211c80319c";
        return order;
    }
    new_order an_order(const std::string& user = "CUST-0001") { return an_order({line("AZ-900")}, user); }
    // As an order with this one's id, but another body.
    new_order changed(new_order order) {
        order.items = {line("AZ-700", 9)};
        order.print = contracts::fingerprint_of(std::span<const contracts::event_item>{order.items});
        return order;
    }
    static failed_order failure_of(const new_order& order, std::string reason = "why") {
        failed_order failure;
        failure.id = order.id;
        failure.customer = order.customer;
        failure.items_json = "[";
        for (const auto& item : order.items)
            failure.items_json += (failure.items_json.size() > 1 ? "," : "") + std::string{R"({"ProductId":")"} +
                                  item.product.str() + R"(","Quantity":)" + std::to_string(item.quantity) + "}";
        failure.items_json += "]";
        failure.reason = std::move(reason);
        failure.accepted_at = order.accepted_at;
        failure.steps = order.steps;
        return failure;
    }

    std::vector<inserted_order> insert(std::vector<new_order> batch) {
        return sync(store_->insert(ctx_, std::move(batch))).value();
    }
    inserted_order insert_one(new_order order) { return insert({std::move(order)}).at(0); }
    std::vector<bool> record(std::vector<failed_order> batch) {
        return sync(store_->record_failures(ctx_, std::move(batch))).value();
    }
    found_order find(const contracts::correlation_id& id) { return sync(store_->find_all(ctx_, {id})).value().at(0); }
    std::optional<stored_order> find(contracts::order_id id) { return sync(store_->find(ctx_, id)).value(); }
    order_page page(std::int64_t offset = 0, std::int64_t size = 10, const std::string& user = "CUST-0001") {
        return sync(store_->page(ctx_, contracts::user_id{user}, offset, size)).value();
    }
    std::optional<contracts::correlation_id> erase(contracts::order_id id, const std::string& user = "CUST-0001") {
        return sync(store_->soft_delete(ctx_, contracts::user_id{user}, id)).value();
    }

    subject subject_ = GetParam()();
    store* store_ = subject_.adapter.get();
    base::seeded_ids ids_{11};
    base::call_context ctx_;
};

}  // namespace orders::test
