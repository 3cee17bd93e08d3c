// Heads as our tokenizer reads them, beside how Beast's reads the same bytes.
#include <gtest/gtest.h>

#include <random>

#include "head_comparison.hpp"

namespace net {
namespace {

using testing::head_comparison;

const http::server_limits limits;
const http::head_limits frame{limits.target, limits.header, limits.header_count};

// From what heads are made of, right and wrong. One seed: the same heads in every run.
class head_maker {
public:
    std::string request() {
        if (chance(2)) return pick({"GET /a?b HTTP/1.1\r\nHost: x\r\n", "POST / HTTP/1.0\r\n"}) + fields(2);
        return pick({"GET", "POST", "OPTIONS", "CONNECT", "get", "B(", ""}) + pick({" ", " ", " ", " ", "  ", "\t"}) +
               pick(
                   {"/", "/a?b", "*", "http://h/a", "HTTPS://h?q", "http://u@h/", "ftp://h/", "/\xc3\xa4", "/#", "a"}) +
               pick({" ", " ", " ", " ", ""}) +
               pick({"HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/1.2", "HTTP/2.0", "HTTP/1.10"}) + "\r\n" + fields(5);
    }
    std::string response() {
        return pick({"HTTP/1.1 ", "HTTP/1.0 ", "HTTP/1.2 ", "HTTP/1.1"}) +
               pick({"200", "204", "304", "101", "20", "2000", "a00"}) + pick({" OK", " ", "", " \xc3\xa4\t"}) +
               "\r\n" + fields(3);
    }

private:
    std::string pick(std::initializer_list<const char*> from) {
        return from.begin()[std::uniform_int_distribution<std::size_t>{0, from.size() - 1}(random_)];
    }
    bool chance(int one_in) { return std::uniform_int_distribution{1, one_in}(random_) == 1; }
    std::string fields(int most) {
        std::string all;
        for (auto n = std::uniform_int_distribution{0, most}(random_); n > 0; --n) {
            all += pick({"Host", "Host", "host", "Content-Length", "Transfer-Encoding", "Connection", "Expect",
                         "Proxy-Connection", "X-A", "content-lengtH", "TRANSFER-ENCODING", "", "A B", "Upgrade"});
            all += pick({": ", ":", ": ", ":\t ", " : ", ""});
            all += pick({"x",
                         "h:80",
                         "3",
                         "3, 3",
                         "0003",
                         "65537",
                         "18446744073709551616",
                         "0000000000000000000003",
                         "chunked",
                         "gzip, chunked",
                         "chunked, gzip",
                         "chunked,",
                         "Chunked",
                         "close",
                         "keep-alive",
                         "Close , keep-alive",
                         "close;x",
                         ",close",
                         "100-continue",
                         "",
                         "\xc3\xa4",
                         "a\vb",
                         "close x"});
            all += pick({"\r\n", "\r\n", "\r\n", "\r\n", "\r\n", " \r\n", "\n", "\r\r\n", "\r\n b\r\n"});
        }
        return all + pick({"\r\n", "\r\n", "\r\n", "\n", ""});
    }
    std::mt19937 random_{4711};
};

// A head at the front of some text, when it is one.
struct framed {
    explicit framed(std::string_view text) {
        if (const auto size = http::find_head(text, frame, ends)) head = text.substr(0, *size);
    }
    http::line_ends ends;
    std::string_view head;
};

std::expected<std::size_t, http::refusal> measure(std::string_view text) {
    http::line_ends ends;
    return http::find_head(text, frame, ends);
}

TEST(HttpHead, ReadsRequestsAsBeastDoes) {
    head_maker make;
    unsigned read = 0, taken = 0;
    for (int i = 0; i < 20'000; ++i) {
        const auto text = make.request();
        ASSERT_EQ("", head_comparison::of_frames(text, frame)) << text;
        const framed f{text};
        if (f.head.empty()) continue;
        ++read;
        ASSERT_EQ("", head_comparison::of_requests(f.head, f.ends, limits)) << text;
        http::request r;
        taken += http::parse_request_head(f.head, f.ends, limits, r).has_value();
    }
    EXPECT_GT(read, 5'000U);
    EXPECT_GT(taken, 500U);  // else it only compared refusals
}

TEST(HttpHead, ReadsResponsesAsBeastDoes) {
    head_maker make;
    unsigned taken = 0;
    for (int i = 0; i < 20'000; ++i) {
        const auto text = make.response();
        const framed f{text};
        if (f.head.empty()) continue;
        for (const bool to_head : {false, true})
            ASSERT_EQ("", head_comparison::of_responses(f.head, f.ends, to_head)) << text;
        http::client_response r;
        taken += http::parse_response_head(f.head, f.ends, false, r).has_value();
    }
    EXPECT_GT(taken, 500U);
}

TEST(HttpHead, ReadsMoreLinesThanItRemembers) {
    std::string text = "GET / HTTP/1.1\r\nHost: x\r\n";
    for (int i = 0; i < 90; ++i) text += "A" + std::to_string(i) + ": " + std::to_string(i) + "\r\n";
    const framed f{text += "\r\n"};
    http::request r;

    ASSERT_TRUE(http::parse_request_head(f.head, f.ends, limits, r).has_value());
    ASSERT_EQ(91U, r.headers.size());
    EXPECT_EQ("89", r.get("A89"));
    EXPECT_EQ("", head_comparison::of_requests(f.head, f.ends, limits));
}

TEST(HttpHead, FindsItsEndWhereverABlockOfTheScanEnds) {
    for (std::size_t length = 0; length < 200; ++length) {
        const auto text = "GET / HTTP/1.1\r\nA: " + std::string(length, 'x') + "\r\n\r\n";
        for (std::size_t cut = 1; cut < text.size(); ++cut) {
            const auto part = std::make_unique<std::string>(text.substr(0, cut));
            ASSERT_EQ(0U, measure(*part).value()) << length << ' ' << cut;
        }
        ASSERT_EQ(text.size(), measure(text + "more").value());
    }
}

TEST(HttpHead, FindsAControlByteAtEveryPlace) {
    for (const char c : {'\0', '\b', '\v', '\r', '\n', '\x1f', '\x7f'}) {
        for (std::size_t at = 0; at < 150; ++at) {
            std::string value(150, '\xc3');
            value[at] = c;
            ASSERT_FALSE(measure("GET / HTTP/1.1\r\nA: " + value + "\r\n\r\n")) << at;
        }
    }
}

TEST(HttpHead, KnowsNeitherTabNorHighBytesAsControls) {
    const auto text = "GET / HTTP/1.1\r\nA: \t \xff\x80\xa0~\r\n\r\n" + std::string(100, '\0');
    EXPECT_EQ(text.size() - 100, measure(text).value());
}

// Beast reads such a list as far as it can, and would believe `chunked`.
TEST(HttpHead, TakesNoMalformedListOfCodingsInAResponse) {
    const std::string coded = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked;x\r\n";
    for (const std::string& text : {coded + "\r\n", coded + "Content-Length: 3\r\n\r\n"}) {
        const framed f{text};
        http::client_response r;
        const auto head = http::parse_response_head(f.head, f.ends, false, r);
        ASSERT_FALSE(head.has_value());
        EXPECT_EQ(502U, head.error().status);
    }
}

}  // namespace
}  // namespace net
