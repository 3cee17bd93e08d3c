#include "server_protocol.hpp"

namespace net::http {
namespace {

constexpr std::size_t copied_body = 16 * 1024;  // so small a body travels with its head in one string

}  // namespace

void server_protocol::dispatch(request&& r) {
    auto& stats = *config_->stats;
    stats.requests.fetch_add(1, std::memory_order_relaxed);
    stats.in_flight.fetch_add(1, std::memory_order_relaxed);
    in_flight_ = true;
    ++exchange_;
    enter(state::busy);
    try {
        if (auto now = config_->answers->answer_now(r)) return answer(std::move(*now));
    } catch (...) {
        return bare_500();
    }
    start(run_handler(wire_->shared_from_this(), exchange_, std::move(r)), on_.context().get_executor());
}

// The connection is held until the handler is done: `via` stays good, and so does this protocol, which it owns. `r` is taken
// before the first suspension, while dispatch() is still there.
startable server_protocol::run_handler(std::shared_ptr<connection> held, unsigned exchange, request&& r) {
    std::optional<response> answer;
    try {
        answer.emplace(co_await config_->answers->handle(std::move(r)));
    } catch (...) {  // told below: nothing to co_await may stand here, and handler_done() throws nothing
    }
    handler_done(answer ? &*answer : nullptr, exchange);
    held.reset();
}

void server_protocol::handler_done(response* r, unsigned exchange) {
    if (!wire_ || exchange != exchange_ || now_in_ != state::busy) return;  // the connection ended, or time was up
    turn_ = on_.now();
    if (r)
        answer(std::move(*r));
    else
        bare_500();
    if (absorbing_) return;
    if (takes_input()) {
        if (input_waits_) {
            input_waits_ = false;
            wire_->resume_reading();
        } else if (peer_done_) {
            end_connection();
        }
    }
    set_deadline();
}

void server_protocol::answer(response&& r) {
    if (r.later) return answer_later(std::move(r));
    form_.keep_alive = form_.keep_alive && !r.close && !config_->stats->draining.load(std::memory_order_relaxed);
    if (r.upgrade) return answer_upgrade(std::move(r));
    if (r.stream && !form_.to_head) return answer_stream(std::move(r));
    auto sent = std::move(r.sent);
    send_known(std::move(r));
    if (sent) wire_->when_sent(std::move(sent));
    exchange_over();
}

void server_protocol::send_known(response&& r) {
    thread_local std::string head;
    head.clear();
    const bool bodiless = r.status < 200 || r.status == 204 || r.status == 304;
    const std::string_view body = r.shared_body ? std::string_view{*r.shared_body} : std::string_view{r.body};
    const std::uint64_t length = form_.to_head && r.head_length ? *r.head_length : body.size();
    const bool unknown = form_.to_head && r.stream;
    append_head(head, r, form_, bodiless || unknown ? body_form::none : body_form::known, length);
    if (bodiless || form_.to_head) return wire_->send(std::string_view{head});
    if (body.size() <= copied_body) {
        head.append(body);
        return wire_->send(std::string_view{head});
    }
    wire_->send(std::string_view{head});
    if (r.shared_body)
        wire_->send(std::move(r.shared_body));
    else
        wire_->send(std::move(r.body));
}

void server_protocol::answer_upgrade(response&& r) {
    std::string head;
    append_head(head, r, form_, body_form::none, 0);
    wire_->send(std::string_view{head});
    if (r.sent) wire_->when_sent(std::move(r.sent));
    leave_flight();
    now_in_ = state::over;
    wire_->set_deadline(never);
    auto* wire = std::exchange(wire_, nullptr);
    input_waits_ = false;
    wire->resume_reading();
    wire->switch_to(std::move(r.upgrade));
}

void server_protocol::exchange_over() {
    leave_flight();
    if (form_.keep_alive) return enter(state::idle);
    end_connection();
}

void server_protocol::leave_flight() {
    if (!std::exchange(in_flight_, false)) return;
    config_->stats->in_flight.fetch_sub(1, std::memory_order_relaxed);
}

void server_protocol::refuse(refusal why, request r) {
    incoming_.reset();
    r.via = wire_;
    r.peer = wire_->peer_address();
    r.secure = wire_->secure();
    form_.keep_alive = false;
    response answer_to_it;
    try {
        answer_to_it = config_->answers->refuse(why.status, why.why, r);
    } catch (...) {
        answer_to_it = response{};
    }
    answer_to_it.status = why.status;
    answer_to_it.upgrade = nullptr;
    answer_to_it.stream = nullptr;
    answer_to_it.later = nullptr;
    answer(std::move(answer_to_it));
}

void server_protocol::bare_500() {
    form_.keep_alive = false;
    answer(make_response(500, {}, {}));
}

void server_protocol::end_connection() {
    now_in_ = state::over;
    wire_->close();
}

}  // namespace net::http
