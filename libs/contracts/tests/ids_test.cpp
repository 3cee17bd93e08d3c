#include "contracts/ids.hpp"

#include <gtest/gtest.h>

using namespace contracts;

TEST(Ids, TakeOneToSixtyFourCodePoints) {
    EXPECT_TRUE(read_user_id("a"));
    EXPECT_TRUE(read_user_id(std::string(64, 'a')));
    EXPECT_FALSE(read_user_id(std::string(65, 'a')));
    EXPECT_FALSE(read_user_id(""));

    std::string accents;
    for (int i = 0; i < 64; ++i) accents += "é";
    EXPECT_TRUE(read_user_id(accents));
    EXPECT_FALSE(read_user_id(accents + "é"));
}

TEST(Ids, RefuseWhiteSpaceAtTheEndsAndControlsAnywhere) {
    EXPECT_TRUE(read_product_id("AZ 700"));
    for (const std::string& text : {" AZ", "AZ ",
                                    "\xC2\xA0"
                                    "AZ",
                                    "AZ\xE3\x80\x80", "A\nZ", "A\x7FZ", "A\xC2\x85Z"})
        EXPECT_FALSE(read_product_id(text)) << text;
    EXPECT_FALSE(read_product_id(std::string_view{"A\0Z", 3}));
}

TEST(Ids, RefuseWhatIsNotUtf8) {
    for (const std::string& text :
         {"\x80", "\xC0\xAF", "\xC3", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "a\xFF"})
        EXPECT_FALSE(read_user_id(text));
    EXPECT_TRUE(read_user_id("\xF0\x9F\x9B\x92"));
}

TEST(Ids, CorrelationIdTakesAnyCaseButNil) {
    EXPECT_EQ("0199a8f0-1c2d-4fd5-af35-cf26d1f3ca8d",
              read_correlation_id("0199A8F0-1C2D-4FD5-AF35-CF26D1F3CA8D")->str());
    EXPECT_FALSE(read_correlation_id("00000000-0000-0000-0000-000000000000"));
    EXPECT_FALSE(read_correlation_id("0199a8f01c2d4fd5af35cf26d1f3ca8d"));
}

TEST(Ids, CountsCodePoints) {
    EXPECT_EQ(3u, count_code_points("aé\xF0\x9F\x9B\x92"));
    EXPECT_FALSE(count_code_points("\xED\xBF\xBF"));
}
