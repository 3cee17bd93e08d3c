#include "base/text.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace {

std::string json(std::string_view text) {
    std::string out;
    base::append_json_string(out, text);
    return out;
}

}  // namespace

TEST(HexDigits, AreTwoLowerCaseOnesAByte) {
    const std::vector<std::uint8_t> bytes{0x00, 0x0F, 0xA5, 0xFF};
    char text[8];
    EXPECT_EQ(text + 8, base::write_hex(text, bytes));
    EXPECT_EQ("000fa5ff", (std::string_view{text, 8}));
}

TEST(JsonString, EscapesQuotesBackslashesAndControls) {
    EXPECT_EQ(R"("")", json(""));
    EXPECT_EQ(R"("plain /text' é")", json("plain /text' é"));
    EXPECT_EQ(R"("a\"b\\c\n\r\td")", json("a\"b\\c\n\r\td"));
    EXPECT_EQ(R"("\u0000\u0001\u001f\u007f")", json(std::string_view{"\0\x01\x1F\x7F", 4}));
    EXPECT_EQ(R"("\"\"")", json("\"\""));
}

TEST(JsonString, KeepsWholeSequencesAndReplacesWhatIsNone) {
    EXPECT_EQ("\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x9B\x92\"", json("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x9B\x92"));
    EXPECT_EQ(
        "\"a\xEF\xBF\xBD"
        "b\"",
        json("a\xFF"
             "b"));
    EXPECT_EQ("\"\xEF\xBF\xBD\xEF\xBF\xBD\"", json("\xC0\xAF"));                  // overlong
    EXPECT_EQ("\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"", json("\xED\xA0\x80"));  // a surrogate
    EXPECT_EQ("\"\xEF\xBF\xBD\"", json("\xC3"));                                  // cut off
    EXPECT_EQ("\"\xEF\xBF\xBD\\\"\"", json("\xC3\""));                            // … and what follows is not swallowed
}

TEST(JsonString, AppendsToWhatIsThere) {
    std::string out = "{\"name\":";
    base::append_json_string(out, "x");
    EXPECT_EQ(R"({"name":"x")", out);
}

TEST(Utf8, SaysWhereASequenceEnds) {
    EXPECT_EQ(1u, base::utf8_end("a", 0));
    EXPECT_EQ(5u, base::utf8_end("x\xF4\x8F\xBF\xBF", 1));
    EXPECT_EQ(1u, base::utf8_end("x\xF4\x90\x80\x80", 1));  // beyond U+10FFFF
    EXPECT_EQ(1u, base::utf8_end("a", 1));                  // nothing there
}
