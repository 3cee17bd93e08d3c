// What is to be done with each order of a batch, decided without a database (contracts §1, §7): two orders
// are the same only when id, owner and fingerprint are, and the first keeps the id, be it a row, a failure,
// or earlier in the batch.
#pragma once
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "orders/store.hpp"

namespace orders {

struct standing_row {
    contracts::user_id customer;
    contracts::fingerprint print{};
    contracts::order_id id = 0;
    bool deleted = false;
};
// What is not known of it clashes with nothing.
struct standing_failure {
    std::optional<contracts::user_id> customer;
    std::optional<contracts::fingerprint> print;
};
struct standing {
    std::optional<standing_row> row;
    std::optional<standing_failure> failure;
};
using standing_by_id = std::unordered_map<contracts::correlation_id, standing>;

struct judgement {
    std::vector<inserted_order> answers;  // one per order; final except for the two lists below
    std::vector<std::size_t> to_write;    // places in the batch, in queue order, no two with one id
    struct twin {
        std::size_t at, first;  // places in the batch; `first` is one of to_write
    };
    std::vector<twin> twins;
};

judgement judge(std::span<const new_order> batch, const standing_by_id& stands);
// Once the answers of to_write are there: a twin was done before where its first was inserted, else shares
// its fate.
void settle_twins(judgement& j);

}  // namespace orders
