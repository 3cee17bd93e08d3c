#include "poller.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <system_error>

namespace net {
namespace {

constexpr int events_per_turn = 128;
constexpr std::size_t events_together = 32;  // answered together; the first of them waits for the last
constexpr std::size_t early_room = 16 * 1024;
constexpr std::size_t early_stride =
    early_room + 1024;             // so that the first bytes don't share the same lines of a cache
constexpr int turns_in_a_row = 4;  // a busy loop asks again before it goes back to Asio, where what was posted waits

int make_epoll() {
    const int fd = ::epoll_create1(EPOLL_CLOEXEC);
    if (fd < 0) throw std::system_error{errno, std::generic_category(), "epoll_create1"};
    return fd;
}

void control(int epoll, int operation, int fd, pollable& who, std::uint32_t events) noexcept {
    epoll_event e{};
    e.events = events;
    e.data.ptr = &who;
    ::epoll_ctl(epoll, operation, fd, &e);
}

}  // namespace

poller::poller(boost::asio::io_context& context, std::function<void()> after_events)
    : epoll_{context, make_epoll()}, after_events_{std::move(after_events)} {}

void poller::start() { arm(); }

void poller::add(int fd, pollable& who, std::uint32_t events) noexcept {
    control(epoll_.native_handle(), EPOLL_CTL_ADD, fd, who, events);
}

void poller::change(int fd, pollable& who, std::uint32_t events) noexcept {
    control(epoll_.native_handle(), EPOLL_CTL_MOD, fd, who, events);
}

void poller::remove(int fd) noexcept {
    epoll_event ignored{};
    ::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_DEL, fd, &ignored);
}

void poller::bury(std::shared_ptr<void> dead) {
    if (in_turn_) graveyard_.push_back(std::move(dead));
}

void poller::arm() {
    epoll_.async_wait(boost::asio::posix::descriptor_base::wait_read, [this](const boost::system::error_code& ec) {
        if (ec) return;
        for (int i = 0; i < turns_in_a_row && turn();) ++i;
        arm();
    });
}

// False: nothing was ready.
bool poller::turn() {
    std::array<epoll_event, events_per_turn> events;
    const int n = ::epoll_wait(epoll_.native_handle(), events.data(), events_per_turn, 0);
    if (n <= 0) return false;
    in_turn_ = true;
    for (std::span<const epoll_event> rest{events.data(), static_cast<std::size_t>(n)}; !rest.empty();) {
        const auto together = rest.first(std::min(rest.size(), events_together));
        serve(together);
        rest = rest.subspan(together.size());
    }
    after_events_();
    in_turn_ = false;
    graveyard_.clear();
    return true;
}

void poller::serve(std::span<const epoll_event> together) {
    if (!early_) early_ = std::make_unique_for_overwrite<char[]>(events_together * early_stride);
    std::array<early_input, events_together> inputs;
    const auto who = [&](std::size_t i) { return static_cast<pollable*>(together[i].data.ptr); };
    for (std::size_t i = 0; i < together.size(); ++i)
        inputs[i] = who(i)->read_ahead(together[i].events, early_.get() + i * early_stride, early_room);
    for (std::size_t i = 0; i < together.size(); ++i) who(i)->on_ready(together[i].events, inputs[i]);
    for (std::size_t i = 0; i < together.size(); ++i) who(i)->after_ready();
}

}  // namespace net
