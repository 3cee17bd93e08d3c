// Server-Sent Events: one answer that never ends for what the server says, POSTs for what the client says.
#pragma once
#include "http_transport.hpp"

namespace signalr {

// One event that holds `payload`, cut into lines where it has line feeds (specification §2.3).
void append_event(std::string& out, std::string_view payload);

class sse_transport final : public http_transport {
public:
    using http_transport::http_transport;

    // The answer to the GET that opens it. `via`: the connection of that request.
    net::http::response open(net::connection& via, user_factory make_user, std::string early);

    std::string_view name() const noexcept override { return "ServerSentEvents"; }
    bool carries_binary() const noexcept override { return false; }
    void send(std::string_view message, bool binary) override;
    void send(const shared_message& message) override { send(message.message(), false); }
    std::size_t backlog() const noexcept override;
    bool congested() const noexcept override { return wire_ && wire_->congested(); }
    bool wants_pings() const noexcept override { return true; }
    void close(std::uint16_t websocket_code) override;

private:
    void start(std::unique_ptr<net::http::body_writer> writer, net::connection& via, const user_factory& make_user,
               std::string_view early);
    void flush();
    void finish();
    void let_go() override;

    std::unique_ptr<net::http::body_writer> writer_;
    net::connection* wire_ = nullptr;
    std::string batch_;  // messages of this turn: they leave as one event
    bool closing_ = false;
};

}  // namespace signalr
