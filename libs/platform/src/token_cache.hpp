// Tokens whose signature was good, by their whole text: verifying is on the path of every request, and a page
// asks many times with one token. Bounded: a full set gives up its entry that expires first.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/auth.hpp"

namespace platform {

// Safe from any thread.
class token_cache {
public:
    explicit token_cache(std::size_t tokens, std::uint64_t seed);

    std::optional<identity> find(std::string_view token) const;  // expired ones too: the caller looks at `expires`
    void keep(std::string_view token, const identity& who);
    void drop(std::string_view token);
    std::size_t capacity() const noexcept { return sets_.size() * ways; }

private:
    static constexpr std::size_t ways = 4, locks = 64;
    static constexpr std::size_t largest = 2048;  // longer tokens are verified each time: the cache stays small
    struct entry {
        std::uint64_t hash = 0;
        std::string token;  // empty: free
        identity who;
    };
    using set = std::array<entry, ways>;

    std::uint64_t hash(std::string_view token) const noexcept;
    std::size_t index(std::uint64_t h) const noexcept { return static_cast<std::size_t>(h % sets_.size()); }

    std::uint64_t seed_;
    std::vector<set> sets_;
    mutable std::array<std::mutex, locks> guards_;
};

}  // namespace platform
