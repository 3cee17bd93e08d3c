#include "scan.hpp"

#include <gtest/gtest.h>

#include "answer.hpp"
#include "feed_cursor.hpp"

namespace {

namespace scan = load::scan;
using load::feed_cursor;
using load::reading;

TEST(LoadScan, WalksMembersPastNestedValuesAndEscapes) {
    constexpr std::string_view text =
        R"( {"reason":"a \"status\":\"Completed\" } in text", "timeline":{"status":"no","steps":[{"a":"]}"}]},"status":"Failed" ,"orderId":null,"n":-12})";
    EXPECT_EQ(scan::text(scan::member(text, "status")), "Failed");
    EXPECT_EQ(scan::member(text, "orderId"), "null");
    EXPECT_EQ(scan::integer(scan::member(text, "n")), -12);
    EXPECT_EQ(scan::member(text, "missing"), "");
    EXPECT_EQ(scan::text(scan::member(text, "timeline")), "");
}

TEST(LoadScan, WalksElements) {
    scan::elements walk{R"([ 1, "a,b", [2,3], {"x":[]} ])"};
    std::vector<std::string_view> seen;
    for (std::string_view v; walk.next(v);) seen.push_back(v);
    EXPECT_EQ(seen, (std::vector<std::string_view>{"1", R"("a,b")", "[2,3]", R"({"x":[]})"}));
}

TEST(LoadScan, StopsAtWhatIsCutOffOrNoJson) {
    for (const std::string_view text :
         {"", "{", "{\"a", "{\"a\"", "{\"a\":", "{\"a\":\"b", "{\"a\":[1,", "[]", "x", "}"})
        EXPECT_EQ(scan::member(text, "a"), "") << text;
    std::string_view v;
    for (const std::string_view text : {"", "[", "[]", "[\"a", "{}", "]"})
        EXPECT_FALSE(scan::elements{text}.next(v)) << text;
    EXPECT_EQ(scan::integer("12x"), std::nullopt);
    EXPECT_EQ(scan::integer(""), std::nullopt);
}

TEST(LoadAnswer, ReadsOneAnswerOffTheFront) {
    constexpr std::string_view bytes =
        "HTTP/1.1 201 Created\r\ncontent-LENGTH: 4\r\nConnection: Close\r\nRetry-After: "
        "2\r\n\r\nbodyHTTP/1.1 200 OK";
    const auto r = load::read_front(bytes);
    ASSERT_EQ(r.what, reading::done);
    EXPECT_EQ(r.value.status, 201u);
    EXPECT_EQ(r.value.body, "body");
    EXPECT_TRUE(r.value.last);
    EXPECT_EQ(r.value.retry_after, 2u);
    EXPECT_EQ(bytes.substr(r.used), "HTTP/1.1 200 OK");
}

TEST(LoadAnswer, WaitsForEveryByte) {
    constexpr std::string_view bytes = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\nno";
    for (std::size_t n = 0; n < bytes.size(); ++n)
        EXPECT_EQ(load::read_front(bytes.substr(0, n)).what, reading::more) << n;
    EXPECT_EQ(load::read_front(bytes).what, reading::done);
}

TEST(LoadAnswer, NeedsNoLengthWhereThereIsNoBody) {
    EXPECT_EQ(load::read_front("HTTP/1.1 204 No Content\r\n\r\n").what, reading::done);
    EXPECT_EQ(load::read_front("HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n").what, reading::done);
}

TEST(LoadAnswer, RefusesWhatItCannotFrame) {
    for (const std::string_view bytes :
         {"SSH-2.0-x\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nno colon\r\n\r\na",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"})
        EXPECT_EQ(load::read_front(bytes).what, reading::broken) << bytes;
    EXPECT_EQ(load::read_front(std::string(64 * 1024, 'x')).what, reading::broken);
}

TEST(LoadFeedCursor, FollowsAnUnbrokenFeed) {
    feed_cursor c;
    c.resumed(0, false);
    c.pushed(10, 0);
    c.pushed(20, 10);
    c.pushed(20, 10);
    EXPECT_FALSE(c.gap());
    EXPECT_EQ(c.last(), 20);
    EXPECT_EQ(c.gaps(), 0u);
}

TEST(LoadFeedCursor, SeesAGapAndHealsItByReplay) {
    feed_cursor c;
    c.pushed(10, 0);
    c.pushed(30, 20);
    EXPECT_TRUE(c.gap());
    EXPECT_EQ(c.last(), 10) << "what Resume is asked after";

    c.replayed(20, 10, true);
    c.replayed(30, 20, true);
    c.resumed(30, true);

    EXPECT_FALSE(c.gap());
    EXPECT_EQ(c.gaps(), 1u);
    EXPECT_EQ(c.broken(), 0u);
}

TEST(LoadFeedCursor, AsksAgainForWhatCameWhileItAsked) {
    feed_cursor c;
    c.pushed(10, 0);
    c.pushed(30, 20);
    c.pushed(40, 30);
    c.replayed(20, 10, true);
    c.resumed(20, true);
    EXPECT_TRUE(c.gap());
    EXPECT_EQ(c.gaps(), 1u);
}

TEST(LoadFeedCursor, CountsAHoleInACompleteReplay) {
    feed_cursor c;
    c.pushed(10, 0);
    c.pushed(40, 30);
    c.replayed(30, 20, true);
    c.replayed(40, 30, true);
    c.resumed(40, true);
    EXPECT_EQ(c.broken(), 1u);
}

TEST(LoadFeedCursor, GoesOnAfterAFeedThatForgot) {
    feed_cursor c;
    c.pushed(10, 0);
    c.pushed(40, 0);
    EXPECT_TRUE(c.gap());
    c.replayed(40, 0, false);
    c.resumed(40, false);
    EXPECT_FALSE(c.gap());
    EXPECT_EQ(c.broken(), 0u);
    c.pushed(50, 40);
    EXPECT_FALSE(c.gap());
}

}  // namespace
