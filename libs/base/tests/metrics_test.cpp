#include "base/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using testing::HasSubstr;

TEST(Metrics, WritesFamiliesTogetherWithTheirLabels) {
    base::metrics m;
    m.make_counter("orders_total", "Orders.", "status=\"ok\"").add(3);
    m.make_gauge("depth", "Depth.").set(-2);
    m.make_counter("orders_total", "Orders.", "status=\"bad\"").add();
    m.watch("asked", "Asked.", "", [] { return 0.5; });

    const auto text = m.prometheus_text();

    EXPECT_THAT(
        text,
        HasSubstr("# TYPE orders_total counter\norders_total{status=\"ok\"} 3\norders_total{status=\"bad\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("depth -2\n"));
    EXPECT_THAT(text, HasSubstr("asked 0.5\n"));
}

TEST(Metrics, HistogramBucketsAreCumulative) {
    base::metrics m;
    auto& h = m.make_histogram("seconds", "Time.");
    h.observe(0.0002);
    h.observe(0.02);
    h.observe(100);

    const auto text = m.prometheus_text();

    EXPECT_THAT(text, HasSubstr("seconds_bucket{le=\"0.00025\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("seconds_bucket{le=\"0.025\"} 2\n"));
    EXPECT_THAT(text, HasSubstr("seconds_bucket{le=\"+Inf\"} 3\n"));
    EXPECT_THAT(text, HasSubstr("seconds_count 3\n"));
}
