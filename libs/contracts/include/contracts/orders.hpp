// DTOs of contracts §2 and §5 and their JSON.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "contracts/ids.hpp"
#include "contracts/money.hpp"

namespace contracts {

// Rises only (contracts §4); `none` is no status.
enum class order_state : unsigned char { none, accepted, processing, failed, completed };
std::string_view to_string(order_state s) noexcept;  // Accepted, Processing, Failed, Completed

struct product {
    product_id id;
    std::string name, category, vendor, image_url, billing_period;
    std::int32_t discount = 0;
    bool is_subscription = true;
    money price;
    bool active = true;
};

struct order_item {
    product_id product;
    std::string name, image_url;
    money unit_price;
    std::int32_t quantity = 0;
};

struct order {
    order_id id = 0;  // 0 is written as null
    correlation_id correlation;
    order_state state = order_state::accepted;
    base::unix_micros created_at = 0;
    std::vector<order_item> items;
    money total() const noexcept;
};

// Names of contracts §2 in their order: accepted queued processing persisted notified, or failed.
enum class step : unsigned char { accepted, queued, processing, persisted, notified, failed };
inline constexpr std::size_t step_count = 6;
std::string_view to_string(step s) noexcept;
std::optional<step> read_step(std::string_view name) noexcept;

// When each step was first reached, µs; 0: not (known).
struct timeline {
    std::array<base::unix_micros, step_count> at{};
    std::int32_t attempts = 0;
    std::string trace_id;

    base::unix_micros& operator[](step s) noexcept { return at[static_cast<std::size_t>(s)]; }
    base::unix_micros operator[](step s) const noexcept { return at[static_cast<std::size_t>(s)]; }
    void merge(const timeline& other);  // first write wins
};
std::string to_header(const timeline& t);              // accepted=<µs>;queued=<µs>;…
timeline read_timeline_header(std::string_view text);  // what is unreadable is left out
std::string to_row(const timeline& t);                 // for SQL: the header form plus attempts and trace
timeline read_timeline_row(std::string_view text);

void append_json(std::string& out, const product& p);
void append_json(std::string& out, const order_item& i);
void append_json(std::string& out, const order& o);
// {"correlationId":…,"traceId":…,"attempts":…,"steps":[{"name","at","durationMs"}]}; durationMs since the
// step before, never below 0; the first step's is 0.
void append_timeline_json(std::string& out, const correlation_id& id, const timeline& t);
// {offset,size,total,items:[…]}
template <class T>
std::string page_json(std::int64_t offset, std::int64_t size, std::int64_t total, const std::vector<T>& items) {
    std::string out;
    out.reserve(64 + items.size() * 256);
    out += "{\"offset\":" + std::to_string(offset) + ",\"size\":" + std::to_string(size) +
           ",\"total\":" + std::to_string(total) + ",\"items\":[";
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (i) out += ',';
        append_json(out, items[i]);
    }
    out += "]}";
    return out;
}
std::string status_json(const correlation_id& id, order_state s, order_id order, std::string_view reason);

// The order an earlier 201 spoke of, from its stored body (`order:pending`).
base::result<order> read_order(std::string_view json);

// POST /api/orders.
struct order_line {
    product_id product;
    std::int32_t quantity = 0;
};
struct validation_error {
    std::string member;  // items[0].quantity
    std::string text;    // Quantity must be greater than 0.
};
struct order_request {
    std::vector<order_line> lines;
    std::vector<validation_error> errors;  // not empty: answer 400 with them
};
// A fault `invalid`: not JSON at all (its message may be shown: position and what was wrong, never the
// input).
base::result<order_request> read_order_request(std::string_view body);

// Notification (contracts §5), the hub's single argument.
struct notification {
    correlation_id id;
    user_id user;
    order_state state = order_state::completed;
    order_id order = 0;
    std::string reason;                       // of a failure
    std::int64_t sequence = 0, previous = 0;  // previous 0 is written as null
    timeline steps;
};
std::string to_json(const notification& n);

}  // namespace contracts
