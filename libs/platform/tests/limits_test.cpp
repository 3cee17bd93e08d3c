#include <gtest/gtest.h>

#include "address_blocks.hpp"
#include "base/manual_clock.hpp"
#include "rate_limit.hpp"

using platform::address_blocks;
using namespace std::chrono_literals;

namespace {

platform::address at(const char* text) { return boost::asio::ip::make_address(text); }

std::string client(const char* peer, std::vector<std::string_view> lists) {
    const std::vector<std::string> proxies{"10.0.0.0/8", "2001:db8::/32"};
    return platform::client_behind(at(peer), lists, address_blocks{proxies}).to_string();
}

}  // namespace

TEST(AddressBlocks, HoldWhatTheySay) {
    const std::vector<std::string> texts{"10.1.0.0/16", "192.0.2.7", "2001:db8::/33", "0.0.0.0/32"};
    const address_blocks blocks{texts};
    for (const auto* inside :
         {"10.1.0.0", "10.1.255.255", "192.0.2.7", "::ffff:10.1.2.3", "2001:db8::1", "2001:db8:7fff::1"})
        EXPECT_TRUE(blocks.holds(at(inside))) << inside;
    for (const auto* outside : {"10.2.0.0", "10.0.255.255", "192.0.2.8", "2001:db8:8000::1", "::1", "::ffff:10.2.0.0"})
        EXPECT_FALSE(blocks.holds(at(outside))) << outside;
    const std::vector<std::string> all{"0.0.0.0/0"};
    EXPECT_TRUE(address_blocks{all}.holds(at("8.8.8.8")));
    EXPECT_FALSE(address_blocks{all}.holds(at("2001:db8::1")));
}

TEST(AddressBlocks, RefuseWhatIsNone) {
    for (const auto* text : {"", "10.0.0.0/33", "10.0.0/8", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "host",
                             "/8", "fe80::1%lo"})
        EXPECT_FALSE(platform::good_address_block(text)) << text;
}

TEST(ForwardedFor, TakesTheRightmostUntrustedEntry) {
    EXPECT_EQ("198.51.100.1", client("198.51.100.1", {"203.0.113.9"}));  // the peer is no proxy of ours
    EXPECT_EQ("203.0.113.9", client("10.0.0.1", {"203.0.113.9"}));
    EXPECT_EQ("203.0.113.9", client("10.0.0.1", {"6.6.6.6, 203.0.113.9, 10.0.0.2"}));
    EXPECT_EQ("203.0.113.9", client("10.0.0.1", {"6.6.6.6", "203.0.113.9", "10.0.0.2 , 10.0.0.3"}));
    EXPECT_EQ("203.0.113.9", client("10.0.0.1", {"203.0.113.9:4711"}));
    EXPECT_EQ("2001:dead::1", client("2001:db8::1", {"[2001:dead::1]:443"}));
    EXPECT_EQ("2001:dead::1", client("2001:db8::1", {"2001:dead::1"}));
    EXPECT_EQ("10.0.0.1", client("10.0.0.1", {}));
    EXPECT_EQ("10.0.0.1", client("10.0.0.1", {"203.0.113.9, unknown"}));
    EXPECT_EQ("10.0.0.2", client("10.0.0.1", {"junk, 10.0.0.2"}));
    EXPECT_EQ("10.0.0.9", client("10.0.0.1", {"10.0.0.9"}));
}

TEST(RateLimit, LetsABurstThroughAndThenTheRate) {
    base::manual_clock time;
    platform::rate_limit limit{10};
    for (int i = 0; i < 10; ++i) EXPECT_EQ(0ms, limit.take("ann", time.steady())) << i;
    EXPECT_EQ(100ms, limit.take("ann", time.steady()));
    time.advance(40ms);
    EXPECT_EQ(60ms, limit.take("ann", time.steady()));
    time.advance(60ms);
    EXPECT_EQ(0ms, limit.take("ann", time.steady()));
    time.advance(1h);
    for (int i = 0; i < 10; ++i) EXPECT_EQ(0ms, limit.take("ann", time.steady()));
    EXPECT_LT(0ms, limit.take("ann", time.steady()));
}

TEST(RateLimit, BelowOnePerSecondStillTakesOne) {
    base::manual_clock time;
    platform::rate_limit limit{0.5};
    EXPECT_EQ(0ms, limit.take("ann", time.steady()));
    EXPECT_EQ(2000ms, limit.take("ann", time.steady()));
}

TEST(RateLimit, RemembersABoundedNumberOfUsers) {
    base::manual_clock time;
    platform::rate_limit limit{1, 160};
    for (int i = 0; i < 5'000; ++i) {
        limit.take("user-" + std::to_string(i), time.steady());
        time.advance(100us);
    }
    EXPECT_LE(limit.known(), 160u);
    time.advance(10s);  // all full again: forgetting them changes nothing
    for (int i = 0; i < 5'000; ++i) EXPECT_EQ(0ms, limit.take("user-" + std::to_string(i), time.steady()));
}
