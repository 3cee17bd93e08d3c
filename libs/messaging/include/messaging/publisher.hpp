#pragma once
#include <string_view>
#include <vector>

#include "base/call_context.hpp"
#include "base/result.hpp"
#include "base/unit.hpp"
#include "messaging/message.hpp"

namespace messaging {

// At least once. Safe from any thread.
class publisher {
public:
    virtual ~publisher() = default;

    // Success: the broker has confirmed every one, they stand in the queue in this order and survive kill -9.
    // unavailable: none is enqueued. unconfirmed: some or all may be. timeout: as unavailable. With a unit of
    // the same database they become visible when the unit commits, and success means no more than that they
    // are part of it.
    virtual base::task<> publish(const base::call_context& ctx, std::string_view queue, std::vector<message> messages,
                                 base::unit* within = nullptr) = 0;
};

}  // namespace messaging
