#include "resumable_transport.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "hub_protocol.hpp"

namespace signalr {
namespace {

constexpr std::chrono::seconds ack_after{1};     // messages of a second are acknowledged together
constexpr std::chrono::seconds ack_patience{5};  // a full buffer waits so long for room

}  // namespace

user_factory resumable_transport::first_socket(user_factory make_user) {
    return [self = shared_from_this(), make_user = std::move(make_user)](transport& via) {
        self->user_ = make_user(*self);
        return socket_line::attach(via, self, self->who_);
    };
}

user_factory resumable_transport::next_socket(const principal& who) {
    return [self = shared_from_this(), who](transport& via) { return socket_line::attach(via, self, who); };
}

// --- sockets

void resumable_transport::line_opened(std::shared_ptr<socket_line> line, const principal& who) {
    if (!user_ || closing_) return line->close(1000);
    const auto older = std::exchange(line_, std::move(line));
    if (!counting()) {  // the first
        self_ = shared_from_this();
        return user_->opened();
    }
    if (older) older->close(1000);  // thought alive; what it still tells does not count
    window_ends_ = never;
    if (buffer_.owes_ack()) ack_due_ = home_.now() + ack_after;
    if (paused_) line_->pause();
    user_->admits(who);
    std::string sequence;
    protocol_->write_sequence(sequence, buffer_.begin_again());
    line_->send(sequence, protocol_->binary());
    pump();
    core_->resumed.fetch_add(1, std::memory_order_relaxed);
    const auto held = user_;
    held->resumed();
    held->drained();
    watch();
}

void resumable_transport::line_received(const socket_line& line, std::string_view bytes) {
    if (const auto held = user_; held && &line == line_.get()) held->received(bytes);
}

void resumable_transport::line_drained(const socket_line& line) {
    if (const auto held = user_; held && &line == line_.get()) held->drained();
}

// In order: that ends the connection.
void resumable_transport::line_peer_closed(const socket_line& line) {
    if (&line != line_.get() || !user_) return;
    closing_ = true;
    const auto held = user_;
    held->peer_closed();
}

void resumable_transport::line_gone(const socket_line& line) {
    if (&line != line_.get()) return;
    line_.reset();
    if (closing_ || !counting() || core_->draining) return finish();
    window_ends_ = home_.now() + core_->options.disconnect_timeout;
    note_holding();
    watch();
}

// --- to the client

void resumable_transport::send(std::string_view message, bool binary) {
    if (line_) line_->send(message, binary);
}

void resumable_transport::send(const shared_message& message) {
    if (!counting()) return send(message.message(), protocol_ && protocol_->binary());
    buffer_.keep(message.frame, message.header);
    pump();
}

void resumable_transport::send_counted(std::string_view message, bool binary) {
    if (!counting()) return send(message, binary);
    buffer_.keep(message);
    pump();
}

void resumable_transport::pump() {
    for (std::string_view text; line_ && !(text = buffer_.next()).empty();) line_->send(text, protocol_->binary());
    note_holding();
}

bool resumable_transport::holding() const noexcept { return line_ ? buffer_.holding() : buffer_.full(); }

void resumable_transport::note_holding() {
    if (!holding())
        give_up_at_ = never;
    else if (give_up_at_ == never)
        give_up_at_ = home_.now() + ack_patience, watch();
}

bool resumable_transport::overfull() const noexcept {
    return buffer_.full() && buffer_.waiting_bytes() > core_->options.broadcast_backlog;
}

std::size_t resumable_transport::backlog() const noexcept {
    return line_ ? line_->backlog() + buffer_.waiting_bytes() : buffer_.bytes();
}

bool resumable_transport::congested() const noexcept { return overfull() || (line_ && line_->congested()); }

void resumable_transport::pause() {
    paused_ = true;
    if (line_) line_->pause();
}

void resumable_transport::resume() {
    paused_ = false;
    if (line_) line_->resume();
}

// --- from the client

void resumable_transport::outlive_sockets(const hub_protocol& protocol) {
    protocol_ = &protocol;
    clock_ = request_clock::of(home_);
    counting_.store(true, std::memory_order_release);
}

transport::verdict resumable_transport::judge(const incoming& message) {
    if (!counting()) return verdict::process;
    switch (message.kind) {
        case message_kind::ack:
            buffer_.acknowledged(message.sequence_id);
            pump();
            if (const auto held = user_; held && !holding()) held->drained();
            return verdict::drop;
        case message_kind::sequence:
            return buffer_.continue_at(message.sequence_id) ? verdict::drop : verdict::broken;
        case message_kind::invocation:
        case message_kind::stream_item:
        case message_kind::completion:
        case message_kind::stream_invocation:
        case message_kind::cancel_invocation:
            if (!buffer_.is_new()) return verdict::drop;
            if (ack_due_ == never) ack_due_ = home_.now() + ack_after, watch();
            return verdict::process;
        default:
            return verdict::process;
    }
}

void resumable_transport::acknowledge() {
    ack_due_ = never;
    const auto latest = line_ ? buffer_.take_ack() : 0;
    if (latest == 0) return;
    std::string ack;
    protocol_->write_ack(ack, latest);
    line_->send(ack, protocol_->binary());
}

// --- time, and the end

void resumable_transport::watch() {
    const auto next = std::min({ack_due_, give_up_at_, window_ends_});
    if (clock_) clock_->ring().schedule(*this, next);
}

steady_time resumable_transport::on_time(steady_time now) {
    const auto self = shared_from_this();
    if (now >= ack_due_) acknowledge();
    if (now >= give_up_at_ || now >= window_ends_) {
        if (line_) line_->close(1000);
        home_.post([self] {});  // the ring looks at it once more
        finish();
        return never;
    }
    return std::min({ack_due_, give_up_at_, window_ends_});
}

void resumable_transport::close(std::uint16_t websocket_code) {
    if (std::exchange(closing_, true)) return;
    if (line_) return line_->close(websocket_code);
    home_.post([self = shared_from_this()] { self->finish(); });  // the hub's side is in the middle of something
}

void resumable_transport::over() {
    closing_ = true;
    if (line_)
        line_->close(1001);
    else
        finish();
}

void resumable_transport::finish() {
    const auto held = std::exchange(self_, nullptr);
    closing_ = true;
    pulse::forget(*this);
    clock_.reset();
    if (const auto user = std::exchange(user_, nullptr)) user->gone();
}

}  // namespace signalr
