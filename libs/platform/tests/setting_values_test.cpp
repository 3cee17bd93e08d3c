#include "setting_values.hpp"

#include <gtest/gtest.h>

using namespace std::chrono_literals;
using platform::read_duration;

TEST(SettingValues, ReadsDurationsInEveryForm) {
    struct row {
        const char* text;
        std::chrono::milliseconds ms;
    };
    for (const auto& [text, ms] : std::initializer_list<row>{{"00:30:00", 30min},
                                                             {"1.02:03:04", 24h + 2h + 3min + 4s},
                                                             {"00:00:00.250", 250ms},
                                                             {"5s", 5s},
                                                             {"250ms", 250ms},
                                                             {"24h", 24h},
                                                             {"7d", 168h},
                                                             {"30m", 30min},
                                                             {"1.5s", 1500ms},
                                                             {"10", 10s},
                                                             {"0", 0ms},
                                                             {" 5 s ", 5s},
                                                             {"12:30", 12h + 30min}})
        EXPECT_EQ(ms, read_duration(text)) << text;
}

TEST(SettingValues, RefusesWhatIsNoDuration) {
    for (const auto* text : {"", " ", "s", "5 parsecs", "-5s", "-1", "25:00:00", "00:60:00", "00:00:60", "1:2:3:4",
                             "x.01:00:00", "1e3", "nan", "inf", "5S", "99999999999999999999", "1.-2:00:00", ":", "1:"})
        EXPECT_FALSE(read_duration(text)) << text;
}

TEST(SettingValues, ReadsBooleansAndIntegers) {
    EXPECT_EQ(true, platform::read_boolean("True"));
    EXPECT_EQ(false, platform::read_boolean("off"));
    EXPECT_FALSE(platform::read_boolean("maybe"));
    EXPECT_EQ(-7, platform::read_integer("-7"));
    for (const auto* text : {"", "1.0", "0x10", "12a", "9223372036854775808", "+1"})
        EXPECT_FALSE(platform::read_integer(text)) << text;
}
