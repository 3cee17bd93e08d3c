#include "replay_buffer.hpp"

#include <algorithm>
#include <utility>

namespace signalr {

void replay_buffer::add(net::shared_bytes bytes, std::size_t header) {
    kept_.push_back({std::move(bytes), header});
    bytes_ += kept_.back().text().size();
}

std::string_view replay_buffer::next() noexcept {
    if (sent_ == kept_.size() || (limit_ > 0 && on_way_ > limit_)) return {};
    const auto text = kept_[sent_++].text();
    on_way_ += text.size();
    highest_ = std::max(highest_, first_ + static_cast<std::int64_t>(sent_) - 1);
    return text;
}

void replay_buffer::acknowledged(std::int64_t upto) {
    for (; first_ <= upto && first_ <= highest_; ++first_) {
        const auto size = kept_.front().text().size();
        if (sent_ > 0) --sent_, on_way_ -= size;  // else it left by an earlier transport
        bytes_ -= size;
        kept_.pop_front();
    }
    if (kept_.empty()) kept_.shrink_to_fit();
}

std::int64_t replay_buffer::begin_again() noexcept {
    sent_ = 0;
    on_way_ = 0;
    return first_;
}

bool replay_buffer::is_new() noexcept {
    const auto id = next_in_++;
    if (id <= latest_) return false;
    latest_ = id;
    return true;
}

bool replay_buffer::continue_at(std::int64_t id) noexcept {
    if (id > next_in_) return false;
    next_in_ = std::max<std::int64_t>(id, 1);
    return true;
}

std::int64_t replay_buffer::take_ack() noexcept {
    if (!owes_ack()) return 0;
    acked_ = latest_;
    return latest_;
}

}  // namespace signalr
