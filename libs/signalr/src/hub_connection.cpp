#include "hub_connection.hpp"

#include <boost/asio/post.hpp>

#include "handshake.hpp"

namespace signalr {
namespace {

constexpr std::string_view closed_with_error = "Connection closed with an error.";

}  // namespace

hub_connection::hub_connection(std::shared_ptr<hub_core> core, principal who, connection_id id,
                               std::optional<connection_id> token, transport& via)
    : core_{std::move(core)},
      room_{core_->lifetime.room_of(via.home()).get()},
      transport_{&via},
      protocol_{&json_protocol()},
      who_{std::move(who)},
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

void hub_connection::deliver(const outgoing& message) {
    if (!in_index_) return;
    const shared_message& form = message.in(*protocol_);
    if (!form.frame) return;
    if (transport_->backlog() + form.frame->size() > core_->options.broadcast_backlog) return close_as_slow();
    transport_->send(form);
    room_->count_message();
}

void hub_connection::answer(std::string_view message) {
    if (state_ != state::ended) send_counted(message);
}

void hub_connection::complete_with_error(std::string_view invocation_id, std::string_view error) {
    if (invocation_id.empty() || state_ == state::ended) return;
    std::string message;
    protocol_->write_error(message, invocation_id, error);
    send_counted(message);
}

void hub_connection::unwritable() {
    broken("InvalidDataException: The result can't be written in the connection's protocol.");
}

bool hub_connection::has_room() const noexcept { return state_ == state::open && transport_->has_room(); }

void hub_connection::drained() {
    go_on();
    if (!work_) return;
    for (const auto& s : std::vector{work_->streams}) s->pump();
}

// --- handshake

void hub_connection::shake_hands(std::string_view request) {
    std::int32_t version = 0;
    const auto protocol =
        read_handshake(request, core_->options.enable_detailed_errors, core_->options.protocols, &version);
    if (!protocol) return refuse_handshake(protocol.error());
    if ((*protocol)->binary() && !transport_->carries_binary())
        return refuse_handshake(
            "Cannot use the '" + std::string{(*protocol)->name()} +
            "' protocol on the current transport. The transport does not support 'Binary' transfer format.");
    protocol_ = *protocol;
    last_heard_ = last_ping_ = room_->home().now();
    send(handshake_success);
    if (version >= 2) transport_->outlive_sockets(*protocol_);
    state_ = state::connecting;
    if (core_->options.require_user && !who_.user) return end(last_words{});
    in_index_ = true;
    core_->lifetime.add(shared_from_this(), [self = shared_from_this()] {
        if (self->state_ == state::connecting) self->connect();
        if (self->state_ == state::open) self->go_on();
    });
}

void hub_connection::refuse_handshake(std::string_view error) {
    log().debug("handshake refused", {{"Error", error}});
    transport_->send(handshake_error(error), false);
    end(std::nullopt);
}

void hub_connection::connect() {
    if (!core_->connected && core_->filters.empty()) {
        hooked_ = true;
        state_ = state::open;
        return;
    }
    hooking_ = true;
    running_call::make(shared_from_this(), nullptr, {})
        ->run_hook(core_->connected, true, [this](std::exception_ptr trouble) { hook_done(trouble); });
}

void hub_connection::hook_done(std::exception_ptr trouble) {
    hooking_ = false;
    hooked_ = !trouble;
    if (state_ == state::ended) return run_disconnect_hook();
    if (trouble) {
        log().warn("connect hook failed", {{"Error", describe(trouble, true)}});
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
    if (!std::exchange(hooked_, false) || (!core_->disconnected && core_->filters.empty())) return;
    running_call::make(shared_from_this(), nullptr, {})
        ->run_hook(core_->disconnected, false, [this](std::exception_ptr trouble) {
            if (trouble) log().warn("disconnect hook failed", {{"Error", describe(trouble, true)}});
        });
}

// --- the end

void hub_connection::broken(std::string_view detail) {
    log().info("hub connection closed with an error", {{"Error", detail}});
    part(std::string{detail});
    std::string error{closed_with_error};
    if (core_->options.enable_detailed_errors) error.append(" ").append(detail);
    end(last_words{.error = error, .allow_reconnect = true});
}

void hub_connection::close_as_slow() {
    log().warn("hub connection closed: it does not take what is sent to it");
    if (state_ != state::ended) room_->count_slow();
    end(last_words{.allow_reconnect = true});
}

// Methods that run are waited for, but nothing more is read.
void hub_connection::go_away() {
    if (state_ == state::handshaking) return end(std::nullopt, 1001);
    if (state_ == state::ended || leaving()) return;
    const auto grace = core_->options.shutdown_grace;
    if (!work_ || work_->calls.empty() || grace.count() <= 0) return end(last_words{.allow_reconnect = true}, 1001);
    const auto now = room_->home().now();
    work_->leave_by = now + grace;
    room_->timer().schedule(*this, next_check(now));
}

void hub_connection::abort_by_hub() { end(last_words{}); }

void hub_connection::peer_closed() { leave(); }

void hub_connection::terminated() {
    if (state_ == state::handshaking) return end(std::nullopt);
    end(last_words{.allow_reconnect = true});
}

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
    if (work_) {
        if (!consuming_) work_->input = {};
        cancel_work();
    }
    if (!hooking_) run_disconnect_hook();
}

// In a later turn: this may have been called from within it.
void hub_connection::cancel_work() {
    if (work_->calls.empty() && work_->streams.empty()) return;
    boost::asio::post(room_->home().context(), [self = shared_from_this()] {
        std::vector<std::shared_ptr<running_call>> calls;
        for (auto& c : self->work_->calls) calls.push_back(c.shared_from_this());
        for (const auto& c : calls) c->cancel();
        for (const auto& s : std::vector{self->work_->streams}) s->cancel();
    });
}

void hub_connection::part(std::string error) {
    if (state_ != state::ended && hooked_) busy().parting_error = std::move(error);
}

connection_work& hub_connection::busy() {
    if (!work_) work_ = std::make_unique<connection_work>();
    return *work_;
}

void hub_connection::gone() {
    leave();
    transport_ = nullptr;
    core_->attached.fetch_sub(1, std::memory_order_relaxed);
}

}  // namespace signalr
