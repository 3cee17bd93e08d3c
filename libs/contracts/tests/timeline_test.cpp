#include <gtest/gtest.h>

#include "contracts/orders.hpp"

using namespace contracts;

namespace {

timeline sample() {
    timeline t;
    t[step::accepted] = 1'767'225'600'000'000;
    t[step::queued] = 1'767'225'600'001'900;
    t[step::persisted] = 1'767'225'600'001'500;  // another machine's clock
    t.attempts = 2;
    t.trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
    return t;
}

}  // namespace

TEST(Timeline, HeaderRoundTripsWithoutAttempts) {
    EXPECT_EQ("accepted=1767225600000000;queued=1767225600001900;persisted=1767225600001500", to_header(sample()));
    const auto back = read_timeline_header(to_header(sample()));
    EXPECT_EQ(sample().at, back.at);
    EXPECT_EQ(0, back.attempts);
    EXPECT_EQ("", to_header(timeline{}));
}

TEST(Timeline, RowRoundTrips) {
    const auto back = read_timeline_row(to_row(sample()));
    EXPECT_EQ(sample().at, back.at);
    EXPECT_EQ(2, back.attempts);
    EXPECT_EQ(sample().trace_id, back.trace_id);
}

TEST(Timeline, LeavesOutWhatIsUnreadable) {
    const auto t = read_timeline_header(
        "accepted=x;queued=-5;=;processing;persisted=99999999999999999999;notified=7;notified=9;;later=3;"
        "failed=1 ");
    EXPECT_EQ(7, t[step::notified]);
    EXPECT_EQ("notified=7", to_header(t));
    EXPECT_EQ("", read_timeline_row("trace=ZZ;attempts=-3").trace_id);
    EXPECT_EQ(0, read_timeline_row("trace=ZZ;attempts=-3").attempts);
}

TEST(Timeline, FirstWriteWinsAndAttemptsRise) {
    timeline first, second;
    first[step::accepted] = 5;
    first.attempts = 1;
    second[step::accepted] = 4;
    second[step::queued] = 6;
    second.attempts = 3;
    second.trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";

    first.merge(second);

    EXPECT_EQ(5, first[step::accepted]);
    EXPECT_EQ(6, first[step::queued]);
    EXPECT_EQ(3, first.attempts);
    EXPECT_EQ(second.trace_id, first.trace_id);
}

TEST(Timeline, DurationsAreNeverBelowZero) {
    std::string out;
    append_timeline_json(out, *read_correlation_id("0199a8f0-1c2d-7fd5-af35-cf26d1f3ca8d"), sample());
    EXPECT_EQ(
        R"({"correlationId":"0199a8f0-1c2d-7fd5-af35-cf26d1f3ca8d","traceId":"4bf92f3577b34da6a3ce929d0e0e4736","attempts":2,"steps":[)"
        R"({"name":"accepted","at":"2026-01-01T00:00:00.000Z","durationMs":0},)"
        R"({"name":"queued","at":"2026-01-01T00:00:00.001Z","durationMs":1.9},)"
        R"({"name":"persisted","at":"2026-01-01T00:00:00.001Z","durationMs":0}]})",
        out);
}

TEST(Timeline, AnUnknownTraceIsNull) {
    std::string out;
    append_timeline_json(out, *read_correlation_id("0199a8f0-1c2d-7fd5-af35-cf26d1f3ca8d"), {});
    EXPECT_EQ(R"({"correlationId":"0199a8f0-1c2d-7fd5-af35-cf26d1f3ca8d","traceId":null,"attempts":0,"steps":[]})",
              out);
}
