#include "shared.hpp"

#include "codec.hpp"
#include "messaging/lifecycle.hpp"
#include "table.hpp"

namespace messaging::embedded {

shared::shared(sqlite::database& d, embedded_options o, const base::clock& t, base::id_source& i, base::log_scope l,
               base::metrics* m)
    : db{d}, options{std::move(o)}, time{t}, ids{i}, log{std::move(l)}, failpoints{options.failpoints}, metrics_{m} {}

queue& shared::find(std::string_view name) {
    const std::lock_guard held{guard_};
    for (auto& q : queues_)
        if (q->name == name) return *q;
    std::int64_t highest = 0;
    for (const auto& q : queues_) highest = std::max(highest, q->id);
    return add_locked(std::string{name}, highest + 1);
}

std::vector<queue*> shared::all() {
    const std::lock_guard held{guard_};
    std::vector<queue*> out;
    for (auto& q : queues_) out.push_back(q.get());
    return out;
}

queue& shared::add(std::string name, std::int64_t id) {
    const std::lock_guard held{guard_};
    return add_locked(std::move(name), id);
}

queue& shared::add_locked(std::string name, std::int64_t id) {
    auto& made = queues_.emplace_back(
        std::make_shared<queue>(std::move(name), id, tail_limits{options.tail_messages, options.tail_bytes}));
    if (metrics_) {
        const auto label = "queue=\"" + made->name + "\"";
        metrics_->watch("contoso_queue_ready", "Messages that wait", label,
                        [q = made] { return static_cast<double>(q->now().ready); });
        metrics_->watch("contoso_queue_in_hand", "Messages delivered and without an outcome yet", label,
                        [q = made] { return static_cast<double>(q->now().in_hand); });
    }
    return *made;
}

delivery shared::prepare(message m) const {
    delivery d;
    d.content = std::move(m);
    if (d.content.message_id.empty()) d.content.message_id = ids.make_v7(time).str();
    d.enqueued_at = time.now();
    return d;
}

// Encoded by whoever publishes: the writer's thread is the one that all wait for.
parcel::parcel(queue& to, std::vector<delivery> messages) : to_{&to}, messages_{std::move(messages)} {
    properties_.reserve(messages_.size());
    for (const auto& d : messages_) properties_.push_back(encode_properties(d.content));
}

base::result<> parcel::write(sqlite::connection& c) {
    for (std::size_t i = 0; i < messages_.size(); ++i)
        if (auto done = insert(c, *to_, messages_[i], properties_[i]); !done) return done;
    first_ = messages_.front().tag;
    return {};
}

}  // namespace messaging::embedded
