// What requests say, apart from the order itself. No text repeats the input.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contracts/orders.hpp"
#include "net/http/message.hpp"
#include "order_accept/catalogue.hpp"

namespace order_accept {

template <class T>
struct checked {
    T value;
    std::vector<contracts::validation_error> errors;
};
struct page_query {
    std::int64_t offset = 0, size = 10;
};

checked<page_query> read_page_query(std::string_view query, std::int64_t default_size);
checked<product_query> read_product_query(std::string_view query);

// application/json or anything/…+json; a charset other than UTF-8 is none of ours.
bool is_json(std::string_view content_type);

// The fields that an order's request is judged by, found in one walk.
struct order_fields {
    std::string_view content_type, content_encoding, key;  // the first of its name; null: none
    std::size_t keys = 0;
};
order_fields read_order_fields(const net::http::request& r) noexcept;
// Idempotency-Key: once at most, 1..255 visible ASCII.
void judge_key(const order_fields& fields, std::vector<contracts::validation_error>& errors);
std::optional<contracts::order_id> read_order_id(std::string_view text) noexcept;

std::string unknown_products(const std::vector<contracts::product_id>& ids);

}  // namespace order_accept
