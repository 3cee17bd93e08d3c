// Identity of a keyed order and fingerprint of its lines (contracts §1, vectors in
// tests/fixtures/identity.json).
#pragma once
#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "contracts/events.hpp"
#include "contracts/ids.hpp"
#include "contracts/orders.hpp"

namespace contracts {

correlation_id keyed_correlation_id(const user_id& user, std::string_view idempotency_key);
bool valid_idempotency_key(std::string_view key) noexcept;  // 1..255 visible ASCII
// Unix milliseconds of a key that is a lower-case UUIDv7; it is the client's own word.
std::optional<std::int64_t> key_time_ms(std::string_view idempotency_key);

using fingerprint = std::array<std::uint8_t, 32>;
fingerprint fingerprint_of(std::span<const order_line> lines);
fingerprint fingerprint_of(std::span<const event_item> items);  // the same function of the same lines
std::string to_hex(const fingerprint& f);
std::optional<fingerprint> read_fingerprint(std::string_view hex);

}  // namespace contracts
