#include "messaging/embedded/stored_queues.hpp"

#include "table.hpp"

namespace messaging {

base::result<std::vector<queue_state>> stored_queues(sqlite::connection& c) {
    auto there = c.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'BrokerQueue'");
    const auto row = there.step();
    if (!row) return std::unexpected(row.error());
    if (!*row) return std::vector<queue_state>{};
    const auto all = embedded::list_queues(c);
    if (!all) return std::unexpected(all.error());
    std::vector<queue_state> out;
    for (const auto& q : *all) {
        const auto oldest = embedded::oldest(c, q.id);
        if (!oldest) return std::unexpected(oldest.error());
        out.push_back({.name = q.name, .ready = q.stored, .oldest = *oldest});
    }
    std::ranges::sort(out, {}, &queue_state::name);
    return out;
}

}  // namespace messaging
