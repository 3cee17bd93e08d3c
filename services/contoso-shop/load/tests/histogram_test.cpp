#include "histogram.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace {

using load::histogram;

TEST(LoadHistogram, IsEmptyAtFirst) {
    const histogram h;
    EXPECT_EQ(h.count(), 0u);
    EXPECT_EQ(h.at(99), 0u);
    EXPECT_EQ(h.max(), 0u);
}

TEST(LoadHistogram, IsExactForSmallValues) {
    histogram h;
    for (std::uint64_t v = 0; v < 200; ++v) h.record(v);
    EXPECT_EQ(h.at(50), 99u);
    EXPECT_EQ(h.at(100), 199u);
    EXPECT_EQ(h.at(0), 0u);
}

TEST(LoadHistogram, IsWithinOnePercentAtAnySize) {
    for (std::uint64_t v = 3; v < (std::uint64_t{1} << 60); v = v * 3 + 1) {
        histogram h;
        h.record(v);
        h.record(v * 2);  // so that max() does not hide the bucket's width
        EXPECT_GE(h.at(50), v);
        EXPECT_LE(double(h.at(50)), double(v) * 1.01) << v;
    }
}

TEST(LoadHistogram, TakesTheLargestValue) {
    histogram h;
    h.record(std::numeric_limits<std::uint64_t>::max());
    EXPECT_EQ(h.at(50), std::numeric_limits<std::uint64_t>::max());
}

TEST(LoadHistogram, PercentilesCountFromBelow) {
    histogram h;
    for (int i = 0; i < 999; ++i) h.record(10);
    h.record(1'000'000);
    EXPECT_EQ(h.at(99.9), 10u);
    EXPECT_EQ(h.at(99.95), 1'000'000u);
    EXPECT_EQ(h.max(), 1'000'000u);
}

TEST(LoadHistogram, MergesLikeOneThatSawAll) {
    histogram a, b, all;
    for (std::uint64_t v = 1; v < 5'000; v += 7) {
        (v % 2 ? a : b).record(v * v);
        all.record(v * v);
    }
    a.merge(b);
    EXPECT_EQ(a.count(), all.count());
    EXPECT_EQ(a.max(), all.max());
    EXPECT_DOUBLE_EQ(a.mean(), all.mean());
    for (const double p : {1.0, 50.0, 99.0, 99.9}) EXPECT_EQ(a.at(p), all.at(p));
}

}  // namespace
