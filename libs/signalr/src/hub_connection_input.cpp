// A hub connection's way of reading: a byte stream cut into messages, that stops while all slots are busy.
#include <algorithm>

#include "handshake.hpp"
#include "hub_connection.hpp"

namespace signalr {

void hub_connection::received(std::string_view bytes) {
    if (state_ == state::ended) return;
    if (!work_ || work_->input.empty()) {
        const std::size_t used = consume(bytes);
        if (used < bytes.size() && state_ != state::ended) busy().input.append(bytes.substr(used));
    } else {
        std::string& input = work_->input.append(bytes);
        const std::size_t used = consume(input);
        if (state_ == state::ended)
            input = {};
        else
            input.erase(0, used);
    }
    if (blocked_) go_on();  // what was waited for may have come meanwhile
}

// Works off messages from the front; says how many bytes they had.
std::size_t hub_connection::consume(std::string_view bytes) {
    consuming_ = true;
    std::size_t used = 0;
    while (used < bytes.size() && state_ != state::ended) {
        if (!ready()) {
            block();
            break;
        }
        const std::string_view rest = bytes.substr(used);
        const std::size_t taken = state_ == state::handshaking ? take_handshake(rest) : take_message(rest);
        if (taken == 0) break;
        seen_ = 0;
        used += taken;
    }
    consuming_ = false;
    return used;
}

std::size_t hub_connection::take_handshake(std::string_view bytes) {
    const std::string_view head = bytes.substr(0, max_handshake);
    const auto end = head.find(record_separator, seen_);
    if (end != std::string_view::npos) {
        shake_hands(head.substr(0, end));
        return end + 1;
    }
    seen_ = static_cast<std::uint32_t>(head.size());
    if (bytes.size() > max_handshake) refuse_handshake(handshake_canceled);
    return 0;
}

std::size_t hub_connection::take_message(std::string_view bytes) {
    const std::size_t limit = core_->options.maximum_receive_message_size;
    const auto size = protocol_->frame_size(bytes, seen_);
    if (!size) {
        broken(size.error().detail);
        return 0;
    }
    if (*size > limit || (*size == 0 && bytes.size() > limit)) {
        broken("InvalidDataException: The maximum message size of " + std::to_string(limit) +
               "B was exceeded. The message size can be configured in AddHubOptions.");
        return 0;
    }
    if (*size == 0)
        seen_ = static_cast<std::uint32_t>(bytes.size());
    else
        take(bytes.substr(0, *size));
    return *size;
}

bool hub_connection::slots_full() const noexcept {
    return slots_ >= std::max<std::size_t>(core_->options.maximum_parallel_invocations, 1);
}

bool hub_connection::ready() const noexcept {
    if (state_ == state::handshaking) return true;
    return state_ == state::open && !slots_full() && !transport_->congested() &&
           !(work_ && (work_->upload_overfull() || leaving()));
}

void hub_connection::block() {
    if (blocked_) return;
    blocked_ = true;
    transport_->pause();
}

// A slot is free, there is room again, or the connect hook is through.
void hub_connection::go_on() {
    if (!blocked_ || consuming_ || state_ == state::ended || !ready()) return;
    blocked_ = false;
    last_heard_ = room_->home().now();  // the client's clock stood while it was not listened to
    std::string waiting;
    if (work_) waiting.swap(work_->input);
    const std::size_t used = consume(waiting);
    if (state_ == state::ended) return;
    if (used < waiting.size()) busy().input.assign(waiting, used);
    if (!blocked_) transport_->resume();
}

}  // namespace signalr
