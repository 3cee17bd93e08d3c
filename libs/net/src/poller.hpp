// The loop's own epoll for the sockets of its connections, itself waited for through Asio's. A wait by Asio costs an
// epoll_ctl, two locks and a handler per readable event; this costs them once per turn, however many sockets are ready,
// and a connection needs no object in Asio at all.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

struct epoll_event;

namespace net {

// What came before anything was made of it.
struct early_input {
    static constexpr std::ptrdiff_t not_read = -1'000'000;
    const char* data = nullptr;
    std::ptrdiff_t size = not_read;  // negative: minus errno
};

// Ready sockets take three steps, each for some of them before the next: reading, thinking, sending. Each finds its code, and the
// kernel's, in the caches then; all three for one socket after the other cost a tenth more. `events` are EPOLLIN, EPOLLOUT,
// EPOLLERR, EPOLLHUP, level triggered.
class pollable {
public:
    // May read at most `room` bytes to `into`, and do nothing else.
    virtual early_input read_ahead(std::uint32_t events, char* into, std::size_t room) = 0;
    virtual void on_ready(std::uint32_t events, early_input input) = 0;
    virtual void after_ready() = 0;

protected:
    ~pollable() = default;
};

// Loop thread only.
class poller {
public:
    // `after_events` runs after the events of each turn.
    poller(boost::asio::io_context& context, std::function<void()> after_events);

    void start();
    void add(int fd, pollable& who, std::uint32_t events) noexcept;
    void change(int fd, pollable& who, std::uint32_t events) noexcept;
    // Before the descriptor is closed: a process forked a moment ago may hold the same socket open until it execs, and then
    // closing does not take it out of the epoll.
    void remove(int fd) noexcept;
    // Keeps what may still be named by an event of the present turn until that is over.
    void bury(std::shared_ptr<void> dead);
    bool in_turn() const noexcept { return in_turn_; }

private:
    void arm();
    bool turn();
    void serve(std::span<const epoll_event> together);

    boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type> epoll_;
    std::function<void()> after_events_;
    std::unique_ptr<char[]> early_;  // room for what is read ahead
    std::vector<std::shared_ptr<void>> graveyard_;
    bool in_turn_ = false;
};

}  // namespace net
