// One connection's server side; see net/http/server.hpp. What comes in is server_input.cpp, what goes out is
// server_answer.cpp and, when it takes its time, server_later.cpp; deadlines and ends are server.cpp.
#pragma once
#include <optional>

#include "chunked.hpp"
#include "head_parser.hpp"
#include "late_answer.hpp"
#include "net/http/server.hpp"
#include "response_writer.hpp"
#include "start_coroutine.hpp"
#include "stream_writer.hpp"

namespace net::http {

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

// States: between requests (idle), part of a head, part of a body, a handler at work (busy), an answer that is to come
// (waiting), a streamed answer, over. Answers keep the order of requests because only one exchange is under way at a time.
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
    using time_point = std::chrono::steady_clock::time_point;
    static constexpr auto never = time_point::max();
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
    startable run_handler(std::shared_ptr<connection> held, unsigned exchange, request&& r);
    void handler_done(response* answer, unsigned exchange);  // null: it failed
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

}  // namespace net::http
