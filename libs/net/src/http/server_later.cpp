// Answers that take their time: streams, and those that are given later.
#include "server_protocol.hpp"

namespace net::http {

// --- streams --------------------------------------------------------------------------------------------------------

void server_protocol::answer_stream(response&& r) {
    // HTTP/1.0 knows no chunks: there the end of the connection is the end of the body.
    const bool chunked = form_.minor_version >= 1;
    form_.keep_alive = form_.keep_alive && chunked;
    std::string head;
    append_head(head, r, form_, chunked ? body_form::chunked : body_form::until_close, 0);
    wire_->send(std::string_view{head});
    enter(state::streaming);
    stream_ = std::make_shared<stream_link>(static_cast<stream_owner&>(*this), chunked, wire_->shared_from_this(),
                                            std::move(r.sent));
    auto start = std::move(r.stream);
    start(make_body_writer(stream_));
}

void server_protocol::stream_bytes(std::string_view piece) {
    if (wire_) wire_->send(piece);
}

void server_protocol::stream_finished() {
    if (!wire_ || now_in_ != state::streaming) return;
    auto link = std::move(stream_);
    if (auto sent = link->take_sent()) wire_->when_sent(std::move(sent));
    turn_ = on_.now();
    exchange_over();
    if (absorbing_ || now_in_ == state::over) return;
    if (std::exchange(input_waits_, false)) wire_->resume_reading();
    set_deadline();
}

void server_protocol::stream_dropped() {
    if (!wire_ || now_in_ != state::streaming) return;
    now_in_ = state::over;  // the peer must not take half a body for a whole one
    wire_->abort();
}

// --- late answers ---------------------------------------------------------------------------------------------------

void server_protocol::answer_later(response&& r) {
    enter(state::waiting);
    late_ =
        std::make_shared<late_link>(static_cast<late_owner&>(*this), wire_->shared_from_this(), std::move(r.headers));
    r.later(std::make_unique<late_handle>(late_));
    if (peer_done_ && now_in_ == state::waiting) end_connection();
}

void server_protocol::late_given(response&& r) {
    late_.reset();
    if (!wire_ || now_in_ != state::waiting) return;
    enter(state::busy);
    handler_done(&r, exchange_);
}

void server_protocol::late_dropped() {
    late_.reset();
    if (!wire_ || now_in_ != state::waiting) return;
    enter(state::busy);
    handler_done(nullptr, exchange_);
}

}  // namespace net::http
