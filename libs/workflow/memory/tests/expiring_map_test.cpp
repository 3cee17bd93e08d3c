#include "expiring_map.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

using namespace std::chrono_literals;
using workflow::expiring_map;

namespace {

// Few different hashes, so that entries of one another stand in each other's way.
struct crowded {
    int n = 0;
    friend bool operator==(const crowded&, const crowded&) = default;
};

}  // namespace

template <>
struct std::hash<crowded> {
    std::size_t operator()(const crowded& k) const noexcept { return static_cast<std::size_t>(k.n % 7); }
};

namespace {

constexpr auto ttl = 100ms;

base::steady_time at(int ms) { return base::steady_time{std::chrono::milliseconds{ms}}; }

// The same promises, kept in the simplest way.
struct model {
    struct entry {
        std::string value;
        int expires = 0, turn = 0;
    };
    std::map<int, entry> entries;
    int turns = 0;

    auto oldest() {
        return std::min_element(entries.begin(), entries.end(),
                                [](const auto& a, const auto& b) { return a.second.turn < b.second.turn; });
    }
};

}  // namespace

TEST(ExpiringMap, FindsUntilTheTtlHasPassedAndAgainAfterARefresh) {
    expiring_map<crowded, std::string> map{ttl};
    auto& e = map.insert({1}, at(0));
    e.value = "one";

    EXPECT_EQ(&e, map.find({1}, at(99)));
    EXPECT_FALSE(map.find({1}, at(100)));
    EXPECT_FALSE(map.find({8}, at(0)));  // of the same hash
    map.refresh(e, at(50));
    EXPECT_EQ(&e, map.find({1}, at(149)));
}

TEST(ExpiringMap, InsertReplacesWhatIsPastItsTime) {
    expiring_map<crowded, std::string> map{ttl};
    map.insert({1}, at(0)).value = "old";

    EXPECT_EQ("", map.insert({1}, at(200)).value);
    EXPECT_EQ(1u, map.size());
    EXPECT_FALSE(map.pop_expired(at(250)));
}

TEST(ExpiringMap, KeepsItsPromisesThroughAnyHistory) {
    expiring_map<crowded, std::string> map{ttl};
    model wanted;
    std::mt19937 dice{7};
    for (int step = 0, now = 0; step < 30'000; ++step) {
        const int key = static_cast<int>(dice() % 60);
        auto known = wanted.entries.find(key);
        auto* found = map.find({key}, at(now));
        const bool there = known != wanted.entries.end() && known->second.expires > now;
        ASSERT_EQ(there, found != nullptr);
        if (found) {
            ASSERT_EQ(known->second.value, found->value);
        }

        switch (dice() % 8) {
            case 0:
            case 1:
            case 2:
                if (found) {
                    map.refresh(*found, at(now));
                } else {
                    map.insert({key}, at(now)).value = std::to_string(step);
                    wanted.entries[key].value = std::to_string(step);
                }
                wanted.entries[key].expires = now + 100;
                wanted.entries[key].turn = ++wanted.turns;
                break;
            case 3: {
                const auto gone = map.erase({key});
                ASSERT_EQ(known != wanted.entries.end(), gone != nullptr);
                if (gone) {
                    ASSERT_EQ(key, gone->key.n);
                    wanted.entries.erase(known);
                }
                break;
            }
            case 4: {
                const auto gone = map.pop_expired(at(now));
                const auto oldest = wanted.oldest();
                ASSERT_EQ(oldest != wanted.entries.end() && oldest->second.expires <= now, gone != nullptr);
                if (gone) {
                    ASSERT_EQ(oldest->first, gone->key.n);
                    wanted.entries.erase(oldest);
                }
                break;
            }
            case 5:
                if (const auto gone = map.size() > 40 ? map.pop_oldest() : nullptr) {
                    ASSERT_EQ(wanted.oldest()->first, gone->key.n);
                    wanted.entries.erase(wanted.oldest());
                }
                break;
            default:
                now += static_cast<int>(dice() % 5);
        }
        ASSERT_EQ(wanted.entries.size(), map.size());
    }
}
