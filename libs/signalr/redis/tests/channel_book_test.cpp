// One change of a channel at a time, whatever is wanted meanwhile.
#include "channel_book.hpp"

#include <gtest/gtest.h>

using namespace signalr;

namespace {

class ChannelBook : public ::testing::Test {
protected:
    ChannelBook() { book.link(true); }
    void want(const std::string& channel) {
        book.want(channel, [this] { ++released; }, now + std::chrono::seconds{2});
    }
    using turns = std::vector<std::string>;
    turns take() { return std::exchange(begun, {}); }

    turns begun;
    channel_book book{[this](const std::string& channel, bool on) { begun.push_back((on ? "+" : "-") + channel); }};
    std::chrono::steady_clock::time_point now{};
    int released = 0;
};

}  // namespace

TEST_F(ChannelBook, SubscribesOnceForAllWhoWantIt) {
    want("a");
    want("a");
    EXPECT_EQ(take(), turns{"+a"});
    EXPECT_EQ(released, 0);
    book.done("a", true, true);
    EXPECT_EQ(released, 2);
    want("a");
    EXPECT_EQ(released, 3);
    EXPECT_EQ(take(), turns{});

    book.unwant("a");
    book.unwant("a");
    EXPECT_EQ(take(), turns{});
    book.unwant("a");
    EXPECT_EQ(take(), turns{"-a"});
    book.done("a", false, true);
    EXPECT_TRUE(book.empty());
}

TEST_F(ChannelBook, WaitsForTheChangeUnderWayBeforeTheNext) {
    want("a");
    book.unwant("a");
    want("a");
    book.unwant("a");
    EXPECT_EQ(take(), turns{"+a"});
    book.done("a", true, true);
    EXPECT_EQ(take(), turns{"-a"});
    want("a");
    EXPECT_EQ(take(), turns{});
    book.done("a", false, true);
    EXPECT_EQ(take(), turns{"+a"});
}

TEST_F(ChannelBook, TakesAWishBackThatHasNotComeYet) {
    book.unwant("a");
    want("a");
    EXPECT_EQ(take(), turns{});
    EXPECT_TRUE(book.empty());
    EXPECT_EQ(book.wanted(), 0U);
    EXPECT_EQ(released, 1);
}

TEST_F(ChannelBook, KeepsTheOrderOfWhatItCouldNotBegin) {
    book.link(false);
    for (const auto* name : {"z", "b", "y"}) want(name);
    EXPECT_EQ(released, 3);  // nobody waits for a Redis that is away
    EXPECT_FALSE(book.all_begun());
    book.unwant("b");
    book.link(true);
    EXPECT_EQ(take(), (turns{"+z", "+y"}));
    EXPECT_TRUE(book.all_begun());
}

TEST_F(ChannelBook, TriesAgainWhatWentWrong) {
    want("a");
    take();
    book.done("a", true, false);
    EXPECT_EQ(released, 1);
    EXPECT_FALSE(book.all_begun());
    book.retry();
    EXPECT_EQ(take(), turns{"+a"});
    book.done("a", true, true);
    EXPECT_EQ(book.subscribed(), 1U);

    want("b");
    book.unwant("b");
    take();
    book.done("b", true, false);
    book.retry();
    EXPECT_EQ(take(), turns{});
}

TEST_F(ChannelBook, LetsGoWhoWaitedLongEnough) {
    want("a");
    book.tick(now + std::chrono::seconds{1});
    EXPECT_EQ(released, 0);
    book.tick(now + std::chrono::seconds{2});
    EXPECT_EQ(released, 1);
    book.done("a", true, true);
    EXPECT_EQ(released, 1);
}
