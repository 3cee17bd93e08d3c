// The queues as the file has them, for an operator's look from another process.
#pragma once
#include <vector>

#include "messaging/inspector.hpp"
#include "sqlite/statement.hpp"

namespace messaging {

// Sorted by name; a file without the broker's tables has none. What is in a consumer's hand counts as ready: only its
// process knows.
base::result<std::vector<queue_state>> stored_queues(sqlite::connection& c);

}  // namespace messaging
