// Log-linear histogram: every power of two is cut in 128, so a value is known to within 0.8 % at any size.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace load {

// Any unit; ours are microseconds. Not safe from several threads.
class histogram {
public:
    void record(std::uint64_t value) noexcept;
    void merge(const histogram& other) noexcept;

    std::uint64_t count() const noexcept { return count_; }
    std::uint64_t max() const noexcept { return max_; }  // exact
    double mean() const noexcept { return count_ ? double(sum_) / double(count_) : 0.0; }
    // The value that `percent` of the recorded ones do not exceed: the upper edge of its bucket, never above
    // max().
    std::uint64_t at(double percent) const noexcept;

private:
    static constexpr unsigned exact_bits = 8;  // below 2^8 every value has a bucket of its own
    static constexpr std::size_t half = std::size_t{1} << (exact_bits - 1);
    static constexpr std::size_t size = 2 * half + (64 - exact_bits) * half;

    static std::size_t index_of(std::uint64_t value) noexcept;
    static std::uint64_t upper_edge(std::size_t index) noexcept;

    std::array<std::uint64_t, size> buckets_{};
    std::uint64_t count_ = 0, sum_ = 0, max_ = 0;
};

}  // namespace load
