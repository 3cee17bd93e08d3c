#include "messaging/message.hpp"

#include <gtest/gtest.h>

using namespace messaging;

TEST(Message, FindsHeadersByTheirExactName) {
    message m;
    m.headers = {{"x-retry-count", std::int32_t{2}}, {"traceparent", "00-ab"}};

    EXPECT_EQ("00-ab", m.text(header::traceparent));
    EXPECT_EQ(2, m.number(header::retry_count, 0));
    EXPECT_EQ(nullptr, m.find("X-Retry-Count"));
    EXPECT_EQ("", m.text(header::retry_count));
}

TEST(Message, ReadsANumberThatCameAsText) {
    message m;
    m.set("a", std::string{"17"});
    m.set("b", std::string{"17x"});
    m.set("c", std::string{"99999999999"});

    EXPECT_EQ(17, m.number("a", 0));
    EXPECT_EQ(-1, m.number("b", -1));
    EXPECT_EQ(-1, m.number("c", -1));
    EXPECT_EQ(-1, m.number("d", -1));
}

TEST(Message, SettingAHeaderAgainReplacesIt) {
    message m;
    m.set("a", std::string{"1"});
    m.set("a", std::int32_t{2});

    EXPECT_EQ(1u, m.headers.size());
    EXPECT_EQ(2, m.number("a", 0));
    m.remove("a");
    EXPECT_TRUE(m.headers.empty());
}
