#include "token_cache.hpp"

#include <cstring>

namespace platform {

token_cache::token_cache(std::size_t tokens, std::uint64_t seed) : seed_{seed}, sets_((tokens + ways - 1) / ways) {}

// Only the last 40 bytes: they are the signature's, so they differ for every token that was ever verified,
// and nobody can make verified tokens that collide without the key.
std::uint64_t token_cache::hash(std::string_view token) const noexcept {
    const auto tail = token.substr(token.size() > 40 ? token.size() - 40 : 0);
    std::uint64_t h = seed_ ^ token.size();
    for (std::size_t i = 0; i < tail.size(); i += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, tail.data() + i, tail.size() - i < 8 ? tail.size() - i : 8);
        h = (h ^ word) * 0x9E3779B97F4A7C15ull;
        h ^= h >> 29;
    }
    return h;
}

std::optional<identity> token_cache::find(std::string_view token) const {
    if (sets_.empty()) return std::nullopt;
    const auto h = hash(token);
    const auto at = index(h);
    const std::scoped_lock lock{guards_[at % locks]};
    for (const auto& e : sets_[at])
        if (e.hash == h && e.token == token) return e.who;
    return std::nullopt;
}

void token_cache::keep(std::string_view token, const identity& who) {
    if (sets_.empty() || token.size() > largest) return;
    const auto h = hash(token);
    const auto at = index(h);
    const std::scoped_lock lock{guards_[at % locks]};
    entry* place = nullptr;
    for (auto& e : sets_[at]) {
        if (e.hash == h && e.token == token) return;
        if (!place || e.token.empty() || (!place->token.empty() && e.who.expires < place->who.expires)) place = &e;
    }
    place->hash = h;
    place->token = token;
    place->who = who;
}

void token_cache::drop(std::string_view token) {
    if (sets_.empty()) return;
    const auto h = hash(token);
    const auto at = index(h);
    const std::scoped_lock lock{guards_[at % locks]};
    for (auto& e : sets_[at])
        if (e.hash == h && e.token == token) e = {};
}

}  // namespace platform
