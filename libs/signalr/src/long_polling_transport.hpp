// Long polling: a GET that waits until the server has something to say, POSTs for what the client says, a DELETE at the end.
#pragma once
#include <optional>

#include "http_transport.hpp"
#include "request_clock.hpp"

namespace signalr {

class long_polling_transport final : public http_transport, public timed {
public:
    using http_transport::http_transport;

    // The first poll: answered at once. On the loop that becomes the connection's.
    net::http::response open(const user_factory& make_user, std::string_view early);
    // A further poll, DELETE. Any thread: that of the request.
    net::http::response poll(net::connection& via, const principal& who);
    net::http::response terminate(net::connection& via, const principal& who);

    std::string_view name() const noexcept override { return "LongPolling"; }
    void send(std::string_view message, bool binary) override;
    void send(const shared_message& message) override { send(message.message(), false); }
    std::size_t backlog() const noexcept override { return pending_.size() + leaving_; }
    bool congested() const noexcept override { return congested_; }
    bool wants_pings() const noexcept override { return false; }
    void close(std::uint16_t websocket_code) override;

    steady_time on_time(steady_time now) override;

private:
    struct waiting_poll {
        remote_answer answer;
        std::uint64_t ticket;
    };
    void take_poll(waiting_poll poll, const principal& who);
    void take_delete(remote_answer answer, const principal& who);
    void poll_gone(std::uint64_t ticket);
    void answer_poll();
    void answer_with(waiting_poll poll, net::http::response r);
    net::http::response everything_pending();
    void sent(std::uint64_t round);
    void flush();
    void watch();
    void let_go() override;

    std::shared_ptr<request_clock> clock_;
    std::optional<waiting_poll> poll_;
    std::string pending_;
    std::size_t leaving_ = 0;  // bytes of the answer that is on its way
    std::uint64_t round_ = 0;  // answers with bytes so far
    steady_time since_{};      // when the poll came, the answer began to leave, or the silence between polls began
    bool flushing_ = false;
    bool congested_ = false;
    bool closing_ = false;  // the hub's side has said all
};

}  // namespace signalr
