#include "connection_table.hpp"

namespace signalr {

connection_table::map::iterator connection_table::look_up(std::string_view token) {
    const auto key = connection_id::parse(token);
    return key ? entries_.find(*key) : entries_.end();
}

void connection_table::expire(steady_time now) {
    while (!births_.empty() && now - births_.front().at > limits_.lifetime) {
        const auto found = entries_.find(births_.front().token);
        if (found != entries_.end() && found->second.bound == transport_kind::none) {
            take_early(found->second);
            entries_.erase(found);
            --waiting_;
        }
        births_.pop_front();
    }
}

std::string connection_table::take_early(entry& e) {
    if (!e.early) return {};
    const auto taken = std::move(e.early);
    early_ -= taken->size();
    return std::move(*taken);
}

bool connection_table::add(const connection_id& token, const connection_id& id, steady_time now, bool stateful) {
    const std::scoped_lock lock{guard_};
    expire(now);
    if (waiting_ >= limits_.waiting) return false;
    entry& e = entries_.try_emplace(token).first->second;
    e.id = id;
    e.stateful = stateful;
    births_.push_back({now, token});
    ++waiting_;
    return true;
}

std::optional<connection_table::known> connection_table::find(std::string_view token, steady_time now) {
    const std::scoped_lock lock{guard_};
    expire(now);
    const auto found = look_up(token);
    if (found == entries_.end()) return std::nullopt;
    return known{found->second.id, found->second.bound, found->second.via};
}

std::expected<connection_table::attached, connection_table::refusal> connection_table::attach(std::string_view token,
                                                                                              transport_kind kind,
                                                                                              steady_time now,
                                                                                              const maker& make) {
    const std::scoped_lock lock{guard_};
    expire(now);
    const auto found = look_up(token);
    if (found == entries_.end()) return std::unexpected(refusal::unknown);
    entry& e = found->second;
    if (e.bound != transport_kind::none)
        return std::unexpected(e.bound == kind ? refusal::in_use : refusal::other_transport);
    e.bound = kind;
    --waiting_;
    if (make) e.via = make(e.stateful);
    return attached{e.id, take_early(e)};
}

connection_table::keeping connection_table::keep_early(std::string_view token, std::string_view bytes) {
    const std::scoped_lock lock{guard_};
    const auto found = look_up(token);
    if (found == entries_.end() || found->second.bound != transport_kind::none) return keeping::bound;
    auto& early = found->second.early;
    const std::size_t there = early ? early->size() : 0;
    if (limits_.early > 0 && there + bytes.size() > limits_.early) return keeping::full;
    if (early_ + bytes.size() > limits_.early_of_all) return keeping::full;
    if (!early) early = std::make_unique<std::string>();
    early->append(bytes);
    early_ += bytes.size();
    return keeping::kept;
}

void connection_table::remove(const connection_id& token) {
    map::node_type last;  // what it holds is let go of without the lock
    const std::scoped_lock lock{guard_};
    last = entries_.extract(token);
}

std::vector<std::shared_ptr<token_carrier>> connection_table::remove_all() {
    const std::scoped_lock lock{guard_};
    std::vector<std::shared_ptr<token_carrier>> carried;
    for (auto& [token, e] : entries_)
        if (e.via) carried.push_back(std::move(e.via));
    entries_.clear();
    births_.clear();
    waiting_ = early_ = 0;
    return carried;
}

std::size_t connection_table::waiting() const {
    const std::scoped_lock lock{guard_};
    return waiting_;
}

}  // namespace signalr
