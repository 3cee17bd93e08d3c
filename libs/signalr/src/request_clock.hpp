// Deadlines of one loop's connections that consist of requests: between polls they are in no hub's room.
#pragma once
#include <memory>

#include "net/loop.hpp"
#include "pulse.hpp"

namespace signalr {

// Loop thread only. Lives as long as somebody holds it.
class request_clock : public std::enable_shared_from_this<request_clock> {
public:
    static std::shared_ptr<request_clock> of(net::loop& home) {
        thread_local std::weak_ptr<request_clock> last;  // a thread has one loop
        auto found = last.lock();
        if (found && &found->home_ == &home) return found;
        found = std::make_shared<request_clock>(home);
        found->begin();
        last = found;
        return found;
    }
    explicit request_clock(net::loop& home) : home_{home}, ring_{home.now()} {}

    pulse& ring() noexcept { return ring_; }

private:
    void begin() {
        beat_ = home_.every(pulse::granularity, [weak = weak_from_this()] {
            const auto self = weak.lock();
            if (!self) return;
            self->ring_.tick(self->home_.now());
            if (self.use_count() == 1) self->home_.post([self] {});  // it does not end within its own tick
        });
    }

    net::loop& home_;
    pulse ring_;
    std::shared_ptr<void> beat_;
};

}  // namespace signalr
