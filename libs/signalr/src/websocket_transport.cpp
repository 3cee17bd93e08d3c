#include "websocket_transport.hpp"

namespace signalr {
namespace {

using net::websocket::opcode;
using net::websocket::session;

// What a connection needs only until it is open.
struct birth {
    user_factory make_user;
    std::function<void()> never_opened;
};

class websocket_transport final : public net::websocket::session_handler, public transport {
public:
    explicit websocket_transport(birth how) : birth_{std::make_unique<birth>(std::move(how))} {}
    ~websocket_transport() override {
        if (birth_) birth_->never_opened();
    }

    void on_open(session& s) override {
        session_ = &s;
        user_ = birth_->make_user(*this);
        birth_.reset();
        user_->opened();
    }
    void on_data(std::string_view payload, opcode, bool) override { user_->received(payload); }
    void on_drained() override { user_->drained(); }
    void on_peer_close(std::uint16_t, std::string_view) override { user_->peer_closed(); }
    void on_gone(bool) override {
        if (user_) user_->gone();
    }

    net::loop& home() noexcept override { return session_->wire().home(); }
    std::string_view name() const noexcept override { return "WebSockets"; }
    void send(std::string_view message, bool binary) override {
        if (binary)
            session_->send_binary(message);
        else
            session_->send_text(message);
    }
    void send(const shared_message& message) override { session_->send_framed(message.frame); }
    std::size_t backlog() const noexcept override { return session_->wire().backlog(); }
    bool congested() const noexcept override { return session_->wire().congested(); }
    bool wants_pings() const noexcept override { return true; }
    void pause() override { session_->pause(); }
    void resume() override { session_->resume(); }
    void close(std::uint16_t code) override { session_->close(code); }

private:
    std::unique_ptr<birth> birth_;
    session* session_ = nullptr;
    std::shared_ptr<transport_user> user_;
};

}  // namespace

net::http::response accept_websocket(const net::http::request& r, const net::websocket::session_limits& limits,
                                     user_factory make_user, std::function<void()> never_opened) {
    auto rider = std::make_unique<websocket_transport>(birth{std::move(make_user), std::move(never_opened)});
    return net::websocket::accept(r, std::move(rider), limits);
}

}  // namespace signalr
