#include "histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace load {

std::size_t histogram::index_of(std::uint64_t value) noexcept {
    if (value < 2 * half) return std::size_t(value);
    const auto shift = unsigned(std::bit_width(value)) - exact_bits;
    return 2 * half + (shift - 1) * half + std::size_t(value >> shift) - half;
}

std::uint64_t histogram::upper_edge(std::size_t index) noexcept {
    if (index < 2 * half) return index;
    const auto shift = (index - 2 * half) / half + 1;
    const auto step = (index - 2 * half) % half + half;
    return ((std::uint64_t{step} + 1) << shift) - 1;  // wraps to the largest value in the last bucket
}

void histogram::record(std::uint64_t value) noexcept {
    ++buckets_[index_of(value)];
    ++count_;
    sum_ += value;
    max_ = std::max(max_, value);
}

void histogram::merge(const histogram& other) noexcept {
    for (std::size_t i = 0; i < size; ++i) buckets_[i] += other.buckets_[i];
    count_ += other.count_;
    sum_ += other.sum_;
    max_ = std::max(max_, other.max_);
}

std::uint64_t histogram::at(double percent) const noexcept {
    if (count_ == 0) return 0;
    const auto share = std::clamp(percent, 0.0, 100.0) / 100.0 * double(count_);
    const auto wanted = std::max<std::uint64_t>(1, std::uint64_t(std::ceil(share - 1e-9)));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < size; ++i) {
        seen += buckets_[i];
        if (seen >= wanted) return std::min(upper_edge(i), max_);
    }
    return max_;
}

}  // namespace load
