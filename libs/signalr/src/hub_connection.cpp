#include "hub_connection.hpp"

#include "call.hpp"
#include "handshake.hpp"

namespace signalr {
namespace {

constexpr std::string_view closed_with_error = "Connection closed with an error.";

}  // namespace

hub_connection::hub_connection(std::shared_ptr<hub_core> core, principal who, connection_id id,
                               std::optional<connection_id> token, transport& via)
    : core_{std::move(core)},
      room_{core_->lifetime.room_of(via.home())},
      transport_{&via},
      protocol_{&json_protocol()},
      who_{std::move(who)},
      log_{core_->log.with("ConnectionId", id.text())},
      opened_at_{via.home().now()},
      last_ping_{opened_at_},
      last_heard_{opened_at_},
      id_{id},
      token_{token} {}

hub_connection::~hub_connection() = default;

void hub_connection::opened() {
    room_->enter(*this);
    room_->timer().schedule(*this, next_check(opened_at_));
    if (core_->draining) end(std::nullopt, 1001);
}

// --- what the server sends

void hub_connection::send(std::string_view message) { transport_->send(message, protocol_->binary()); }

void hub_connection::deliver(const outgoing& message) {
    if (!in_index_) return;
    const shared_message& form = message.in(*protocol_);
    if (!form.frame) return;
    if (transport_->backlog() + form.frame->size() > core_->options.broadcast_backlog) return close_as_slow();
    transport_->send(form);
    room_->count_message();
}

void hub_connection::complete_with_error(std::string_view invocation_id, std::string_view error) {
    if (invocation_id.empty()) return;
    std::string message;
    protocol_->write_error(message, invocation_id, error);
    send(message);
}

// --- handshake

void hub_connection::shake_hands(std::string_view request) {
    const auto protocol = read_handshake(request, core_->options.enable_detailed_errors, core_->options.protocols);
    if (!protocol) return refuse_handshake(protocol.error());
    protocol_ = *protocol;
    last_heard_ = last_ping_ = room_->home().now();
    send(handshake_success);
    state_ = state::connecting;
    if (core_->options.require_user && !who_.user) return end(last_words{});
    in_index_ = true;
    core_->lifetime.add(shared_from_this());
    connect();
}

void hub_connection::refuse_handshake(std::string_view error) {
    log_.debug("handshake refused", {{"Error", error}});
    transport_->send(handshake_error(error), false);
    end(std::nullopt);
}

void hub_connection::connect() {
    if (!core_->connected) {
        hooked_ = true;
        state_ = state::open;
        return;
    }
    hooking_ = true;
    std::make_shared<call>(shared_from_this())->run_hook(core_->connected, [this](std::exception_ptr trouble) {
        hook_done(trouble);
    });
}

void hub_connection::hook_done(std::exception_ptr trouble) {
    hooking_ = false;
    hooked_ = !trouble;
    if (state_ == state::ended) return run_disconnect_hook();
    if (trouble) {
        log_.warn("connect hook failed", {{"Error", describe(trouble, true)}});
        const std::string error =
            std::string{closed_with_error} + describe(trouble, core_->options.enable_detailed_errors);
        return end(last_words{.error = error});
    }
    state_ = state::open;
    last_heard_ = room_->home().now();
    room_->timer().schedule(*this, next_check(last_heard_));
    go_on();
}

void hub_connection::run_disconnect_hook() {
    if (!std::exchange(hooked_, false) || !core_->disconnected) return;
    std::make_shared<call>(shared_from_this())->run_hook(core_->disconnected, [this](std::exception_ptr trouble) {
        if (trouble) log_.warn("disconnect hook failed", {{"Error", describe(trouble, true)}});
    });
}

// --- calls

void hub_connection::take(std::string_view framed) {
    last_heard_ = room_->home().now();
    heard_ = true;
    if (protocol_->is_ping(framed)) return take_ping();
    incoming message;
    if (const auto good = protocol_->parse(framed, message); !good) return broken(good.error().detail);
    switch (message.kind) {
        case message_kind::ping:
            return take_ping();
        case message_kind::close:
            return end(last_words{});
        case message_kind::invocation:
        case message_kind::stream_invocation:
            return invoke(message);
        // Answers to what nobody asked, items of streams that nobody opened, kinds of a later version.
        default:
            log_.debug("hub message ignored");
    }
}

void hub_connection::take_ping() {
    if (std::exchange(pinged_, true)) return;
    room_->timer().schedule(*this, next_check(last_heard_));  // the client timeout begins to count
}

std::string hub_connection::why_not(const incoming& message, std::string_view name) const {
    const std::string quoted = "'" + std::string{name} + "'";
    if (message.kind == message_kind::stream_invocation)
        return "The client attempted to invoke the non-streaming " + quoted + " method with a streaming invocation.";
    if (message.stream_count > 0)
        return "An unexpected error occurred invoking " + quoted + " on the server. HubException: Client sent " +
               std::to_string(message.stream_count) + " stream(s), Hub method expects 0.";
    return {};
}

void hub_connection::invoke(const incoming& message) {
    const std::string_view id = message.invocation_id;
    const hub_method* const found = core_->methods.find(message.target);
    const std::string prefix = "Failed to invoke '" +
                               std::string{found ? std::string_view{found->name} : message.target} +
                               "' due to an error on the server.";
    if (!found) return complete_with_error(id, prefix + " HubException: Method does not exist.");

    const bool detailed = core_->options.enable_detailed_errors;
    if (message.argument_count != found->arity) {
        const std::string counts = " InvalidDataException: Invocation provides " +
                                   std::to_string(message.argument_count) + " argument(s) but target expects " +
                                   std::to_string(found->arity) + ".";
        return complete_with_error(id, detailed ? prefix + counts : prefix);
    }
    auto arguments = arguments_as_tree(protocol_->encoding(), message);
    if (!arguments)
        return complete_with_error(id, !detailed
                                           ? prefix
                                           : prefix +
                                                 " InvalidDataException: Error binding arguments. Make sure that the "
                                                 "types of the provided values match the types of the hub method "
                                                 "being invoked.");
    if (const auto refusal = why_not(message, found->name); !refusal.empty()) return complete_with_error(id, refusal);

    calls_.push_back(std::make_shared<call>(shared_from_this(), *found, id, std::move(*arguments)));
    const auto running = calls_.back();
    running->run_method();
}

void hub_connection::finished(call& c, std::string answer) {
    std::erase_if(calls_, [&](const auto& other) { return other.get() == &c; });
    if (state_ == state::ended) return;
    if (!answer.empty()) send(answer);
    go_on();
}

void hub_connection::unserializable(call& c) {
    log_.error("a hub method's result is not JSON", {});
    std::erase_if(calls_, [&](const auto& other) { return other.get() == &c; });
    broken("InvalidDataException: The result is not JSON.");
}

// --- the end

void hub_connection::broken(std::string_view detail) {
    log_.info("hub connection closed with an error", {{"Error", detail}});
    std::string error{closed_with_error};
    if (core_->options.enable_detailed_errors) error.append(" ").append(detail);
    end(last_words{.error = error, .allow_reconnect = true});
}

void hub_connection::close_as_slow() {
    log_.warn("hub connection closed: it does not take what is sent to it");
    if (state_ != state::ended) room_->count_slow();
    end(last_words{.allow_reconnect = true});
}

void hub_connection::go_away() {
    if (state_ == state::handshaking) return end(std::nullopt, 1001);
    end(last_words{.allow_reconnect = true}, 1001);
}

void hub_connection::abort_by_hub() { end(last_words{}); }

void hub_connection::peer_closed() { leave(); }

void hub_connection::end(std::optional<last_words> words, std::uint16_t websocket_code) {
    if (state_ == state::ended) return;
    leave();
    if (words) {
        std::string message;
        protocol_->write_close(message, words->error, words->allow_reconnect);
        send(message);
    }
    transport_->close(websocket_code);
}

// Nobody can reach it any more, and nothing of it is heard.
void hub_connection::leave() {
    if (state_ == state::ended) return;
    state_ = state::ended;
    room_->leave(*this);
    if (std::exchange(in_index_, false)) core_->lifetime.remove(*this);
    if (token_) core_->tokens.remove(*token_);
    for (const auto& running : calls_) running->cancel();
    if (!consuming_) input_ = {};
    if (!hooking_) run_disconnect_hook();
}

void hub_connection::gone() {
    leave();
    transport_ = nullptr;
    core_->attached.fetch_sub(1, std::memory_order_relaxed);
}

}  // namespace signalr
