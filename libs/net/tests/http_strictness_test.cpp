// What a request may not look like: where two readers could see different messages, and where limits are.
#include <gtest/gtest.h>

#include "fake_connection.hpp"
#include "test_handler.hpp"

namespace net {
namespace {

using testing::fake_connection;
using testing::fake_loop;
using testing::test_handler;

struct bad_request {
    const char* name;
    unsigned status;
    std::string text;
};

void PrintTo(const bad_request& b, std::ostream* out) { *out << b.name; }

std::string with(const std::string& fields, const std::string& body = {}) {
    return "POST / HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n" + body;
}
std::string chunked(const std::string& body) { return with("Transfer-Encoding: chunked\r\n", body); }
std::string many_fields(int n) {
    std::string s = "GET / HTTP/1.1\r\nHost: x\r\n";
    for (int i = 1; i < n; ++i) s += "A" + std::to_string(i) + ": b\r\n";
    return s + "\r\n";
}
const std::string nul(1, '\0');

const bad_request cases[] = {
    {"LengthBesideChunked", 400, with("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
    {"ChunkedBesideLength", 400, with("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "0\r\n\r\n")},
    {"TwinLengthsDiffer", 400, with("Content-Length: 3\r\nContent-Length: 4\r\n", "abc")},
    {"TwinLengthsSame", 400, with("Content-Length: 3\r\nContent-Length: 3\r\n", "abc")},
    {"ListedLength", 400, with("Content-Length: 3, 3\r\n", "abc")},
    {"NegativeLength", 400, with("Content-Length: -3\r\n", "abc")},
    {"SignedLength", 400, with("Content-Length: +3\r\n", "abc")},
    {"HexLength", 400, with("Content-Length: 0x3\r\n", "abc")},
    {"EmptyLength", 400, with("Content-Length:\r\n")},
    {"BlankInLength", 400, with("Content-Length: 1 2\r\n", "abc")},
    {"OverflowingLength", 400, with("Content-Length: 18446744073709551619\r\n", "abc")},
    {"HugeLength", 413, with("Content-Length: 999999999999\r\n")},
    {"LengthOneOver", 413, with("Content-Length: 65537\r\n")},
    {"TwinEncodings", 400, with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
    {"ChunkedTwice", 400, with("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n")},
    {"ChunkedNotLast", 400, with("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n")},
    {"GzipChunked", 501, with("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n")},
    {"UnknownEncoding", 501, with("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n")},
    {"Identity", 501, with("Transfer-Encoding: identity\r\n")},
    {"QuotedChunked", 501, with("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n")},
    {"EmptyEncoding", 400, with("Transfer-Encoding:\r\n", "0\r\n\r\n")},
    {"CommaBeforeChunked", 400, with("Transfer-Encoding: ,chunked\r\n", "0\r\n\r\n")},
    {"VerticalTabBeforeChunked", 400, with("Transfer-Encoding: \vchunked\r\n", "0\r\n\r\n")},
    {"ChunkedInHttp10", 400, "POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
    {"FoldedLine", 400, with("X-A: b\r\n c\r\n")},
    {"FoldedFirstLine", 400, "GET / HTTP/1.1\r\n Host: x\r\n\r\n"},
    {"FoldedEncoding", 400, with("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n")},
    {"BlankBeforeColon", 400, with("Content-Length : 3\r\n", "abc")},
    {"TabBeforeColon", 400, with("Transfer-Encoding\t: chunked\r\n", "0\r\n\r\n")},
    {"NoColon", 400, with("NoColon\r\n")},
    {"EmptyName", 400, with(": x\r\n")},
    {"NulInName", 400, with("X-" + nul + "A: b\r\n")},
    {"NulInValue", 400, with("X-A: b" + nul + "\r\n")},
    {"BellInValue", 400, with("X-A: b\ab\r\n")},
    {"DeleteInValue", 400, with("X-A: b\x7f\r\n")},
    {"Utf8InName", 400, with("X-\xc3\xa4: b\r\n")},
    {"BareLfInHead", 400, "GET / HTTP/1.1\r\nHost: x\nX-A: b\r\n\r\n"},
    {"BareLfEverywhere", 400, "GET / HTTP/1.1\nHost: x\n\n"},
    {"BareCrInValue", 400, with("X-A: b\rContent-Length: 3\r\n")},
    {"CrCrLf", 400, with("X-A: b\r\r\n")},
    {"NoHost", 400, "GET / HTTP/1.1\r\n\r\n"},
    {"TwinHosts", 400, "GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n"},
    {"TwinHostsInHttp10", 400, "GET / HTTP/1.0\r\nHost: x\r\nHost: y\r\n\r\n"},
    {"ListedHost", 400, "GET / HTTP/1.1\r\nHost: x, y\r\n\r\n"},
    {"HostWithPath", 400, "GET / HTTP/1.1\r\nHost: x/y\r\n\r\n"},
    {"HostWithUser", 400, "GET / HTTP/1.1\r\nHost: a@x\r\n\r\n"},
    {"Http2", 505, "GET / HTTP/2.0\r\nHost: x\r\n\r\n"},
    {"Http12", 505, "GET / HTTP/1.2\r\nHost: x\r\n\r\n"},
    {"Http09", 400, "GET /\r\n\r\n"},
    {"LowerCaseVersion", 400, "GET / http/1.1\r\nHost: x\r\n\r\n"},
    {"LongVersion", 400, "GET / HTTP/1.10\r\nHost: x\r\n\r\n"},
    {"Http2Preface", 505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
    {"TlsOnAPlainPort", 400, std::string{"\x16\x03\x01\x02\x00", 5}},
    {"TwoBlanksInRequestLine", 400, "GET  / HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"BlankInTarget", 400, "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"TabInRequestLine", 400, "GET\t/ HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"BlankAfterVersion", 400, "GET / HTTP/1.1 \r\nHost: x\r\n\r\n"},
    {"NoTarget", 400, "GET HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"LeadingBlank", 400, " GET / HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"SeparatorInMethod", 400, "GE(T / HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"Fragment", 400, "GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"RawUtf8InTarget", 400, "GET /\xc3\xa4 HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"RelativeTarget", 400, "GET a HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"AsteriskForGet", 400, "GET * HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"UserInAbsoluteForm", 400, "GET http://a@x/ HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"EmptyAuthority", 400, "GET http:///a HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"OtherScheme", 400, "GET ftp://x/ HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"Connect", 501, "CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"OtherExpectation", 417, with("Expect: a-miracle\r\nContent-Length: 3\r\n", "abc")},
    {"TwinExpectations", 417, with("Expect: 100-continue\r\nExpect: 100-continue\r\nContent-Length: 3\r\n")},
    {"LongTarget", 414, "GET /" + std::string(9'000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"LongTargetWithoutEnd", 414, "GET /" + std::string(9'000, 'a')},
    {"LargeHead", 431, with("X-A: " + std::string(17'000, 'a') + "\r\n")},
    {"LargeHeadWithoutEnd", 431, "GET / HTTP/1.1\r\nX-A: " + std::string(17'000, 'a')},
    {"ManyFields", 431, many_fields(101)},
    {"ChunkSizeMissing", 400, chunked("\r\nabc\r\n0\r\n\r\n")},
    {"ChunkSizeNotHex", 400, chunked("g\r\nabc\r\n0\r\n\r\n")},
    {"ChunkSizeSigned", 400, chunked("-1\r\nabc\r\n0\r\n\r\n")},
    {"ChunkSizePrefixed", 400, chunked("0x3\r\nabc\r\n0\r\n\r\n")},
    {"ChunkSizePadded", 400, chunked("3 \r\nabc\r\n0\r\n\r\n")},
    {"ChunkSizeLong", 400, chunked("0000000000000003\r\nabc\r\n0\r\n\r\n")},
    {"ChunkSizeOverflows", 413, chunked("fffffffffffffffff\r\nabc")},
    {"ChunkSizeBareLf", 400, chunked("3\nabc\r\n0\r\n\r\n")},
    {"ChunkDataTooLong", 400, chunked("3\r\nabcd\r\n0\r\n\r\n")},
    {"ChunkDataBareLf", 400, chunked("3\r\nabc\n0\r\n\r\n")},
    {"ChunksTooLarge", 413, chunked("8000\r\n" + std::string(0x8000, 'a') + "\r\n8001\r\n")},
    {"LongChunkExtension", 400, chunked("3;" + std::string(300, 'a') + "\r\nabc\r\n0\r\n\r\n")},
    {"ManyChunkExtensions", 400,
     [] {
         std::string body;
         for (int i = 0; i < 100; ++i) body += "1;ab=c\r\nx\r\n";
         return chunked(body);
     }()},
    {"ControlInChunkExtension", 400, chunked("3;a\b\r\nabc\r\n0\r\n\r\n")},
    {"BareLfInChunkExtension", 400, chunked("3;a\nabc\r\n0\r\n\r\n")},
    {"EndlessTrailers", 400,
     [] {
         std::string body = "0\r\n";
         for (int i = 0; i < 100; ++i) body += "Trailer: x\r\n";
         return chunked(body);
     }()},
    {"FoldedTrailer", 400, chunked("0\r\nA: b\r\n c\r\n\r\n")},
    {"BareLfAfterTrailers", 400, chunked("0\r\nA: b\n\n")},
};

class HttpStrictness : public ::testing::TestWithParam<bad_request> {
protected:
    std::shared_ptr<fake_connection> connect() {
        return fake_connection::make(loop_, http::make_server_protocol(handler_, {}, stats_, loop_));
    }
    fake_loop loop_;
    std::shared_ptr<test_handler> handler_ = std::make_shared<test_handler>();
    std::shared_ptr<http::server_stats> stats_ = std::make_shared<http::server_stats>();
};

TEST_P(HttpStrictness, RefusesAndCloses) {
    auto c = connect();

    c->feed(GetParam().text + "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n");

    ASSERT_EQ(1U, handler_->refused.size());
    EXPECT_EQ(GetParam().status, handler_->refused[0].first) << handler_->refused[0].second;
    EXPECT_TRUE(handler_->seen.empty());
    EXPECT_TRUE(c->sent().starts_with("HTTP/1.1 " + std::to_string(GetParam().status) + " ")) << c->sent();
    EXPECT_NE(std::string::npos, c->sent().find("Connection: close\r\n"));
    EXPECT_TRUE(c->closed());
}

TEST_P(HttpStrictness, SaysTheSameInSmallPieces) {
    auto c = connect();
    const std::string_view text = GetParam().text;
    const std::size_t piece = text.size() < 2'000 ? 1 : 997;

    for (std::size_t at = 0; at < text.size(); at += piece) c->feed(text.substr(at, piece));
    c->feed("GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n");

    ASSERT_EQ(1U, handler_->refused.size());
    EXPECT_EQ(GetParam().status, handler_->refused[0].first) << handler_->refused[0].second;
    EXPECT_TRUE(handler_->seen.empty());
    EXPECT_TRUE(c->closed());
}

INSTANTIATE_TEST_SUITE_P(Cases, HttpStrictness, ::testing::ValuesIn(cases),
                         [](const auto& i) { return std::string{i.param.name}; });

class HttpLeniency : public HttpStrictness {};

// At the limits, and odd but allowed: these must go through, and mean what they say.
const bad_request fine[] = {
    {"AbsoluteForm", 200, "GET http://other:81/a?b HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"AbsoluteFormWithoutPath", 200, "GET http://other?b HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"AsteriskForOptions", 200, "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"EmptyHost", 200, "GET / HTTP/1.1\r\nHost:\r\n\r\n"},
    {"HostWithPort", 200, "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n"},
    {"NoHostInHttp10", 200, "GET / HTTP/1.0\r\n\r\n"},
    {"UnknownMethod", 200, "BREW /pot HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"LowerCaseMethod", 200, "get / HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"Utf8InValue", 200, with("X-A: \xc3\xa4\r\n")},
    {"TabInValue", 200, with("X-A: a\tb\r\n")},
    {"EmptyValue", 200, with("X-A:\r\n")},
    {"PostWithoutBody", 200, with("")},
    {"LargestBody", 200, with("Content-Length: 65536\r\n", std::string(65536, 'x'))},
    {"LargestChunked", 200, chunked("10000\r\n" + std::string(65536, 'x') + "\r\n0\r\n\r\n")},
    {"LongestTarget", 200, "GET /" + std::string(8 * 1024 - 1, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n"},
    {"MostFields", 200, many_fields(100)},
    {"LeadingZerosInLength", 200, with("Content-Length: 0003\r\n", "abc")},
    {"ExpectInHttp10", 200, "POST / HTTP/1.0\r\nContent-Length: 3\r\nExpect: x\r\n\r\nabc"},
};

TEST_P(HttpLeniency, TakesIt) {
    auto c = connect();

    c->feed(GetParam().text);

    EXPECT_TRUE(handler_->refused.empty());
    ASSERT_EQ(1U, handler_->seen.size()) << c->sent();
}

INSTANTIATE_TEST_SUITE_P(Cases, HttpLeniency, ::testing::ValuesIn(fine),
                         [](const auto& i) { return std::string{i.param.name}; });

TEST_F(HttpLeniency, LetsTheAuthorityOfAnAbsoluteTargetStandForHost) {
    auto c = connect();

    c->feed("GET http://other:81/a?b HTTP/1.1\r\nHost: x\r\n\r\n");

    ASSERT_EQ(1U, handler_->seen.size());
    EXPECT_EQ("/a", handler_->seen[0].path);
    EXPECT_EQ("b", handler_->seen[0].query);
    EXPECT_EQ("other:81", handler_->seen[0].headers[0].second);
}

}  // namespace
}  // namespace net
