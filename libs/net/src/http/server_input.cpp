#include "request_block.hpp"
#include "server_protocol.hpp"
#include "text.hpp"

namespace net::http {

std::size_t server_protocol::absorb(std::string_view bytes) {
    const auto offered = bytes.size();
    turn_ = on_.now();
    absorbing_ = true;
    while (!bytes.empty() && takes_input() && !wire_->congested()) {
        const auto n = now_in_ == state::body ? take_body(bytes) : take_head(bytes);
        bytes.remove_prefix(n);
        if (n == 0) break;
    }
    absorbing_ = false;
    // Upgraded: the rest belongs to who rides on. Ended: it belongs to nobody.
    if (now_in_ == state::over) return wire_ ? offered : offered - bytes.size();
    if (!bytes.empty() && !takes_input()) {
        input_waits_ = true;
        wire_->pause_reading();
    }
    if (peer_done_ && takes_input() && !wire_->congested()) end_connection();
    set_deadline();
    return offered - bytes.size();
}

std::size_t server_protocol::take_head(std::string_view bytes) {
    std::size_t skipped = 0;
    if (bytes.starts_with('\r') && !skipped_line_) {  // one empty line before a request is forgiven (RFC 9112 §2.2)
        if (bytes.size() == 1) return 0;
        if (bytes[1] == '\n') {
            skipped_line_ = true;
            return 2;
        }
    }
    if (now_in_ == state::idle) enter(state::head);
    if (!is_token(bytes.front())) return refuse({400, "malformed request line"}), bytes.size();
    const auto& limits = config_->limits;
    line_ends ends;
    const auto size = find_head(bytes, {limits.target, limits.header, limits.header_count}, ends);
    if (!size) return refuse(size.error()), bytes.size();
    if (*size == 0) return 0;

    skipped_line_ = false;
    request r;
    r.via = wire_;
    r.peer = wire_->peer_address();
    r.secure = wire_->secure();
    const auto plan = parse_request_head(bytes.substr(0, *size), ends, limits, r);
    form_ = {r.minor_version, r.verb == method::head, r.keep_alive};
    if (!plan) return refuse(plan.error(), std::move(r)), bytes.size();
    const auto rest = bytes.substr(*size);
    skipped = *size;
    if (take_small_body(r, *plan, rest)) {
        skipped += static_cast<std::size_t>(plan->length);
        dispatch(std::move(r));
    } else {
        begin_body(std::move(r), *plan, !rest.empty());
    }
    return skipped;
}

// The usual case: the body is there, or there is none.
bool server_protocol::take_small_body(request& r, const body_plan& plan, std::string_view rest) {
    if (plan.how == body_plan::framing::none) return true;
    if (plan.how != body_plan::framing::length || rest.size() < plan.length) return false;
    request_body(r).assign(rest.substr(0, static_cast<std::size_t>(plan.length)));
    r.body = request_body(r);
    return true;
}

void server_protocol::begin_body(request r, const body_plan& plan, bool more_is_here) {
    enter(state::body);
    if (plan.expects_continue && !more_is_here) wire_->send(std::string_view{"HTTP/1.1 100 Continue\r\n\r\n"});
    const auto& limits = config_->limits;
    incoming_ = std::make_unique<incoming>(
        incoming{std::move(r), plan, chunked_reader{limits.body, limits.chunk_extension}, 0});
}

std::size_t server_protocol::take_body(std::string_view bytes) {
    auto& in = *incoming_;
    auto& body = request_body(in.head);
    std::size_t used = 0;
    if (in.plan.how == body_plan::framing::chunked) {
        used = in.chunks.take(bytes, body);
        if (const auto fault = in.chunks.fault()) {
            const bool large = fault == 413;
            auto r = std::move(in.head);
            return refuse({fault, large ? "body too large" : "malformed chunked body"}, std::move(r)), bytes.size();
        }
        if (in.chunks.done()) body_complete();
    } else {
        used = std::min(bytes.size(), static_cast<std::size_t>(in.plan.length) - body.size());
        body.append(bytes.substr(0, used));
        if (body.size() == in.plan.length) body_complete();
    }
    if (incoming_) incoming_->received += used;
    return used;
}

void server_protocol::body_complete() {
    auto r = std::move(incoming_->head);
    incoming_.reset();
    r.body = request_body(r);
    dispatch(std::move(r));
}

}  // namespace net::http
