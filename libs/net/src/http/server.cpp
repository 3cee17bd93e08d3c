#include "net/http/server.hpp"

#include "server_protocol.hpp"

namespace net::http {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds body_grace{5};           // before the rate floor counts
constexpr std::chrono::milliseconds body_check{1'000};  // how often it is looked at
constexpr std::chrono::milliseconds idle_check{2'000};  // how soon an idle connection notices a drain

}  // namespace

void server_protocol::attached(connection& c) {
    wire_ = &c;
    turn_ = on_.now();
    enter(state::idle);
    set_deadline();
}

void server_protocol::set_deadline() {
    const auto& limits = config_->limits;
    switch (now_in_) {
        case state::idle:
            return wire_->set_deadline(std::min(since_ + limits.idle_timeout, turn_ + idle_check));
        case state::head:
            return wire_->set_deadline(since_ + limits.header_timeout);
        case state::body:
            return wire_->set_deadline(turn_ + body_check);
        case state::busy:
            return wire_->set_deadline(limits.handler_timeout.count() > 0 ? since_ + limits.handler_timeout : never);
        case state::waiting:
        case state::streaming:
            return wire_->set_deadline(never);
        case state::over:
            return;
    }
}

void server_protocol::on_deadline() {
    if (!wire_) return;
    turn_ = on_.now();
    const auto& limits = config_->limits;
    switch (now_in_) {
        case state::idle:
            if (turn_ >= since_ + limits.idle_timeout || config_->stats->draining.load(std::memory_order_relaxed))
                return end_connection();
            break;
        case state::head:
            if (turn_ >= since_ + limits.header_timeout) return refuse({408, "the head took too long"});
            break;
        case state::body:
            check_body_rate();
            break;
        case state::busy:
            if (limits.handler_timeout.count() > 0 && turn_ >= since_ + limits.handler_timeout)
                return refuse({503, "the handler took too long"});
            break;
        case state::waiting:
        case state::streaming:
        case state::over:
            return;
    }
    if (wire_) set_deadline();
}

void server_protocol::check_body_rate() {
    const auto past_grace = turn_ - since_ - body_grace;
    if (past_grace <= steady_clock::duration::zero()) return;
    const auto ms = static_cast<std::size_t>(std::chrono::duration_cast<std::chrono::milliseconds>(past_grace).count());
    if (incoming_->received >= config_->limits.body_rate_floor * ms / 1000) return;
    auto r = std::move(incoming_->head);
    refuse({408, "the body comes too slowly"}, std::move(r));
}

void server_protocol::on_drained() {
    if (stream_) stream_->drained();
}

void server_protocol::on_end(end_reason) {
    wire_ = nullptr;
    now_in_ = state::over;
    incoming_.reset();
    leave_flight();
    if (auto link = std::move(stream_)) link->peer_gone();
    if (auto link = std::move(late_)) link->peer_gone();
}

bool server_protocol::peer_eof() {
    // A peer that has asked may end its side and wait; one that listens to a stream, or waits for long, has gone away.
    if (now_in_ != state::busy) return true;
    peer_done_ = true;
    return false;
}

std::unique_ptr<protocol> make_server_protocol(std::shared_ptr<handler> h, const server_limits& limits,
                                               std::shared_ptr<server_stats> stats, loop& on) {
    // Connections of one server come one after the other: what they share is made once per thread, not per connection.
    thread_local std::weak_ptr<const server_config> last;
    auto config = last.lock();
    if (!config || config->answers != h || config->stats != stats || config->limits != limits) {
        if (!stats) stats = std::make_shared<server_stats>();
        config = std::make_shared<server_config>(server_config{std::move(h), limits, std::move(stats)});
        last = config;
    }
    return std::make_unique<server_protocol>(std::move(config), on);
}

}  // namespace net::http
