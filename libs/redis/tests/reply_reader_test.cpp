// Bytes to replies, with no socket.
#include "reply_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace redis {
namespace {

using namespace std::string_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::size_t most = 1024 * 1024;

struct reading {
    replies got;
    std::string failure;
};

reading read(std::string_view bytes, std::size_t piece, std::size_t limit = most) {
    reply_reader reader{limit};
    reading r;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        const bool whole = reader.feed(bytes.substr(at, piece), [&](reply one) {
            r.got.push_back(std::move(one));
            return true;
        });
        if (!whole) break;
    }
    r.failure = reader.failure();
    return r;
}

const std::string every_kind =
    "+OK\r\n-ERR no such key\r\n:-9223372036854775808\r\n$-1\r\n$0\r\n\r\n$6\r\na\0\r\nb\xff\r\n*-1\r\n*0\r\n"
    "*3\r\n$7\r\nmessage\r\n*2\r\n:1\r\n*1\r\n+in\r\n$-1\r\n"s;

const replies& every_value() {
    static const replies all{
        reply::of("OK", reply::kind::status),
        reply::of("ERR no such key", reply::kind::error),
        reply::of(std::numeric_limits<std::int64_t>::min()),
        reply{},
        reply::of(""),
        reply::of(std::string{"a\0\r\nb\xff", 6}),
        reply{},
        reply::of(replies{}),
        reply::of(replies{reply::of("message"),
                          reply::of(replies{reply::of(1), reply::of(replies{reply::of("in", reply::kind::status)})}),
                          reply{}}),
    };
    return all;
}

TEST(ReplyReader, ReadsEveryKindHoweverItIsCut) {
    for (std::size_t piece = 1; piece <= every_kind.size(); ++piece) {
        const auto r = read(every_kind, piece);
        ASSERT_EQ("", r.failure) << "in pieces of " << piece;
        ASSERT_EQ(every_value(), r.got) << "in pieces of " << piece;
    }
}

TEST(ReplyReader, ReadsEveryKindCutOnceAnywhere) {
    for (std::size_t cut = 0; cut <= every_kind.size(); ++cut) {
        reply_reader reader{most};
        replies got;
        const auto take = [&](reply one) {
            got.push_back(std::move(one));
            return true;
        };
        ASSERT_TRUE(reader.feed(std::string_view{every_kind}.substr(0, cut), take));
        ASSERT_TRUE(reader.feed(std::string_view{every_kind}.substr(cut), take));
        ASSERT_EQ(every_value(), got) << "cut at " << cut;
    }
}

TEST(ReplyReader, ReadsManyRepliesOfOneFeedAndLargeOnes) {
    std::string bytes;
    for (int i = 0; i < 20'000; ++i) bytes.append(":").append(std::to_string(i)).append("\r\n");
    const std::string large(500'000, 'x');
    bytes.append("$500000\r\n").append(large).append("\r\n+end\r\n");
    const auto r = read(bytes, bytes.size());
    ASSERT_EQ(20'002U, r.got.size()) << r.failure;
    for (int i = 0; i < 20'000; ++i) ASSERT_EQ(i, r.got[static_cast<std::size_t>(i)].integer());
    EXPECT_EQ(large, r.got[20'000].text());
    EXPECT_EQ("end", r.got[20'001].text());
}

TEST(ReplyReader, RefusesWhatIsNotResp) {
    for (const std::string_view bytes :
         {"?", "HTTP/1.1 400 Bad Request\r\n", "*1\r\n?\r\n", ":12x\r\n", ":\r\n", "$x\r\n", "$-2\r\n", "*-2\r\n",
          "*99999999999999999999\r\n", "$99999999999999999999\r\n", "*2147483648\r\n", ":9223372036854775808\r\n"}) {
        const auto r = read(bytes, bytes.size());
        EXPECT_THAT(r.failure, HasSubstr("not RESP")) << bytes;
        EXPECT_THAT(r.got, IsEmpty()) << bytes;
    }
}

TEST(ReplyReader, StaysBroken) {
    reply_reader reader{most};
    const auto none = [](reply) -> bool { throw std::logic_error{"there is no reply"}; };
    EXPECT_FALSE(reader.feed("?", none));
    EXPECT_FALSE(reader.feed("+OK\r\n", none));
}

TEST(ReplyReader, RefusesArraysNestedTooDeep) {
    std::string bytes;
    for (int i = 0; i < 100; ++i) bytes.append("*1\r\n");
    const auto r = read(bytes.append(":1\r\n"), 3);
    EXPECT_THAT(r.failure, HasSubstr("not RESP"));
}

TEST(ReplyReader, TakesNoMemoryForWhatIsOnlyAnnounced) {
    reply_reader reader{most};
    EXPECT_TRUE(reader.feed("*2147483647\r\n:1\r\n", [](reply) { return true; })) << "an honest server may go on";
    reply_reader strings{most};
    EXPECT_TRUE(strings.feed("$2000000000\r\nabc", [](reply) { return true; }));
}

TEST(ReplyReader, RefusesMoreThanItsLimit) {
    const std::string large(2'000, 'x');
    EXPECT_THAT(read("$2000\r\n" + large + "\r\n", 100, 1'000).failure, HasSubstr("larger than allowed"));
    std::string many{"*1000000\r\n"};
    for (int i = 0; i < 10'000; ++i) many.append(":1\r\n");
    EXPECT_THAT(read(many, 100, 100'000).failure, HasSubstr("larger than allowed")) << "what it weighs in memory";
    EXPECT_EQ(
        "", read("$900\r\n" + large.substr(0, 900) + "\r\n$900\r\n" + large.substr(0, 900) + "\r\n", 7, 1'000).failure)
        << "each reply by itself";
}

TEST(ReplyReader, RefusesALineThatDoesNotEnd) {
    for (const std::string_view start : {"+", "-", ":1", "*1", "$1"}) {
        const auto r = read(std::string{start}.append(200'000, '1'), 1'000);
        EXPECT_NE("", r.failure) << start;
    }
}

TEST(ReplyReader, StopsWhenNobodyWantsMore) {
    reply_reader reader{most};
    int taken = 0;
    EXPECT_TRUE(reader.feed("+1\r\n+2\r\n+3\r\n", [&](reply) { return ++taken < 2; }));
    EXPECT_EQ(2, taken);
}

TEST(Reply, KnowsWhatItsErrorMeans) {
    const auto kind = [](const char* text) { return reply::of(text, reply::kind::error).as_fault().kind; };
    EXPECT_EQ(base::fault_kind::unavailable, kind("LOADING Redis is loading the dataset in memory"));
    EXPECT_EQ(base::fault_kind::unavailable, kind("READONLY You can't write against a read only replica."));
    EXPECT_EQ(base::fault_kind::unavailable, kind("MASTERDOWN Link with MASTER is down"));
    EXPECT_EQ(base::fault_kind::internal, kind("NOPERM this user has no permissions"));
    EXPECT_EQ(base::fault_kind::invalid, kind("ERR syntax error"));
    EXPECT_EQ("NOSCRIPT", reply::of("NOSCRIPT No matching script", reply::kind::error).error_code());
    EXPECT_EQ("", reply::of("NOSCRIPT is what the value says").error_code());
}

}  // namespace
}  // namespace redis
