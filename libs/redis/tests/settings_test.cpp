#include "redis/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "backoff.hpp"

namespace redis {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

settings good(std::string_view text) {
    auto s = parse_settings(text);
    EXPECT_TRUE(s) << text << ": " << (s ? "" : s.error().message);
    return s ? *s : settings{};
}

std::string refusal(std::string_view text) {
    const auto s = parse_settings(text);
    EXPECT_FALSE(s) << text;
    if (!s) EXPECT_EQ(base::fault_kind::invalid, s.error().kind);
    return s ? "" : s.error().message;
}

TEST(RedisSettings, ReadsWhatStackExchangeRedisReads) {
    const auto s = good(
        "redis-1:6380, redis-2 ,[::1]:7000,password=p=s$3,User=shop,ssl=True,sslHost=redis-1,defaultDatabase=2,"
        "abortConnect=false,name=shop-1,connectTimeout=1500,syncTimeout=750,keepAlive=30,allowAdmin=true");
    EXPECT_THAT(s.endpoints, ElementsAre(endpoint{"redis-1", 6380}, endpoint{"redis-2", 6380}, endpoint{"::1", 7000}));
    EXPECT_EQ("p=s$3", s.password);
    EXPECT_EQ("shop", s.user);
    EXPECT_TRUE(s.tls);
    EXPECT_EQ("redis-1", s.tls_host);
    EXPECT_EQ(2U, s.database);
    EXPECT_FALSE(s.abort_connect);
    EXPECT_EQ("shop-1", s.name);
    EXPECT_EQ(1500ms, s.connect_timeout);
    EXPECT_EQ(750ms, s.command_timeout);
    EXPECT_EQ(30s, s.heartbeat_after);
}

TEST(RedisSettings, KnowsTheUsualPorts) {
    EXPECT_EQ(6379, good("localhost").endpoints[0].port);
    EXPECT_EQ(6380, good("localhost,ssl=true").endpoints[0].port);
    EXPECT_EQ(6379, good("redis://localhost").endpoints[0].port);
    EXPECT_EQ(6379, good("rediss://localhost").endpoints[0].port);
}

TEST(RedisSettings, ReadsUrls) {
    const auto s = good("rediss://shop:p%40ss%2Fw%3a@redis.example:7001/5");
    EXPECT_THAT(s.endpoints, ElementsAre(endpoint{"redis.example", 7001}));
    EXPECT_EQ("shop", s.user);
    EXPECT_EQ("p@ss/w:", s.password);
    EXPECT_EQ(5U, s.database);
    EXPECT_TRUE(s.tls);
    const auto plain = good("redis://:secret@[::1]/");
    EXPECT_THAT(plain.endpoints, ElementsAre(endpoint{"::1", 6379}));
    EXPECT_EQ("", plain.user);
    EXPECT_EQ("secret", plain.password);
    EXPECT_FALSE(plain.tls);
}

TEST(RedisSettings, RefusesWhatItCannotMean) {
    for (const auto* text : {"",
                             "password=x",
                             "host:0",
                             "host:65536",
                             "host:6379x",
                             "host:",
                             ":6379",
                             "[::1",
                             "[::1]6379",
                             "ho st",
                             "host,ssl=maybe",
                             "host,defaultDatabase=-1",
                             "host,connectTimeout=0",
                             "host,connectTimeout=soon",
                             "host,proxy=twemproxy",
                             "host,serviceName=main",
                             "host,channelPrefix=x",
                             "host,user=shop",
                             "redis://",
                             "redis://host/x",
                             "redis://host/0?a=b",
                             "redis://a%zz:b@host",
                             "redis://user@host",
                             "https://host"})
        refusal(text);
}

TEST(RedisSettings, NamesTheOptionThatIsWrong) {
    EXPECT_THAT(refusal("host,sssl=true"), HasSubstr("'sssl' is not known"));
    EXPECT_THAT(refusal("host,ssl=maybe"), HasSubstr("'ssl' has a value that can't be used"));
}

TEST(RedisSettings, NeverShowsASecret) {
    for (const auto* text : {"host,password=hun,ter2=ab", "host,password=hunter2,x/ter2", "redis://u:hunter2%zz@host",
                             "redis://u:hunter2@ho st", "redis://:hunter2#@host"}) {
        const auto why = refusal(text);
        EXPECT_THAT(why, Not(HasSubstr("ter2"))) << text;
        EXPECT_THAT(why, Not(HasSubstr("hun"))) << text;
    }
}

TEST(RedisBackoff, SpreadsEvenlyUpToADoublingBound) {
    const backoff b{50ms, 5s};
    base::seeded_ids ids{7};
    for (const auto& [round, most] :
         {std::pair{1U, 50ms}, {2U, 100ms}, {5U, 800ms}, {8U, 5'000ms}, {4'000'000'000U, 5'000ms}}) {
        auto least = 5'000ms, largest = 0ms;
        for (int i = 0; i < 2'000; ++i) {
            const auto wait = b.after(round, ids);
            least = std::min(least, wait);
            largest = std::max(largest, wait);
        }
        EXPECT_GE(least, 1ms);
        EXPECT_LE(least, most / 10);
        EXPECT_LE(largest, most);
        EXPECT_GE(largest, most * 9 / 10);
    }
}

}  // namespace
}  // namespace redis
