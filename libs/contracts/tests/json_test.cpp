#include "contracts/json.hpp"

#include <gtest/gtest.h>

#include <random>

#include "json_agreement.hpp"
#include "support.hpp"

using namespace contracts::json;

namespace {

bool readable(std::string_view text) { return parse(text).has_value(); }

std::string message_of(std::string_view text, const limits& l = {}, bool fold_case = false) {
    const auto r = parse(text, l, fold_case);
    return r ? "" : r.error().message;
}

}  // namespace

TEST(Json, KeepsNumbersAsTheyStood) {
    for (const auto* text : {"0", "-0", "129", "129.00", "2.495E1", "1e999", "0.10000000000000000055511151231257827",
                             "-17", "18446744073709551616", "9007199254740993"}) {
        const auto v = parse(text);
        ASSERT_TRUE(v) << text;
        EXPECT_TRUE(v->root().is(value::kind::number));
        EXPECT_EQ(text, v->root().text);
    }
}

TEST(Json, BuildsTheTree) {
    const auto v = parse(R"( {"a":[1,{"b":null},true,"x\u00e9\n"],"c":{}} )");

    ASSERT_TRUE(v);
    ASSERT_TRUE(v->find("a"));
    const auto items = v->find("a")->items();
    ASSERT_EQ(4u, items.size());
    EXPECT_EQ(1, items[0].integer());
    EXPECT_TRUE(items[1].find("b")->is(value::kind::null));
    EXPECT_TRUE(items[2].boolean);
    EXPECT_EQ("x\xC3\xA9\n", items[3].text);
    EXPECT_TRUE(v->find("c")->is(value::kind::object));
    EXPECT_FALSE(v->find("A"));
    EXPECT_TRUE(v->find_any_case("A"));
}

TEST(Json, KeepsWhatItHoldsWhenTheTextIsGone) {
    auto text = std::make_unique<std::string>(R"({"name":["a longer piece of text","\u00e9",12.50]})");
    const auto v = parse(*text);
    text.reset();
    ASSERT_TRUE(v);
    const auto items = v->find("name")->items();
    EXPECT_EQ("a longer piece of text", items[0].text);
    EXPECT_EQ("\xC3\xA9", items[1].text);
    EXPECT_EQ("12.50", items[2].text);
}

TEST(Json, WalksOverNestedContainers) {
    const auto v = parse(R"([[],[[1],2],{},{"a":[{}]},"end"])");
    ASSERT_TRUE(v);
    const auto items = v->root().items();
    ASSERT_EQ(5u, items.size());
    EXPECT_TRUE(items[0].items().empty());
    EXPECT_EQ("2", items[1].items()[1].text);
    EXPECT_FALSE(items[2].find("a"));
    EXPECT_EQ(1u, items[3].find("a")->items().size());
    EXPECT_EQ("end", items[4].text);
    EXPECT_EQ(5, std::distance(items.begin(), items.end()));
}

TEST(Json, AgreesWithBoostsOwnValues) {
    std::vector<std::string> texts{
        R"({"items":[{"productId":"AZ-700","quantity":1},{"quantity":1000,"productId":"\u0041\n\ud83d\uded2"}]})",
        R"({"CorrelationId":{"Value":"01977a3c-0000-7000-8000-000000000001"},"Order":{"Items":[],"n":-1.25e-3}})",
        R"([0,-0,1.5,1e3,18446744073709551615,-9223372036854775808,true,false,null,"",[],{},[[{"":{}}]]])",
        std::string(32, '[') + std::string(32, ']'),
        std::string(33, '[') + std::string(33, ']'),
        "\"" + std::string(5000, 'x') + "\\n" + std::string(5000, 'y') + "\""};
    for (const auto* file : {"identity.json", "original/retry-and-reject.json"}) texts.push_back(read_fixture(file));
    for (const auto& text : texts) EXPECT_TRUE(contracts::json::testing::agree(text)) << text;

    std::mt19937 dice{20260203};
    constexpr std::string_view alphabet = "{}[]\",:\\u0e1-.+Etfn \x01\xC3\xA9";
    for (int round = 0; round < 20'000; ++round) {
        auto text = texts[dice() % 3];
        for (auto changes = dice() % 3 + 1; changes > 0; --changes) {
            const auto at = dice() % text.size();
            const auto with = alphabet[dice() % alphabet.size()];
            switch (dice() % 3) {
                case 0:
                    text[at] = with;
                    break;
                case 1:
                    text.insert(at, 1, with);
                    break;
                default:
                    text.erase(at, dice() % 8 + 1);
                    if (text.empty()) text = "0";
            }
        }
        ASSERT_TRUE(contracts::json::testing::agree(text)) << text;
    }
}

TEST(Json, RefusesWhatIsNotExactlyOneValue) {
    for (const std::string& text : {"", " ", "{", "[1,]", "{\"a\":1} x", "1 2", "\xEF\xBB\xBF{}", "nul", "'a'", "{a:1}",
                                    "/**/1", "[1", "\"a", "01", "1.", "+1", "NaN", "Infinity"})
        EXPECT_FALSE(readable(text)) << text;
    EXPECT_FALSE(readable(std::string_view{"1\0", 2}));
}

TEST(Json, RefusesBadUnicode) {
    for (const std::string& text : {"\"\xFF\"", "\"\xC0\xAF\"", "\"\xED\xA0\x80\"", "\"\\ud800\"", "\"\\udc00\"",
                                    "\"\\ud800x\"", "{\"\xC3\":1}", "\"\n\""})
        EXPECT_FALSE(readable(text));
    EXPECT_EQ("\xF0\x9F\x9B\x92", parse(R"("\ud83d\uded2")")->root().text);
}

TEST(Json, RefusesTwins) {
    EXPECT_FALSE(readable(R"({"a":1,"a":1})"));
    EXPECT_FALSE(readable(R"([{"x":{"a":1,"\u0061":2}}])"));
    EXPECT_TRUE(readable(R"({"a":1,"A":2})"));
    EXPECT_FALSE(parse(R"({"a":1,"A":2})", {}, true));
    EXPECT_TRUE(parse(R"({"a":{"a":1},"b":{"a":1}})", {}, true));
}

TEST(Json, RefusesTwinsAmongManyMembers) {
    std::string text = "{";
    for (int i = 0; i < 50; ++i) text += "\"m" + std::to_string(i) + "\":0,";
    EXPECT_TRUE(readable(text + "\"last\":0}"));
    EXPECT_FALSE(readable(text + "\"m17\":0}"));
    EXPECT_TRUE(readable(text + "\"M17\":0}"));
    EXPECT_FALSE(parse(text + "\"M17\":0}", {}, true));
}

TEST(Json, HoldsItsLimits) {
    EXPECT_TRUE(readable(std::string(16, '[') + std::string(16, ']')));
    EXPECT_FALSE(readable(std::string(17, '[') + std::string(17, ']')));
    EXPECT_FALSE(parse("[1,2,3]", {.bytes = 6}));
    EXPECT_TRUE(parse("[1,2,3]", {.bytes = 7}));
    EXPECT_TRUE(parse("[1,2,3]", {.members = 4}));
    EXPECT_FALSE(parse("[1,2,3]", {.members = 3}));
}

TEST(Json, SaysWhereAndWhatButNeverTheInput) {
    EXPECT_NE(std::string::npos, message_of("{\"secret\":tru }").find("at byte"));
    EXPECT_EQ(std::string::npos, message_of("{\"secret\":tru }").find("secret"));
    EXPECT_NE(std::string::npos, message_of("{\"a\":1").find("ends too early"));
    EXPECT_NE(std::string::npos, message_of("{} {}").find("something follows"));
    EXPECT_NE(std::string::npos, message_of(R"({"a":1,"a":2})").find("twice"));
}

TEST(Json, IntegerTakesWholeNumbersInRangeOnly) {
    EXPECT_EQ(INT64_MAX, parse("9223372036854775807")->root().integer());
    for (const auto* text : {"9223372036854775808", "1.0", "1e2", "\"1\"", "null", "true"})
        EXPECT_FALSE(parse(text)->root().integer()) << text;
}

TEST(Json, WritesStringsThatItReadsBack) {
    const std::string text = std::string{"a\"b\\c\n\t\r\x01\x1F é \xF0\x9F\x9B\x92"} + '\0' + "z";
    std::string out;
    append_string(out, text);
    const auto back = parse(out);
    ASSERT_TRUE(back) << out;
    EXPECT_EQ(text, back->root().text);
}
