#include "websocket_session.hpp"

#include <stdexcept>

#include "base/id_source.hpp"

namespace net::websocket {
namespace {

// A peer that floods us with pings is answered this often per turn; of the rest only the last gets its pong
// (RFC 6455 §5.5.3 allows that).
constexpr int pongs_per_turn = 16;

class session_protocol final : public protocol, public session {
public:
    session_protocol(role r, std::unique_ptr<session_handler> rider, const session_limits& limits)
        : decoder_{r, limits.frame}, rider_{std::move(rider)}, close_timeout_{limits.close_timeout}, role_{r} {}

    void attached(connection& c) override {
        wire_ = &c;
        rider_->on_open(*this);
    }
    std::size_t absorb(std::string_view bytes) override;
    void on_deadline() override;
    void on_drained() override {
        if (state_ == state::open) rider_->on_drained();
    }
    void on_end(end_reason why) override;

    connection& wire() noexcept override { return *wire_; }
    void send_text(std::string_view payload) override { send(opcode::text, payload); }
    void send_binary(std::string_view payload) override { send(opcode::binary, payload); }
    void send_framed(shared_bytes frame) override;
    void ping(std::string_view payload) override { send(opcode::ping, payload.substr(0, 125)); }
    void close(std::uint16_t code, std::string_view reason) override;
    void abort() override;
    void pause() override;
    void resume() override;

private:
    enum class state : unsigned char { open, closing, ended };  // closing: our Close is out, the peer's is not in

    void take(const frame& f);
    void take_ping(std::string_view payload);
    void take_close(std::string_view payload);
    void fail(violation why);
    void send(opcode op, std::string_view payload);
    void send_close(std::uint16_t code, std::string_view reason);
    void finish();
    mask_key fresh_mask();

    connection* wire_ = nullptr;
    decoder decoder_;
    std::unique_ptr<session_handler> rider_;
    std::unique_ptr<std::string> late_pong_;
    std::chrono::milliseconds close_timeout_;
    int pongs_ = 0;
    role role_;
    state state_ = state::open;
    bool paused_ = false;
    bool absorbing_ = false;  // the connection is told of a pause when its call returns, not from within
    bool clean_ = false;
};

std::size_t session_protocol::absorb(std::string_view bytes) {
    // The bytes lie in the loop's receive buffer or in the connection's leftover, both ours to change.
    char* const front = const_cast<char*>(bytes.data());
    std::size_t used = 0;
    pongs_ = 0;
    absorbing_ = true;
    while (state_ != state::ended && !paused_ && !wire_->congested() && used < bytes.size()) {
        const auto step = decoder_.next(front + used, bytes.size() - used);
        if (!step) {
            fail(step.error());
            break;
        }
        if (step->used == 0) break;
        used += step->used;
        take(step->value);
    }
    if (late_pong_) {
        send(opcode::pong, *late_pong_);
        late_pong_.reset();
    }
    absorbing_ = false;
    if (paused_ && state_ != state::ended) wire_->pause_reading();
    return state_ == state::ended ? bytes.size() : used;
}

void session_protocol::take(const frame& f) {
    switch (f.op) {
        case opcode::ping:
            return take_ping(f.payload);
        case opcode::pong:
            return;
        case opcode::close:
            return take_close(f.payload);
        default:
            if (state_ == state::open) rider_->on_data(f.payload, f.op, f.fin);
    }
}

void session_protocol::take_ping(std::string_view payload) {
    if (++pongs_ <= pongs_per_turn) return send(opcode::pong, payload);
    if (!late_pong_) late_pong_ = std::make_unique<std::string>();
    *late_pong_ = payload;
}

void session_protocol::take_close(std::string_view payload) {
    const auto info = read_close(payload);
    if (!info) return fail(info.error());
    if (state_ == state::open) {
        rider_->on_peer_close(info->code, info->reason);
        if (state_ == state::open) send_close(1000, {});
    }
    if (state_ == state::ended) return;  // the rider aborted
    clean_ = true;
    finish();
}

void session_protocol::fail(violation why) {
    if (state_ == state::open) send_close(static_cast<std::uint16_t>(why), {});
    finish();
}

// What was sent leaves, then the connection ends: nothing more is read from this peer.
void session_protocol::finish() {
    state_ = state::ended;
    wire_->set_deadline(std::chrono::steady_clock::time_point::max());
    wire_->close();
}

void session_protocol::on_deadline() {
    if (state_ == state::open) return rider_->on_deadline();
    if (state_ == state::closing) abort();  // the peer owes us its Close
}

void session_protocol::on_end(end_reason) {
    state_ = state::ended;
    rider_->on_gone(clean_);
}

void session_protocol::send(opcode op, std::string_view payload) {
    if (state_ != state::open) return;
    const auto mask = role_ == role::client ? std::optional{fresh_mask()} : std::nullopt;
    thread_local std::string framed;  // a loop's thread frames one at a time; the outbox copies
    framed.clear();
    append_frame(framed, op, payload, true, mask ? &*mask : nullptr);
    wire_->send(std::string_view{framed});
    if (framed.capacity() > 64 * 1024) framed = {};
}

void session_protocol::send_framed(shared_bytes frame) {
    if (role_ == role::client) throw std::logic_error("a client's frames must be masked");
    if (state_ == state::open) wire_->send(std::move(frame));
}

void session_protocol::send_close(std::uint16_t code, std::string_view reason) {
    const auto mask = role_ == role::client ? std::optional{fresh_mask()} : std::nullopt;
    std::string framed;
    append_close(framed, code, reason, mask ? &*mask : nullptr);
    wire_->send(std::string_view{framed});
    state_ = state::closing;
}

void session_protocol::close(std::uint16_t code, std::string_view reason) {
    if (state_ != state::open) return;
    send_close(code, reason);
    wire_->set_deadline(wire_->home().now() + close_timeout_);
    resume();  // the peer's Close may stand behind what a paused rider did not want
}

void session_protocol::abort() {
    if (state_ == state::ended) return;
    state_ = state::ended;
    wire_->abort();
}

void session_protocol::pause() {
    if (paused_ || state_ != state::open) return;
    paused_ = true;
    if (!absorbing_) wire_->pause_reading();
}

void session_protocol::resume() {
    if (!paused_) return;
    paused_ = false;
    if (!absorbing_) wire_->resume_reading();
}

mask_key session_protocol::fresh_mask() {
    mask_key mask;
    base::system_ids().fill(mask);
    return mask;
}

}  // namespace

std::unique_ptr<protocol> make_session(role r, std::unique_ptr<session_handler> rider, const session_limits& limits) {
    return std::make_unique<session_protocol>(r, std::move(rider), limits);
}

shared_bytes frame_shared(opcode op, std::string_view payload) {
    auto framed = std::make_shared<std::string>();
    framed->reserve(frame_header_size(payload.size()) + payload.size());
    append_frame(*framed, op, payload);
    return framed;
}

}  // namespace net::websocket
