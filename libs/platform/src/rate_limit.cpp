#include "rate_limit.hpp"

#include <algorithm>
#include <cmath>

namespace platform {

rate_limit::rate_limit(double per_second, std::size_t users)
    : per_second_{per_second},
      burst_{std::max(1.0, per_second)},
      users_per_shard_{std::max<std::size_t>(1, users / shard_count)} {}

double rate_limit::filled(const bucket& b, base::steady_time now) const {
    const double seconds = std::chrono::duration<double>(now - b.at).count();
    return std::min(burst_, b.tokens + std::max(0.0, seconds) * per_second_);
}

void rate_limit::make_room(shard& s, base::steady_time now) const {
    if (s.by_user.size() < users_per_shard_) return;
    if (now - s.swept >= std::chrono::seconds{1}) {  // seldom: a sweep looks at every bucket
        s.swept = now;
        std::erase_if(s.by_user, [&](const auto& entry) { return filled(entry.second, now) >= burst_; });
    }
    if (s.by_user.size() >= users_per_shard_) s.by_user.erase(s.by_user.begin());
}

std::chrono::milliseconds rate_limit::take(std::string_view user, base::steady_time now) {
    auto& s = shards_[any_text{}(user) % shard_count];
    const std::scoped_lock lock{s.guard};
    auto at = s.by_user.find(user);
    if (at == s.by_user.end()) {
        make_room(s, now);
        at = s.by_user.emplace(std::string{user}, bucket{burst_, now}).first;
    }
    auto& b = at->second;
    b.tokens = filled(b, now);
    b.at = now;
    if (b.tokens >= 1) {
        b.tokens -= 1;
        return std::chrono::milliseconds{0};
    }
    return std::chrono::milliseconds{std::max(1LL, std::llround(std::ceil((1 - b.tokens) / per_second_ * 1000)))};
}

std::size_t rate_limit::known() const {
    std::size_t n = 0;
    for (const auto& s : shards_) {
        const std::scoped_lock lock{s.guard};
        n += s.by_user.size();
    }
    return n;
}

}  // namespace platform
