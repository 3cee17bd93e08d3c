// Bringing messages to the clients of this process. Safe from any thread.
#pragma once
#include <memory>
#include <mutex>
#include <vector>

#include "local_index.hpp"
#include "loop_room.hpp"
#include "outgoing.hpp"
#include "signalr/clients.hpp"

namespace signalr {

class local_delivery {
public:
    explicit local_delivery(std::size_t mailbox_limit) : mailbox_limit_{mailbox_limit} {}

    local_index index;

    std::shared_ptr<loop_room> room_of(net::loop& home);  // made when first asked for, on that loop's thread
    std::vector<std::shared_ptr<loop_room>> rooms() const;

    // Not for recipients::kind::all.
    local_index::handles collect(const recipients& to);
    static unsigned protocols_of(const local_index::handles& those) noexcept;

    void to_all(const outgoing_ptr& message);  // but whom it leaves out
    static void to(local_index::handles those, const outgoing_ptr& message);
    static void abort(local_index::handles those);

private:
    const std::size_t mailbox_limit_;
    mutable std::mutex rooms_guard_;
    std::vector<std::shared_ptr<loop_room>> rooms_;
};

}  // namespace signalr
