#include "outbox.hpp"

#include <algorithm>

namespace net {

outbox::piece& outbox::add_piece() {
    if (first_ > 64 && first_ * 2 > last_) {  // a long-lived outbox must not grow by what has left
        std::rotate(pieces_.begin(), pieces_.begin() + static_cast<std::ptrdiff_t>(first_),
                    pieces_.begin() + static_cast<std::ptrdiff_t>(last_));
        last_ -= first_;
        first_ = 0;
    }
    if (last_ == pieces_.size()) pieces_.emplace_back();
    return pieces_[last_++];
}

void outbox::append(std::string_view bytes) {
    if (bytes.empty()) return;
    bytes_ += bytes.size();
    const bool fits = last_ > first_ && !pieces_[last_ - 1].shared &&
                      (bytes.size() < gather_below || pieces_[last_ - 1].own.size() + bytes.size() <= piece_size) &&
                      pieces_[last_ - 1].own.size() < piece_size;
    (fits ? pieces_[last_ - 1] : add_piece()).own.append(bytes);
}

void outbox::append(std::string&& bytes) {
    if (bytes.size() < gather_below) return append(std::string_view{bytes});
    bytes_ += bytes.size();
    add_piece().own = std::move(bytes);
}

void outbox::append(shared_bytes bytes) {
    if (!bytes) return;
    if (bytes->size() < share_above) return append(std::string_view{*bytes});
    bytes_ += bytes->size();
    add_piece().shared = std::move(bytes);
}

std::size_t outbox::gather(std::span<iovec> into) const noexcept {
    std::size_t n = 0;
    for (auto i = first_; i < last_ && n < into.size(); ++i, ++n) {
        auto bytes = pieces_[i].view();
        if (i == first_) bytes.remove_prefix(offset_);
        into[n] = {const_cast<char*>(bytes.data()), bytes.size()};  // iovec knows no const
    }
    return n;
}

std::string_view outbox::front() const noexcept { return pieces_[first_].view().substr(offset_); }

void outbox::drop_front() {
    auto& p = pieces_[first_++];
    p.shared.reset();
    if (p.own.capacity() > kept_capacity)
        std::string{}.swap(p.own);
    else
        p.own.clear();
    offset_ = 0;
}

void outbox::consume(std::size_t n) {
    bytes_ -= n;
    taken_ += n;
    n += offset_;
    while (first_ < last_ && n >= pieces_[first_].view().size()) {
        n -= pieces_[first_].view().size();
        drop_front();
    }
    offset_ = n;
    if (first_ == last_) first_ = last_ = 0;
}

std::vector<std::function<void()>> outbox::passed_marks() {
    std::vector<std::function<void()>> due;
    auto end = std::find_if(marks_.begin(), marks_.end(), [&](const marked& m) { return m.at > taken_; });
    for (auto i = marks_.begin(); i != end; ++i) due.push_back(std::move(i->then));
    marks_.erase(marks_.begin(), end);
    return due;
}

std::vector<std::function<void()>> outbox::all_marks() {
    std::vector<std::function<void()>> due;
    for (auto& m : marks_) due.push_back(std::move(m.then));
    marks_.clear();
    return due;
}

void outbox::clear() {
    while (first_ < last_) drop_front();
    first_ = last_ = bytes_ = 0;
    marks_.clear();
    stall_at = std::chrono::steady_clock::time_point::max();
    if (pieces_.size() > 64) std::vector<piece>{}.swap(pieces_);
}

}  // namespace net
