#include "base/uuid.hpp"

#include <gtest/gtest.h>

#include "base/id_source.hpp"
#include "base/manual_clock.hpp"

using base::uuid;

TEST(Uuid, ReadsAnyCaseAndWritesLower) {
    const auto id = uuid::parse("0199A8F0-1c2d-7E3F-8a4b-5C6D7E8F9012");
    ASSERT_TRUE(id);
    EXPECT_EQ("0199a8f0-1c2d-7e3f-8a4b-5c6d7e8f9012", id->str());
    EXPECT_EQ(7, id->version());
}

TEST(Uuid, RefusesOtherForms) {
    for (const auto* text : {"", "0199a8f01c2d7e3f8a4b5c6d7e8f9012", "{0199a8f0-1c2d-7e3f-8a4b-5c6d7e8f9012}",
                             "0199a8f0-1c2d-7e3f-8a4b-5c6d7e8f901", "0199a8f0-1c2d-7e3f-8a4b-5c6d7e8f90123",
                             "0199a8f0-1c2d-7e3f-8a4b-5c6d7e8f901g", "0199a8f0x1c2d-7e3f-8a4b-5c6d7e8f9012"})
        EXPECT_FALSE(uuid::parse(text)) << text;
}

TEST(Uuid, VersionSevenIsTimeOrdered) {
    base::manual_clock time;
    base::seeded_ids ids{7};
    auto last = ids.make_v7(time);
    for (int i = 0; i < 100; ++i) {
        time.advance(std::chrono::milliseconds{1});
        const auto next = ids.make_v7(time);
        EXPECT_LT(last, next);
        EXPECT_EQ(time.now() / 1000, next.unix_ms());
        EXPECT_EQ(7, next.version());
        last = next;
    }
}
