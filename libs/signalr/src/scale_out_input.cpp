// What the other servers of a hub say, and this one to itself.
#include "hub_connection.hpp"
#include "scale_out.hpp"

namespace signalr {
namespace {

bool strip(std::string_view& from, std::string_view start) {
    if (!from.starts_with(start)) return false;
    from.remove_prefix(start.size());
    return true;
}

}  // namespace

void scale_out::arrived(std::string_view channel, std::string_view payload) {
    if (channel == all_) return take_invocation("all", {}, payload);
    if (channel == commands_) return take_group_command(payload);
    if (channel == acks_) return take_ack(payload);
    if (channel == answers_) return take_answer(payload);
    if (channel == aborts_) return take_abort(payload);
    std::string_view name = channel;
    if (!strip(name, hub_)) return;
    for (const std::string_view kind : {":user:", ":group:", ":connection:"})
        if (strip(name, kind)) return take_invocation(kind, name, payload);
}

void scale_out::take_invocation(std::string_view kind, std::string_view name, std::string_view payload) {
    backplane_payload::invocation v;
    if (!backplane_payload::read(payload, v)) {
        malformed_.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    if (kind == "all") return deliver_all(v);
    local_index::handles to;
    if (kind == ":user:")
        local_->index.collect_user(name, to);
    else if (kind == ":group:")
        local_->index.collect_group(name, v.excluded, to);
    else if (auto one = local_->index.find(name))
        to.push_back(std::move(one));
    if (to.empty()) return;
    if (!v.invocation_id.empty()) take_question(name, v);
    deliver(std::move(to), v);
}

void scale_out::deliver_all(const backplane_payload::invocation& v) {
    const unsigned wanted = local_->index.protocols();
    if (wanted == 0) return;
    const auto message = std::make_shared<outgoing>(v.messages, wanted);
    if (message->forms() != wanted) foreign_.fetch_add(1, std::memory_order_relaxed);
    message->leave_out(v.excluded);
    local_->to_all(message);
}

// Who speaks a protocol that the other server does not offer goes without (the official server ends the connection).
void scale_out::deliver(local_index::handles to, const backplane_payload::invocation& v) {
    const unsigned wanted = local_delivery::protocols_of(to);
    const auto message = std::make_shared<outgoing>(v.messages, wanted);
    if (message->forms() != wanted) {
        foreign_.fetch_add(1, std::memory_order_relaxed);
        log_.debug("a message of another server is not there in a client's protocol");
    }
    local_delivery::to(std::move(to), message);
}

// Another server's question: the answer goes back to it.
void scale_out::take_question(std::string_view connection, const backplane_payload::invocation& v) {
    const auto asked = local_->index.find(connection);
    if (!asked) return;
    const hub_protocol& p = asked->protocol();
    auto give = [weak = weak_from_this(), id = std::string{v.invocation_id}, channel = std::string{v.return_channel},
                 &p](client_questions::outcome what) {
        if (const auto self = weak.lock()) self->give_back(channel, id, p, std::move(what));
    };
    const auto now = std::chrono::steady_clock::now();
    if (questions_->put(std::string{v.invocation_id}, std::string{connection}, give, now, now + passed_on_limit_)) {
        // It may have gone in between, unheard.
        if (!local_->index.has(connection)) questions_->connection_gone(connection);
        return;
    }
    give({completion_kind::error, encoding::json, "Too many questions to clients are open.", false, false});
}

void scale_out::take_group_command(std::string_view payload) {
    backplane_payload::group_command v;
    if (!backplane_payload::read(payload, v)) {
        malformed_.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    const bool adds = v.what == backplane_payload::group_command::action::add;
    const auto change = adds ? local_->index.join(v.connection, v.group) : local_->index.leave(v.connection, v.group);
    if (change == local_index::change::not_here) return;
    const auto reply = [weak = weak_from_this(), server = std::string{v.server}, id = v.id] {
        if (const auto self = weak.lock()) self->acknowledge(server, id);
    };
    if (change == local_index::change::none) return reply();
    if (adds) return via_->subscribe(name_of("group", v.group), reply);
    left(std::string{v.group});
    reply();
}

void scale_out::take_ack(std::string_view payload) {
    std::int32_t id = 0;
    if (!backplane_payload::read_ack(payload, id)) {
        malformed_.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    const std::scoped_lock lock{guard_};
    if (const auto waiting = unacknowledged_.find(id); waiting != unacknowledged_.end()) waiting->second->put(true);
}

void scale_out::take_answer(std::string_view payload) {
    backplane_payload::completion v;
    incoming message;
    const hub_protocol* p = nullptr;
    if (backplane_payload::read(payload, v))
        p = find_protocol(v.protocol, {.json = true, .messagepack = true, .json_names = {}});
    const auto size = p ? p->frame_size(v.message, 0) : 0;
    if (!size || *size == 0 || *size != v.message.size() || !p->parse(v.message, message) ||
        message.kind != message_kind::completion) {
        malformed_.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    const bool failed = message.outcome == completion_kind::error;
    questions_->settle(message.invocation_id, {message.outcome, p->encoding(),
                                               std::string{failed ? message.error : message.result}, false, false});
}

void scale_out::take_abort(std::string_view payload) {
    backplane_payload::abort_command v;
    if (!backplane_payload::read(payload, v)) {
        malformed_.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    const bool user = v.what == backplane_payload::abort_command::target::user;
    local_delivery::abort(
        local_->collect({user ? recipients::kind::users : recipients::kind::connections, {&v.name, 1}, {}}));
}

}  // namespace signalr
