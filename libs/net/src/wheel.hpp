// Deadlines of many objects, kept without a timer each: slots of 100 ms, intrusive lists, no memory of its own per entry.
#pragma once
#include <array>
#include <boost/intrusive/list.hpp>
#include <chrono>
#include <cstdint>

namespace net {

// One thread only. A deadline never fires early, and late by at most two ticks.
class deadline_wheel {
public:
    using time_point = std::chrono::steady_clock::time_point;
    static constexpr std::chrono::milliseconds tick_length{100};

    class entry : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
    public:
        virtual void on_due() = 0;

    protected:
        ~entry() = default;

    private:
        friend class deadline_wheel;
        time_point due_ = time_point::max();
        std::int64_t looked_at_ = 0;  // the tick whose slot it lies in
    };

    // Moving a deadline later, the usual case, is a store: the entry is looked at where it lies and put further then.
    void set(entry& e, time_point due, time_point now);

    void turn(time_point now);    // fires what is due
    bool empty() const noexcept;  // nothing lies in any slot: no need to turn
    static std::int64_t tick_of(time_point t) noexcept { return t.time_since_epoch() / tick_length; }

private:
    using list = boost::intrusive::list<entry, boost::intrusive::constant_time_size<false>>;
    static constexpr std::int64_t slot_count = 256;

    void put(entry& e, std::int64_t tick);

    std::array<list, slot_count> slots_;
    std::int64_t current_ = 0;  // the last tick turned
};

}  // namespace net
