#include "replay_buffer.hpp"

#include <gtest/gtest.h>

#include <vector>

using namespace signalr;

namespace {

std::vector<std::string> all_that_may_leave(replay_buffer& b) {
    std::vector<std::string> out;
    for (auto text = b.next(); !text.empty(); text = b.next()) out.emplace_back(text);
    return out;
}
using texts = std::vector<std::string>;

}  // namespace

TEST(ReplayBuffer, ResendsWhatWasNotAcknowledgedFromItsNumber) {
    replay_buffer b{1000};
    for (const char* text : {"a", "b", "c"}) b.keep(text);
    EXPECT_EQ(all_that_may_leave(b), (texts{"a", "b", "c"}));
    b.acknowledged(1);
    b.keep("d");

    EXPECT_EQ(b.begin_again(), 2);
    EXPECT_EQ(all_that_may_leave(b), (texts{"b", "c", "d"}));
}

TEST(ReplayBuffer, SaysTheNumberThatComesNextWhenNothingIsKept) {
    replay_buffer b{1000};
    EXPECT_EQ(b.begin_again(), 1);
    b.keep("a"), b.keep("b");
    all_that_may_leave(b);
    b.acknowledged(2);

    EXPECT_EQ(b.begin_again(), 3);
    EXPECT_TRUE(all_that_may_leave(b).empty());
    EXPECT_EQ(b.bytes(), 0U);
}

TEST(ReplayBuffer, HoldsBackAboveItsLimitUntilRoomIsAcknowledged) {
    replay_buffer b{5};
    for (const char* text : {"aaa", "bbb", "c", "d"}) b.keep(text);
    EXPECT_EQ(all_that_may_leave(b), (texts{"aaa", "bbb"}));
    EXPECT_TRUE(b.holding());

    b.acknowledged(1);
    EXPECT_EQ(all_that_may_leave(b), (texts{"c", "d"}));
    EXPECT_FALSE(b.holding());
}

TEST(ReplayBuffer, TakesAnAckForMoreThanWasSentAsOneForAll) {
    replay_buffer b{5};
    b.acknowledged(50);
    for (const char* text : {"aaaaaa", "b"}) b.keep(text);
    EXPECT_EQ(all_that_may_leave(b), (texts{"aaaaaa"}));

    b.acknowledged(50);
    EXPECT_EQ(all_that_may_leave(b), (texts{"b"}));
    EXPECT_EQ(b.begin_again(), 2);
}

TEST(ReplayBuffer, TakesAnAckWhileItResends) {
    replay_buffer b{5};
    b.keep("aaa"), b.keep("bbb");
    all_that_may_leave(b);
    b.keep("c"), b.keep("d");
    b.begin_again();
    EXPECT_EQ(b.next(), "aaa");
    b.acknowledged(2);  // by the transport before

    EXPECT_EQ(all_that_may_leave(b), (texts{"c", "d"}));
    EXPECT_EQ(b.begin_again(), 3);
}

TEST(ReplayBuffer, KeepsSharedFramesWithoutTheirHeader) {
    replay_buffer b{100};
    b.keep(std::make_shared<const std::string>("\x81\x01x"), 2);
    EXPECT_EQ(b.next(), "x");
    EXPECT_EQ(b.bytes(), 1U);
}

TEST(ReplayBuffer, DropsWhatTheClientSendsAgain) {
    replay_buffer b{100};
    EXPECT_TRUE(b.is_new());
    EXPECT_TRUE(b.is_new());
    EXPECT_TRUE(b.continue_at(2));
    EXPECT_FALSE(b.is_new());
    EXPECT_TRUE(b.is_new());
    EXPECT_EQ(b.take_ack(), 3);
}

TEST(ReplayBuffer, RefusesASequenceBeyondWhatItHasSeen) {
    replay_buffer b{100};
    EXPECT_TRUE(b.is_new());
    EXPECT_TRUE(b.continue_at(2));
    EXPECT_FALSE(b.continue_at(3));
    EXPECT_TRUE(b.continue_at(-7));  // all of it again
    EXPECT_FALSE(b.is_new());
}

TEST(ReplayBuffer, AcknowledgesOnlyWhatIsNew) {
    replay_buffer b{100};
    EXPECT_EQ(b.take_ack(), 0);
    b.is_new(), b.is_new();
    EXPECT_TRUE(b.owes_ack());
    EXPECT_EQ(b.take_ack(), 2);
    EXPECT_FALSE(b.owes_ack());
    EXPECT_EQ(b.take_ack(), 0);
}
