#include "connection_table.hpp"

namespace signalr {

void connection_table::expire(steady_time now) {
    while (!births_.empty() && now - births_.front().at > lifetime_) {
        const auto found = entries_.find(births_.front().token);
        if (found != entries_.end() && !found->second.attached) {
            entries_.erase(found);
            --waiting_;
        }
        births_.pop_front();
    }
}

bool connection_table::add(const connection_id& token, const connection_id& id, steady_time now) {
    const std::scoped_lock lock{guard_};
    expire(now);
    if (waiting_ >= limit_) return false;
    entries_.emplace(token, entry{id});
    births_.push_back({now, token});
    ++waiting_;
    return true;
}

std::expected<connection_id, connection_table::refusal> connection_table::attach(std::string_view token,
                                                                                 steady_time now) {
    const auto key = connection_id::parse(token);
    const std::scoped_lock lock{guard_};
    expire(now);
    const auto found = key ? entries_.find(*key) : entries_.end();
    if (found == entries_.end()) return std::unexpected(refusal::unknown);
    if (found->second.attached) return std::unexpected(refusal::in_use);
    found->second.attached = true;
    --waiting_;
    return found->second.id;
}

bool connection_table::knows(std::string_view token, steady_time now) {
    const auto key = connection_id::parse(token);
    const std::scoped_lock lock{guard_};
    expire(now);
    return key && entries_.contains(*key);
}

void connection_table::remove(const connection_id& token) {
    const std::scoped_lock lock{guard_};
    entries_.erase(token);
}

std::size_t connection_table::waiting() const {
    const std::scoped_lock lock{guard_};
    return waiting_;
}

}  // namespace signalr
