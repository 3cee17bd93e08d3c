#include "base/clock.hpp"

#include <gtest/gtest.h>

#include "base/manual_clock.hpp"

using namespace base;

TEST(Rfc3339, WritesMillisecondsInUtc) { EXPECT_EQ("2026-01-01T00:00:00.123Z", to_rfc3339(1'767'225'600'123'999)); }

TEST(Rfc3339, WritesTimesBeforeTheEpoch) { EXPECT_EQ("1969-12-31T23:59:59.999Z", to_rfc3339(-1)); }

TEST(Rfc3339, ReadsFractionsAndOffsets) {
    EXPECT_EQ(1'767'225'600'000'000, parse_rfc3339("2026-01-01T00:00:00Z"));
    EXPECT_EQ(1'767'225'600'123'456, parse_rfc3339("2026-01-01T01:00:00.1234567+01:00"));
    EXPECT_EQ(1'767'225'600'500'000, parse_rfc3339("2026-01-01T00:00:00.5"));
}

TEST(Rfc3339, RefusesWhatIsNoTime) {
    for (const auto* text : {"", "2026", "2026-02-30T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:00:00.Z",
                             "2026-01-01T00:00:00Zx", "2026-01-01T00:00:00+1:00", "x026-01-01T00:00:00Z"})
        EXPECT_FALSE(parse_rfc3339(text)) << text;
}

TEST(ManualClock, MovesBothTimesTogether) {
    manual_clock time;
    const auto wall = time.now();
    const auto steady = time.steady();

    time.advance(std::chrono::hours{1});

    EXPECT_EQ(3'600'000'000, time.now() - wall);
    EXPECT_EQ(std::chrono::hours{1}, time.steady() - steady);
}
