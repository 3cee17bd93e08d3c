#include "signalr/json.hpp"

#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

#include <fstream>
#include <set>
#include <sstream>

#include "json_scanner.hpp"

using namespace signalr;

namespace {

std::string utf8(std::uint32_t cp) {
    const auto byte = [](std::uint32_t b) { return static_cast<char>(b); };
    if (cp < 0x80) return {byte(cp)};
    if (cp < 0x800) return {byte(0xc0 | cp >> 6), byte(0x80 | (cp & 63))};
    if (cp < 0x10000) return {byte(0xe0 | cp >> 12), byte(0x80 | (cp >> 6 & 63)), byte(0x80 | (cp & 63))};
    return {byte(0xf0 | cp >> 18), byte(0x80 | (cp >> 12 & 63)), byte(0x80 | (cp >> 6 & 63)), byte(0x80 | (cp & 63))};
}

struct walked {
    bool good = false;
    std::string log;
};

walked walk(std::string_view text) {
    json_scanner s{text};
    walked out;
    json_member m;
    if (s.enter_object())
        while (s.next_member(m)) out.log += std::string{m.name} + "=" + std::string{m.value.text} + ";";
    out.good = s.what() == json_scanner::trouble::none;
    return out;
}

}  // namespace

TEST(JsonString, EscapesExactlyWhatTheReferenceServerEscapes) {
    std::ifstream file{FIXTURES "/hub-json/escaped-code-points.json"};
    std::stringstream text;
    text << file.rdbuf();
    const auto capture = boost::json::parse(text.str());
    std::set<std::uint32_t> escaped;
    for (const auto& range : capture.at("escaped").as_array()) {
        const auto first = std::stoul(std::string{range.at(0).as_string()}, nullptr, 16);
        const auto last = std::stoul(std::string{range.at(1).as_string()}, nullptr, 16);
        for (auto cp = first; cp <= last; ++cp) escaped.insert(static_cast<std::uint32_t>(cp));
    }
    ASSERT_GT(escaped.size(), 6000U);

    for (std::uint32_t cp = 0; cp < 0x10000; ++cp) {
        if (cp >= 0xd800 && cp < 0xe000) continue;
        const bool raw = json_string(utf8(cp)) == "\"" + utf8(cp) + "\"";
        ASSERT_EQ(raw, !escaped.contains(cp)) << std::hex << cp;
    }
}

TEST(JsonString, UsesShortFormsUpperCaseHexAndSurrogatePairs) {
    EXPECT_EQ(json_string("\b\t\n\f\r\"\\"), R"("\b\t\n\f\r\"\\")");
    EXPECT_EQ(json_string("\x1e\x7f"), R"("\u001E\u007F")");
    EXPECT_EQ(json_string("😀"), R"("\uD83D\uDE00")");
    EXPECT_EQ(json_string("é日本/<>&+'"), "\"é日本/<>&+'\"");
}

TEST(JsonString, ReplacesWhatIsNotUtf8) {
    EXPECT_EQ(json_string("a\xff"
                          "b"),
              R"("a\uFFFDb")");
    EXPECT_EQ(json_string("\xe2\x82"), R"("\uFFFD\uFFFD")");
    EXPECT_EQ(json_string("\xed\xa0\x80"), R"("\uFFFD\uFFFD\uFFFD")");
}

TEST(JsonScanner, WalksOverMembers) {
    const auto w = walk(R"( {"a" : 1 , "b":"x\"y","c":[1,[2,{"d":null}]] ,"e":{}} trailing)");

    EXPECT_TRUE(w.good);
    EXPECT_EQ(w.log, R"(a=1;b=x\"y;c=[1,[2,{"d":null}]];e={};)");
}

TEST(JsonScanner, AgreesWithAFullParserOnWhatIsJson) {
    const std::vector<std::string> values{"0",        "-0",        "1.5e+3",      "01",         "1.",
                                          ".5",       "-",         "1e",          "+1",         "true",
                                          "tru",      "nul",       "null",        "\"\"",       "\"\\u12g4\"",
                                          "\"\\x\"",  "\"\n\"",    "\"\\u0041\"", "[]",         "[1,]",
                                          "[,1]",     "[1 2]",     "{}",          "{\"a\":1,}", "{\"a\"}",
                                          "{\"a\":}", "{1:2}",     "[[[]]]",      "[{}]",       "{\"a\":[{\"b\":[]}]}",
                                          "[}",       "{]",        "[1",          "\"a",        "{\"a\":1",
                                          "",         "//c\n1",    "NaN",         "-01",        "1E5",
                                          "\"\t\"",   "[\"a\":1]", "[1}",         "{\"a\":1]",  "\"\\ud800\\udc00\""};
    for (const auto& value : values) {
        const std::string text = "{\"x\":" + value + "}";
        boost::system::error_code ec;
        boost::json::parse(text, ec);
        EXPECT_EQ(walk(text).good, !ec) << text;
    }
}

TEST(JsonScanner, RefusesEveryPrefix) {
    const std::string text = R"({"a":[1,{"b":"\u0041"},true],"c":-1.5e3})";
    EXPECT_TRUE(walk(text).good);
    for (std::size_t i = 0; i < text.size(); ++i) EXPECT_FALSE(walk(std::string_view{text}.substr(0, i)).good) << i;
}

TEST(JsonScanner, StopsAtTheDepthLimit) {
    const auto nested = [](std::size_t depth) {
        return "{\"x\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
    };
    EXPECT_TRUE(walk(nested(64)).good);
    EXPECT_FALSE(walk(nested(65)).good);
    EXPECT_FALSE(walk(nested(100'000)).good);
}

TEST(JsonUnescaped, RefusesLoneSurrogatesAndBadUtf8) {
    std::string out;
    EXPECT_TRUE(append_unescaped(out, R"(a\u00e9\uD83D\uDE00\n\/)"));
    EXPECT_EQ(out, "aé😀\n/");
    EXPECT_FALSE(append_unescaped(out, R"(\ud83d)"));
    EXPECT_FALSE(append_unescaped(out, R"(\ud83dx)"));
    EXPECT_FALSE(append_unescaped(out, R"(\udc00)"));
    EXPECT_FALSE(append_unescaped(out, "\xff"));
}
