#include "hub_link.hpp"

#include <gtest/gtest.h>

#include "report.hpp"

namespace {

using load::notice;
using load::progress;

TEST(LoadNotice, ReadsOurOwn) {
    notice n;
    ASSERT_TRUE(load::read_notice(
        R"({"correlationId":"0199a8f0-1c2d-7fd5-af35-cf26d1f3ca8d","status":"Completed","orderId":123,"sequence":42,"previous":41,"timeline":{"correlationId":"x","attempts":1,"steps":[{"name":"accepted"}]}})",
        n));
    EXPECT_EQ(n.id.str(), "0199a8f0-1c2d-7fd5-af35-cf26d1f3ca8d");
    EXPECT_EQ(n.reached, progress::completed);
    EXPECT_EQ(n.order, 123);
    EXPECT_EQ(n.sequence, 42);
    EXPECT_EQ(n.previous, 41);
}

TEST(LoadNotice, ReadsTheOlderShape) {
    notice n;
    ASSERT_TRUE(load::read_notice(
        R"({"correlationId":{"value":"cd4b77be-06e7-4f61-9618-e0776a566003"},"status":2,"orderId":22})", n));
    EXPECT_EQ(n.reached, progress::completed);
    EXPECT_EQ(n.order, 22);
    EXPECT_EQ(n.sequence, 0);
}

TEST(LoadNotice, ReadsAFailure) {
    notice n;
    ASSERT_TRUE(load::read_notice(
        R"({"correlationId":"0199a8f0-1c2d-7fd5-af35-cf26d1f3ca8d","status":"Failed","orderId":null,"reason":"a \"quote\"","sequence":7,"previous":null})",
        n));
    EXPECT_EQ(n.reached, progress::failed);
    EXPECT_EQ(n.order, 0);
    EXPECT_EQ(n.previous, 0);
}

TEST(LoadNotice, RefusesWhatIsNone) {
    notice n;
    for (const std::string_view text :
         {"", "null", "{}", R"({"correlationId":"no","status":"Completed"})", R"({"status":"Completed"})",
          R"({"correlationId":"0199a8f0-1c2d-7fd5-af35-cf26d1f3ca8d","status":"Odd"})"})
        EXPECT_FALSE(load::read_notice(text, n)) << text;
}

TEST(LoadReport, WritesNumbersForPeople) {
    EXPECT_EQ(load::with_thousands(0), "0");
    EXPECT_EQ(load::with_thousands(999), "999");
    EXPECT_EQ(load::with_thousands(1'234'567), "1,234,567");
    EXPECT_EQ(load::as_duration(870), "870 us");
    EXPECT_EQ(load::as_duration(1'250), "1.25 ms");
    EXPECT_EQ(load::as_duration(125'000), "125.0 ms");
    EXPECT_EQ(load::as_duration(3'400'000), "3.40 s");
    EXPECT_EQ(load::as_json_string("a\"\n"), R"("a\"\u000a")");
}

TEST(LoadPlace, TakesAnUrlApart) {
    const auto p = load::read_place("http://localhost:4200/");
    ASSERT_TRUE(p);
    EXPECT_EQ(p->host, "localhost");
    EXPECT_EQ(p->port, 4200);
    EXPECT_EQ(p->authority, "localhost:4200");
    EXPECT_EQ(load::read_place("http://[::1]:81")->host, "::1");
    EXPECT_EQ(load::read_place("http://[::1]")->port, 80);
    for (const std::string_view bad :
         {"", "localhost", "ftp://x", "http://", "http://x/path", "http://x:0", "http://x:99999", "http://:80"})
        EXPECT_FALSE(load::read_place(bad)) << bad;
}

}  // namespace
