// Stateful reconnect (specification §6): what a hub connection rides on when it may outlive its WebSocket. Counts messages both
// ways, keeps ours until they are acknowledged, and sends them again by the next socket.
#pragma once
#include <atomic>
#include <memory>

#include "hub_core.hpp"
#include "replay_buffer.hpp"
#include "request_clock.hpp"
#include "socket_line.hpp"
#include "transport.hpp"

namespace signalr {

// Lives on the loop of its first socket; for that loop's thread, but for what is marked.
class resumable_transport final : public transport,
                                  public token_carrier,
                                  public timed,
                                  public std::enable_shared_from_this<resumable_transport> {
public:
    resumable_transport(std::shared_ptr<hub_core> core, principal who, net::loop& home)
        : core_{std::move(core)}, who_{std::move(who)}, home_{home}, buffer_{core_->options.stateful_buffer_size} {}

    // The hub's side for the first socket, and for each that goes on (any thread: that of the request).
    user_factory first_socket(user_factory make_user);
    user_factory next_socket(const principal& who);
    // Any thread: a client that shook hands for it may go on with another socket.
    bool may_go_on() const noexcept { return counting_.load(std::memory_order_acquire); }
    bool belongs_to(const principal& who) const noexcept { return who.user == who_.user; }

    net::loop& home() noexcept override { return home_; }  // any thread
    std::string_view name() const noexcept override { return "WebSockets"; }
    void send(std::string_view message, bool binary) override;
    void send(const shared_message& message) override;
    void send_counted(std::string_view message, bool binary) override;
    std::size_t backlog() const noexcept override;
    bool congested() const noexcept override;
    bool wants_pings() const noexcept override { return line_ != nullptr; }
    bool has_room() const noexcept override { return !congested() && !holding(); }
    void pause() override;
    void resume() override;
    void close(std::uint16_t websocket_code) override;
    void outlive_sockets(const hub_protocol& protocol) override;
    verdict judge(const incoming& message) override;

    // What the sockets tell.
    void line_opened(std::shared_ptr<socket_line> line, const principal& who);
    void line_received(const socket_line& line, std::string_view bytes);
    void line_drained(const socket_line& line);
    void line_peer_closed(const socket_line& line);
    void line_gone(const socket_line& line);

    steady_time on_time(steady_time now) override;
    void over() override;  // the hub is dropped

private:
    bool counting() const noexcept { return counting_.load(std::memory_order_relaxed); }
    bool holding() const noexcept;
    bool overfull() const noexcept;
    void pump();
    void note_holding();
    void acknowledge();
    void watch();
    void finish();

    const std::shared_ptr<hub_core> core_;
    const principal who_;
    net::loop& home_;
    std::shared_ptr<transport_user> user_;
    // From the first socket to finish(): between sockets nobody else holds it.
    std::shared_ptr<resumable_transport> self_;
    std::shared_ptr<socket_line> line_;  // null: between sockets
    const hub_protocol* protocol_ = nullptr;
    std::shared_ptr<request_clock> clock_;
    replay_buffer buffer_;
    static constexpr auto never = steady_time::max();
    steady_time ack_due_ = never, give_up_at_ = never, window_ends_ = never;
    std::atomic<bool> counting_{false};
    bool paused_ = false;
    bool closing_ = false;
};

}  // namespace signalr
