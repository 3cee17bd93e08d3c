#include "base/trace.hpp"

#include <gtest/gtest.h>

#include "base/id_source.hpp"

using base::trace_context;

TEST(TraceContext, SurvivesARoundTrip) {
    const std::string text = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    const auto read = trace_context::parse(text, "k=v");
    ASSERT_TRUE(read);
    EXPECT_EQ(text, read->traceparent());
    EXPECT_EQ("k=v", read->state);
}

TEST(TraceContext, ChildKeepsTheTrace) {
    base::seeded_ids ids{1};
    const auto parent = trace_context::fresh(ids);
    const auto child = parent.child(ids);
    EXPECT_EQ(parent.trace_id, child.trace_id);
    EXPECT_NE(parent.span_id, child.span_id);
}

TEST(TraceContext, ReadsAHigherVersionByItsFirstFields) {
    EXPECT_TRUE(trace_context::parse("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more"));
}

TEST(TraceContext, RefusesWhatIsNone) {
    for (const auto* text : {"", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
                             "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                             "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                             "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                             "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                             "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x"})
        EXPECT_FALSE(trace_context::parse(text)) << text;
}
