#include "contracts/money.hpp"

#include <gtest/gtest.h>

using namespace contracts;

TEST(Money, IsWrittenWithTwoDecimals) {
    EXPECT_EQ("0.00", to_string({0}));
    EXPECT_EQ("0.05", to_string({5}));
    EXPECT_EQ("129.00", to_string({12900}));
    EXPECT_EQ("24.95", to_string({2495}));
    EXPECT_EQ("-1.20", to_string({-120}));
    EXPECT_EQ("10000000000.00", to_string({1'000'000'000'000}));
}

TEST(Money, ReadsEveryExactForm) {
    const std::pair<const char*, std::int64_t> cases[] = {{"129", 12900},
                                                          {"129.0", 12900},
                                                          {"129.00", 12900},
                                                          {"1.29E2", 12900},
                                                          {"1.29e+2", 12900},
                                                          {"12900e-2", 12900},
                                                          {"2.495E1", 2495},
                                                          {"0.01", 1},
                                                          {"0", 0},
                                                          {"0.000", 0},
                                                          {"0e999999999999", 0},
                                                          {"0.10000000", 10},
                                                          {"1000e-5", 1},
                                                          {"10000000000", 1'000'000'000'000}};
    for (const auto& [text, cents] : cases) {
        const auto m = parse_money(text);
        ASSERT_TRUE(m) << text;
        EXPECT_EQ(cents, m->cents) << text;
    }
}

TEST(Money, RefusesWhatIsNotExactOrOutOfBounds) {
    for (const auto* text : {"",
                             "-1",
                             "-0",
                             "+1",
                             "01",
                             "1.",
                             ".5",
                             "1.005",
                             "1e-3",
                             "1e",
                             "1e+",
                             "1e999",
                             "1e-999",
                             "10000000000.01",
                             "99999999999999999999",
                             "NaN",
                             "1 ",
                             " 1",
                             "0x1",
                             "1e99999999999999999999",
                             "129,00"})
        EXPECT_FALSE(parse_money(text)) << text;
}
