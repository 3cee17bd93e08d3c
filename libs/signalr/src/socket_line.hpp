// One WebSocket of a connection that has several, one after the other: a later one may live on another loop than the connection.
#pragma once
#include <atomic>
#include <memory>

#include "signalr/hub.hpp"
#include "transport.hpp"

namespace signalr {

class resumable_transport;

// The near loop is the connection's, the far one the socket's. Where they are one, everything is done at once. For the near loop's
// thread; the socket's own events come on the far one's.
class socket_line final : public std::enable_shared_from_this<socket_line> {
public:
    // Both for a socket that opens: on the far loop.
    static std::shared_ptr<transport_user> attach(transport& via, std::shared_ptr<resumable_transport> owner,
                                                  principal who);
    socket_line(net::loop& near, transport& via, std::shared_ptr<resumable_transport> owner);
    ~socket_line();

    void send(std::string_view message, bool binary);
    std::size_t backlog() const noexcept;
    bool congested() const noexcept;
    void pause();
    void resume();
    void close(std::uint16_t websocket_code);

private:
    class end;
    bool together() const noexcept { return &near_ == &far_; }
    template <class F>
    void at_far(F f);
    template <class F>
    void at_near(F f);
    void note_backlog();

    net::loop& near_;
    net::loop& far_;
    transport* via_;  // far loop; null once it is gone
    const std::shared_ptr<resumable_transport> owner_;
    std::atomic<std::size_t> under_way_{0};  // bytes on their way between the loops
    std::atomic<std::size_t> far_backlog_{0};
    std::atomic<bool> far_congested_{false};
};

}  // namespace signalr
