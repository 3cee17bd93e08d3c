#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>
#include <thread>

#include "platform/service.hpp"

namespace platform {
namespace {

constexpr int ended_by_signal = 130;

sigset_t stop_set() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    return set;
}

}  // namespace

struct stop_signals::inside {
    std::function<void(int)> stop;
    sigset_t before{};
    int signals = -1, ending = -1;
    std::atomic<bool> asked{false};
    std::thread waiter;

    ~inside() {
        if (signals >= 0) ::close(signals);
        if (ending >= 0) ::close(ending);
    }

    void run() {
        while (true) {
            pollfd either[] = {{signals, POLLIN, 0}, {ending, POLLIN, 0}};
            if (::poll(either, 2, -1) < 0) continue;
            if (either[1].revents) return;
            signalfd_siginfo got{};
            if (::read(signals, &got, sizeof got) != sizeof got) continue;
            if (asked.exchange(true)) ::_exit(ended_by_signal);
            stop(static_cast<int>(got.ssi_signo));
        }
    }
};

stop_signals::stop_signals(std::function<void(int)> stop) : inside_{std::make_unique<inside>()} {
    inside_->stop = std::move(stop);
    std::signal(SIGPIPE, SIG_IGN);  // a peer that went away is an error code, not the end
    const auto set = stop_set();
    ::pthread_sigmask(SIG_BLOCK, &set, &inside_->before);
    inside_->signals = ::signalfd(-1, &set, SFD_CLOEXEC);
    inside_->ending = ::eventfd(0, EFD_CLOEXEC);
    if (inside_->signals < 0 || inside_->ending < 0) throw std::runtime_error{"no descriptors left for signals"};
    inside_->waiter = std::thread{[in = inside_.get()] { in->run(); }};
}

stop_signals::~stop_signals() {
    const std::uint64_t one = 1;
    while (::write(inside_->ending, &one, sizeof one) != sizeof one) continue;
    inside_->waiter.join();
    ::pthread_sigmask(SIG_SETMASK, &inside_->before, nullptr);
}

bool stop_signals::asked() const noexcept { return inside_->asked; }

}  // namespace platform
