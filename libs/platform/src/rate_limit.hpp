// A token bucket per user, bounded: when too many users are known, one whose bucket is full again is forgotten first, which
// changes nothing for it.
#pragma once
#include <array>
#include <chrono>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"

namespace platform {

// Safe from any thread.
class rate_limit {
public:
    // `per_second` requests; a burst of one second's worth, at least 1. At most `users` are remembered.
    explicit rate_limit(double per_second, std::size_t users = 65'536);

    // Zero: go on. Else how long until the next request of that user is let through.
    std::chrono::milliseconds take(std::string_view user, base::steady_time now);
    std::size_t known() const;

private:
    struct bucket {
        double tokens = 0;
        base::steady_time at;
    };
    struct any_text {
        using is_transparent = void;
        std::size_t operator()(std::string_view s) const noexcept { return std::hash<std::string_view>{}(s); }
    };
    using buckets = std::unordered_map<std::string, bucket, any_text, std::equal_to<>>;
    struct shard {
        mutable std::mutex guard;
        buckets by_user;
        base::steady_time swept{};
    };
    void make_room(shard& s, base::steady_time now) const;
    double filled(const bucket& b, base::steady_time now) const;

    static constexpr std::size_t shard_count = 16;
    double per_second_, burst_;
    std::size_t users_per_shard_;
    std::array<shard, shard_count> shards_;
};

}  // namespace platform
