// How the values of contracts §4 are written in Redis. Readers take what is unreadable for absent: it is only workflow state.
#pragma once
#include <string>
#include <string_view>

#include "redis/reply.hpp"
#include "workflow/store.hpp"

namespace workflow::encoding {

std::string to_text(const status& s);  // ACCEPTED, PROCESSING, COMPLETED|42, FAILED|reason; empty: none
status read_status(std::string_view text);

std::string to_text(const pending_order& p);  // the fingerprint in hex, a blank, the body
std::optional<pending_order> read_pending(std::string_view text);

contracts::timeline read_timeline(std::span<const redis::reply> hash);  // field and value by turns

std::int64_t number(std::string_view digits) noexcept;      // 0: none
std::int64_t sequence_of(std::string_view entry) noexcept;  // of a feed's `<sequence>-0`

// A feed's entry: the field list that the append script writes.
contracts::notification read_entry(const contracts::user_id& user, std::int64_t sequence, const redis::reply& fields);

}  // namespace workflow::encoding
