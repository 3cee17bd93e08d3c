// What a client of a hub asks for: calls, streams, and what it streams itself.
#include <algorithm>

#include "hub_connection.hpp"

namespace signalr {

void hub_connection::take(std::string_view framed) {
    last_heard_ = room_->home().now();
    heard_ = true;
    if (protocol_->is_ping(framed)) return take_ping();
    incoming message;
    if (const auto good = protocol_->parse(framed, message); !good) return broken(good.error().detail);
    switch (transport_->judge(message)) {
        case transport::verdict::process:
            break;
        case transport::verdict::drop:
            return;
        case transport::verdict::broken:
            return broken("InvalidOperationException: Sequence ID greater than amount of messages we've received.");
    }
    switch (message.kind) {
        case message_kind::ping:
            return take_ping();
        case message_kind::close:
            return take_close(message);
        case message_kind::invocation:
        case message_kind::stream_invocation:
            return invoke(message);
        case message_kind::stream_item:
            return take_item(message);
        case message_kind::completion:
            return take_completion(message);
        case message_kind::cancel_invocation:
            return cancel_stream(message.invocation_id);
        // Kinds of a later version, or of features that are not in use.
        default:
            return;
    }
}

void hub_connection::take_ping() {
    if (std::exchange(pinged_, true)) return;
    room_->timer().schedule(*this, next_check(last_heard_));  // the client timeout begins to count
}

void hub_connection::take_close(const incoming& message) {
    if (!message.error.empty()) part("HubException: " + std::string{message.error});
    end(last_words{});
}

// --- calls

void hub_connection::invoke(const incoming& message) {
    const hub_method* const method = core_->methods.find(message.target);
    if (refused(message, method)) return;
    if (message.kind == message_kind::stream_invocation) return open_stream(message, *method);
    run(message, *method);
}

// Everything that is wrong with a call before it is begun, in the order in which the official server finds it.
bool hub_connection::refused(const incoming& message, const hub_method* method) {
    const bool detailed = core_->options.enable_detailed_errors;
    const auto refuse = [&](const std::string& why) { return complete_with_error(message.invocation_id, why), true; };
    if (!method)
        return refuse("Failed to invoke '" + std::string{message.target} +
                      "' due to an error on the server. HubException: Method does not exist.");
    const auto& shape = method->body->shape;
    const bool streams = shape.gives == detail::method_shape::answer::stream;
    const bool as_stream = message.kind == message_kind::stream_invocation;
    // The spelling of its registration, but for this one parser of the official server.
    const std::string name{as_stream && protocol_->binary() ? message.target : std::string_view{method->name}};
    const auto unbound = [&](const std::string& detail) {
        return refuse("Failed to invoke '" + name + "' due to an error on the server." +
                      (detailed ? " " + detail : ""));
    };
    if (!message.binding_fault.empty()) return unbound(std::string{message.binding_fault});
    if (message.argument_count != shape.arity)
        return unbound("InvalidDataException: Invocation provides " + std::to_string(message.argument_count) +
                       " argument(s) but target expects " + std::to_string(shape.arity) + ".");
    if (!streams && !as_stream && message.stream_count == shape.uploads) return false;

    if (!fits(*this, *method, message)) return unbound(std::string{does_not_fit});
    if (as_stream && !streams)
        return refuse("The client attempted to invoke the non-streaming '" + name +
                      "' method with a streaming invocation.");
    if (streams && !as_stream)
        return refuse("The client attempted to invoke the streaming '" + name +
                      "' method with a non-streaming invocation.");
    if (message.stream_count == shape.uploads) return false;
    return refuse("An unexpected error occurred invoking '" + name + "' on the server. HubException: Client sent " +
                  std::to_string(message.stream_count) + " stream(s), Hub method expects " +
                  std::to_string(shape.uploads) + ".");
}

void hub_connection::run(const incoming& message, const hub_method& method) {
    const auto& shape = method.body->shape;
    if (shape.gives == detail::method_shape::answer::now) {
        if (!run_now(*this, method, message))
            complete_with_error(message.invocation_id, binding_failure(method, core_->options.enable_detailed_errors));
        return;
    }
    if (shape.uploads > 0 && busy().uploads.size() + shape.uploads > core_->options.maximum_streams)
        return complete_with_error(message.invocation_id, "An unexpected error occurred invoking '" + method.name +
                                                              "' on the server. HubException: Too many streams.");
    running_call::make(shared_from_this(), &method, message.invocation_id)->run_method(message, shape.uploads == 0);
}

void hub_connection::began(running_call& c, bool takes_slot) {
    busy().calls.push_back(c);
    if (takes_slot) ++slots_;
}

void hub_connection::ended(running_call& c) {
    if (c.is_linked()) c.unlink();
    if (leaving() && work_->calls.empty()) return end(last_words{.allow_reconnect = true}, 1001);
    go_on();  // its uploads may have held others up
}

void hub_connection::slot_is_free() {
    if (slots_full()) last_heard_ = room_->home().now();  // its clock stood
    --slots_;
    go_on();
}

// --- streams to the client

void hub_connection::open_stream(const incoming& message, const hub_method& method) {
    const auto& running = busy().streams;
    const std::string_view id = message.invocation_id;
    if (std::ranges::any_of(running, [&](const auto& s) { return s->invocation_id() == id; }))
        return complete_with_error(id, "Invocation ID '" + std::string{id} + "' is already in use.");
    if (running.size() + work_->uploads.size() + method.body->shape.uploads >= core_->options.maximum_streams)
        return complete_with_error(id, "An unexpected error occurred invoking '" + method.name +
                                           "' on the server. HubException: Too many streams.");
    std::make_shared<stream_call>(*this, method, id)->open(message);
}

void hub_connection::began(std::shared_ptr<stream_call> s) { busy().streams.push_back(std::move(s)); }

void hub_connection::ended(stream_call& s) {
    std::erase_if(work_->streams, [&](const auto& other) { return other.get() == &s; });
    go_on();
}

void hub_connection::cancel_stream(std::string_view invocation_id) {
    if (!work_) return;
    for (const auto& s : work_->streams) {
        if (s->invocation_id() != invocation_id) continue;
        const auto held = s;
        return held->cancel();
    }
}

// --- streams from the client

void hub_connection::open_upload(std::string_view stream_id, std::shared_ptr<detail::upload_port> port,
                                 const call& by) {
    port->open(core_->options.stream_buffer_capacity, [this] { go_on(); });
    // A newer call takes an id over, as with the official server.
    close_uploads([&](const auto& u) { return u.stream_id == stream_id; });
    busy().uploads.push_back({std::string{stream_id}, std::move(port), &by});
}

void hub_connection::close_uploads(const call& by) {
    close_uploads([&](const auto& u) { return u.by == &by; });
}

template <class Which>
void hub_connection::close_uploads(Which which) {
    std::erase_if(busy().uploads, [&](const auto& u) {
        if (!which(u)) return false;
        u.port->detach();
        return true;
    });
}

void hub_connection::take_item(const incoming& message) {
    const auto port = work_ ? work_->upload(message.invocation_id) : nullptr;
    if (!port) return;
    auto item = value_reader::of_value(protocol_->encoding(), message.item);
    port->take(item);
}

void hub_connection::take_completion(const incoming& message) {
    const auto port = work_ ? work_->upload(message.invocation_id) : nullptr;
    if (!port) return take_answer(message);
    port->end(message.outcome == completion_kind::error
                  ? std::make_exception_ptr(hub_exception{std::string{message.error}})
                  : nullptr);
    close_uploads([&](const auto& u) { return u.stream_id == message.invocation_id; });
}

void hub_connection::take_answer(const incoming& message) {
    if (core_->lifetime.answered(*this, message) == answer_fate::wrong_connection)
        broken("InvalidOperationException: The question was put to another connection.");
}

}  // namespace signalr
