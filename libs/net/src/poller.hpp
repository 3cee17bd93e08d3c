// The loop's own epoll for the sockets of its connections, itself waited for through Asio's. A wait by Asio costs an
// epoll_ctl, two locks and a handler per readable event; this costs them once per turn, however many sockets are ready,
// and a connection needs no object in Asio at all.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace net {

class pollable {
public:
    virtual void on_ready(std::uint32_t events) = 0;  // EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP; level triggered

protected:
    ~pollable() = default;
};

// Loop thread only. Closing a descriptor takes it out.
class poller {
public:
    // `after_events` runs after the events of each turn.
    poller(boost::asio::io_context& context, std::function<void()> after_events);

    void start();
    void add(int fd, pollable& who, std::uint32_t events) noexcept;
    void change(int fd, pollable& who, std::uint32_t events) noexcept;
    // Keeps what may still be named by an event of the present turn until that is over.
    void bury(std::shared_ptr<void> dead);
    bool in_turn() const noexcept { return in_turn_; }

private:
    void arm();
    bool turn();

    boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type> epoll_;
    std::function<void()> after_events_;
    std::vector<std::shared_ptr<void>> graveyard_;
    bool in_turn_ = false;
};

}  // namespace net
