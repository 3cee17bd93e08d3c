#include "net/http/server.hpp"

#include <stdexcept>

#include "chunked.hpp"
#include "head_parser.hpp"
#include "late_answer.hpp"
#include "request_block.hpp"
#include "response_writer.hpp"
#include "start_coroutine.hpp"
#include "stream_writer.hpp"
#include "text.hpp"

namespace net::http {
namespace {

using std::chrono::steady_clock;
using time_point = steady_clock::time_point;

constexpr auto never = time_point::max();
constexpr std::chrono::seconds body_grace{5};           // before the rate floor counts
constexpr std::chrono::milliseconds body_check{1'000};  // how often it is looked at
constexpr std::chrono::milliseconds idle_check{2'000};  // how soon an idle connection notices a drain
constexpr std::size_t copied_body = 16 * 1024;          // so small a body travels with its head in one string

// What all connections of one server have in common.
struct server_config {
    std::shared_ptr<handler> answers;
    server_limits limits;
    std::shared_ptr<server_stats> stats;
};

// A request whose body has not all come.
struct incoming {
    request head;
    body_plan plan;
    chunked_reader chunks;
    std::size_t received = 0;  // bytes on the wire since the head
};

// One connection's server side. States: between requests (idle), part of a head, part of a body, a handler at work (busy),
// an answer that is to come (waiting), a streamed answer, over. Answers keep the order of requests because only one exchange is under way at a time.
class server_protocol final : public protocol, private stream_owner, private late_owner {
public:
    server_protocol(std::shared_ptr<const server_config> config, loop& on) : config_{std::move(config)}, on_{on} {}
    ~server_protocol() override {
        if (stream_) stream_->lose_owner();
        if (late_) late_->lose_owner();
        leave_flight();
    }

    void attached(connection& c) override;
    std::size_t absorb(std::string_view bytes) override;
    void on_deadline() override;
    void on_drained() override;
    void on_end(end_reason why) override;
    bool peer_eof() override;

private:
    enum class state : unsigned char { idle, head, body, busy, waiting, streaming, over };

    bool takes_input() const noexcept {
        return now_in_ == state::idle || now_in_ == state::head || now_in_ == state::body;
    }
    std::size_t take_head(std::string_view bytes);
    std::size_t take_body(std::string_view bytes);
    bool take_small_body(request& r, const body_plan& plan, std::string_view rest);
    void begin_body(request r, const body_plan& plan, bool more_is_here);
    void body_complete();
    void enter(state s) noexcept {
        now_in_ = s;
        since_ = turn_;
    }

    void dispatch(request&& r);
    startable run_handler(std::shared_ptr<connection> held, unsigned exchange, request r);
    void handler_done(std::exception_ptr failed, response answer, unsigned exchange);
    void answer(response&& r);
    void answer_upgrade(response&& r);
    void answer_stream(response&& r);
    void answer_later(response&& r);
    void send_known(response&& r);
    void exchange_over();
    void refuse(refusal why, request r);
    void refuse(refusal why) { refuse(why, request{}); }
    void bare_500();
    void end_connection();
    void leave_flight();
    void set_deadline();
    void check_body_rate();

    // stream_owner
    void stream_bytes(std::string_view piece) override;
    void stream_finished() override;
    void stream_dropped() override;
    std::size_t stream_backlog() const noexcept override { return wire_ ? wire_->backlog() : 0; }

    // late_owner
    void late_given(response&& r) override;
    void late_dropped() override;

    const std::shared_ptr<const server_config> config_;
    loop& on_;
    connection* wire_ = nullptr;  // null once it has ended
    std::unique_ptr<incoming> incoming_;
    std::shared_ptr<stream_link> stream_;
    std::shared_ptr<late_link> late_;
    time_point turn_{};      // now, as of this turn
    time_point since_{};     // when the present state began
    unsigned exchange_ = 0;  // counts requests, so that a late answer is known as one
    state now_in_ = state::idle;
    answer_form form_;
    bool in_flight_ = false;
    bool absorbing_ = false;
    bool input_waits_ = false;  // bytes of the next request were left unread, reading is paused
    bool peer_done_ = false;    // its FIN came; what it asked before is still answered
    bool skipped_line_ = false;
};

void server_protocol::attached(connection& c) {
    wire_ = &c;
    turn_ = on_.now();
    enter(state::idle);
    set_deadline();
}

// --- input -----------------------------------------------------------------------------------------------------------

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
    const auto size = find_head(bytes, {limits.target, limits.header, limits.header_count});
    if (!size) return refuse(size.error()), bytes.size();
    if (*size == 0) return 0;

    skipped_line_ = false;
    request r;
    r.via = wire_;
    r.peer = wire_->peer_address();
    r.secure = wire_->secure();
    const auto plan = parse_request_head(bytes.substr(0, *size), limits, r);
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

// --- answering -------------------------------------------------------------------------------------------------------

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

// The connection is held until the handler is done: `via` stays good, and so does this protocol, which it owns.
startable server_protocol::run_handler(std::shared_ptr<connection> held, unsigned exchange, request r) {
    std::exception_ptr failed;
    response answer;
    try {
        answer = co_await config_->answers->handle(std::move(r));
    } catch (...) {
        failed = std::current_exception();
    }
    handler_done(failed, std::move(answer), exchange);
    held.reset();
}

void server_protocol::handler_done(std::exception_ptr failed, response r, unsigned exchange) {
    if (!wire_ || exchange != exchange_ || now_in_ != state::busy) return;  // the connection ended, or time was up
    turn_ = on_.now();
    if (failed)
        bare_500();
    else
        answer(std::move(r));
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

void server_protocol::answer_later(response&& r) {
    enter(state::waiting);
    late_ =
        std::make_shared<late_link>(static_cast<late_owner&>(*this), wire_->shared_from_this(), std::move(r.headers));
    r.later(std::make_unique<late_handle>(late_));
    if (peer_done_ && now_in_ == state::waiting) end_connection();
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

// --- streams ---------------------------------------------------------------------------------------------------------

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

// --- late answers ----------------------------------------------------------------------------------------------------

void server_protocol::late_given(response&& r) {
    late_.reset();
    if (!wire_ || now_in_ != state::waiting) return;
    enter(state::busy);
    handler_done(nullptr, std::move(r), exchange_);
}

void server_protocol::late_dropped() {
    late_.reset();
    if (!wire_ || now_in_ != state::waiting) return;
    enter(state::busy);
    handler_done(std::make_exception_ptr(std::logic_error{"a late answer was dropped"}), {}, exchange_);
}

// --- deadlines and ends ----------------------------------------------------------------------------------------------

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

}  // namespace

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
