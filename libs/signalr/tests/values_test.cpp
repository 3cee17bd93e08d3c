// The cursor and the writer under all codecs.
#include <gtest/gtest.h>

#include "hub_protocol.hpp"
#include "signalr/values.hpp"
#include "support/fixture.hpp"

using namespace signalr;
using namespace signalr::testing;

namespace {

value_reader json(std::string_view text) { return value_reader::of_value(encoding::json, text); }
value_reader packed(std::string_view bytes) { return value_reader::of_value(encoding::messagepack, bytes); }

std::string written(encoding e, auto write) {
    std::string out;
    value_writer to{e, out};
    write(to);
    EXPECT_FALSE(to.failed());
    return out;
}
std::string json_of(auto write) { return written(encoding::json, write); }
std::string hex_of(auto write) { return hex_of_bytes(written(encoding::messagepack, write)); }

// Reads any value to its end, entering all that can be entered.
bool walk(value_reader& from, unsigned depth = 0) {
    if (from.peek() == value_kind::array) {
        if (!from.enter_array()) return false;
        while (from.next_element())
            if (!walk(from, depth + 1)) return false;
        return !from.failed();
    }
    if (from.peek() == value_kind::object) {
        std::string_view name;
        std::string scratch;
        if (!from.enter_object()) return false;
        while (from.next_member(name, scratch))
            if (!walk(from, depth + 1)) return false;
        return !from.failed();
    }
    return from.skip();
}

}  // namespace

TEST(ValueReader, ReadsArgumentsOneAfterTheOther) {
    auto from = value_reader::of_arguments(encoding::json, R"( [ "a" , -5 , {"x":[1]} , null ] )");
    std::string text;
    std::int64_t number = 0;
    std::string_view raw;
    ASSERT_TRUE(from.next_element() && from.text(text));
    ASSERT_TRUE(from.next_element() && from.integer(number));
    ASSERT_TRUE(from.next_element() && from.raw(raw));
    ASSERT_TRUE(from.next_element() && from.nil());
    EXPECT_FALSE(from.next_element());
    EXPECT_TRUE(from.at_end());
    EXPECT_EQ(text, "a");
    EXPECT_EQ(number, -5);
    EXPECT_EQ(raw, R"({"x":[1]})");
}

TEST(ValueReader, LeavesTextInPlaceUnlessItIsEscaped) {
    std::string scratch;
    std::string_view text;
    const std::string plain = R"("plain é")";
    ASSERT_TRUE(json(plain).text(text, scratch));
    EXPECT_EQ(text.data(), plain.data() + 1);
    ASSERT_TRUE(json(R"("a\n\u00e9\ud83d\ude00")").text(text, scratch));
    EXPECT_EQ(text, "a\né😀");
    EXPECT_EQ(text.data(), scratch.data());
    const std::string bytes = bytes_of_hex("a3 61 62 63");
    ASSERT_TRUE(packed(bytes).text(text, scratch));
    EXPECT_EQ(text.data(), bytes.data() + 1);
}

TEST(ValueReader, RefusesWhatIsNoJson) {
    for (const char* text : {"[1 2]", "[1,]",    "[,1]",     "[1",     "[",   "]",     "{\"a\" 1}", "{\"a\":1,}",
                             "{1:1}", "{\"a\"}", "{\"a\":}", "{,}",    "01",  "+1",    "1.",        ".5",
                             "1e",    "\"",      "\"\\x\"",  "\"\n\"", "nul", "truex", "",          "[1]]"}) {
        auto from = json(text);
        EXPECT_FALSE(walk(from) && from.at_end()) << text;
    }
}

TEST(ValueReader, RefusesWhatIsNoMessagePack) {
    for (const char* bytes : {"", "c1", "92 01", "a3 61 62", "81 a1 61", "dc 00", "dd ff ff ff ff 01",
                              "df ff ff ff ff a0 01", "c4 02 00", "cb 00", "d4 ff", "db ff ff ff ff 61", "81 01 01"}) {
        const std::string owned = bytes_of_hex(bytes);
        auto from = packed(owned);
        EXPECT_FALSE(walk(from)) << bytes;
    }
}

TEST(ValueReader, SaysNoForEverAfterAFailure) {
    auto from = value_reader::of_arguments(encoding::json, R"(["x",1])");
    std::int64_t number = 0;
    ASSERT_TRUE(from.next_element());
    EXPECT_FALSE(from.integer(number));
    EXPECT_TRUE(from.failed());
    EXPECT_FALSE(from.next_element());
    EXPECT_FALSE(from.skip());
    EXPECT_FALSE(from.nil());
    EXPECT_EQ(from.peek(), value_kind::none);
}

TEST(ValueReader, EntersAsDeepAsTheReferenceServer) {
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    const std::string deep = nested(64), too_deep = nested(65);
    auto from = json(deep), refused = json(too_deep);
    EXPECT_TRUE(walk(from));
    EXPECT_FALSE(walk(refused));
    EXPECT_FALSE(json(too_deep).skip());
    const std::string packed_deep = std::string(499, '\x91') + '\x90',
                      packed_too_deep = std::string(500, '\x91') + '\x90';
    auto good = packed(packed_deep), bad = packed(packed_too_deep);
    EXPECT_TRUE(walk(good));
    EXPECT_FALSE(walk(bad));
    EXPECT_TRUE(packed(packed_too_deep).skip());
}

TEST(ValueReader, KeepsNumbersApart) {
    std::int64_t whole = 0;
    std::uint64_t large = 0;
    double any = 0;
    EXPECT_TRUE(json("-0").integer(whole));
    EXPECT_FALSE(json("1.0").integer(whole));
    EXPECT_FALSE(json("1e2").integer(whole));
    EXPECT_FALSE(json("9223372036854775808").integer(whole));
    EXPECT_TRUE(json("18446744073709551615").unsigned_integer(large));
    EXPECT_FALSE(json("-1").unsigned_integer(large));
    EXPECT_TRUE(json("1e400").floating(any) && std::isinf(any) && any > 0);
    EXPECT_TRUE(json("-1e400").floating(any) && std::isinf(any) && any < 0);
    EXPECT_TRUE(json("1e-400").floating(any) && any == 0);
    const std::string max = bytes_of_hex("cf ff ff ff ff ff ff ff ff"),
                      one = bytes_of_hex("cb 3f f0 00 00 00 00 00 00");
    EXPECT_FALSE(packed(max).integer(whole));
    EXPECT_TRUE(packed(max).unsigned_integer(large));
    EXPECT_FALSE(packed("\xff").unsigned_integer(large));
    EXPECT_FALSE(packed(one).integer(whole));
    EXPECT_TRUE(packed("\xff").floating(any) && any == -1);
}

TEST(ValueReader, ReadsTimesOfAllForms) {
    const std::pair<const char*, std::int64_t> times[]{{R"("2024-02-29T13:14:15Z")", 1'709'212'455},
                                                       {R"("2024-02-29T13:14:15.5+02:00")", 1'709'205'255},
                                                       {R"("2024-02-29")", 1'709'164'800},
                                                       {R"("0001-01-01T00:00:00")", -62'135'596'800}};
    for (const auto& [text, expected] : times) {
        std::int64_t seconds = 0;
        std::uint32_t nanoseconds = 0;
        EXPECT_TRUE(json(text).timestamp(seconds, nanoseconds)) << text;
        EXPECT_EQ(seconds, expected) << text;
    }
    for (const char* text :
         {R"("2024-02-30")", R"("2024-02-29T24:00:00Z")", R"("2024-02-29 13:14:15")", R"("2024-02-29T1:14:15")",
          R"("2024-02-29T13:14:15+15:00")", R"("2024-02-29T13:14:15.Z")", R"("")", "5"}) {
        std::int64_t seconds = 0;
        std::uint32_t nanoseconds = 0;
        EXPECT_FALSE(json(text).timestamp(seconds, nanoseconds)) << text;
    }
}

TEST(ValueWriter, NamesMembersInCamelCaseByTheRuleOfDotNet) {
    const std::pair<const char*, const char*> names[]{{"URLValue", "urlValue"},
                                                      {"ABCDef", "abcDef"},
                                                      {"Id", "id"},
                                                      {"ID", "id"},
                                                      {"A", "a"},
                                                      {"value", "value"},
                                                      {"IOStream", "ioStream"},
                                                      {"ID3x", "iD3x"},
                                                      {"_Name", "_Name"},
                                                      {"X1", "x1"},
                                                      {"ÄB", "ÄB"}};
    for (const auto& [declared, expected] : names) {
        const auto text = json_of([&](value_writer& to) {
            to.begin_object(1);
            to.member(declared);
            to.nil();
            to.end_object();
        });
        EXPECT_EQ(text, "{\"" + std::string{expected} + "\":null}");
    }
}

TEST(ValueWriter, NamesMembersAsDeclaredWhenAskedTo) {
    std::string out;
    auto to = json_protocol(member_names::as_declared).writer(out);
    to.begin_object(1);
    to.member("URLValue");
    to.boolean(true);
    to.end_object();
    EXPECT_EQ(out, R"({"URLValue":true})");
}

TEST(ValueWriter, PutsCommasWhereJsonNeedsThem) {
    EXPECT_EQ(json_of([](value_writer& to) {
                  to.text("a");
                  to.begin_array(2);
                  to.begin_array(0);
                  to.end_array();
                  to.integer(1);
                  to.end_array();
                  to.begin_object(2);
                  to.key("Key");
                  to.nil();
                  to.member("Other");
                  to.json(" {\"x\" : 1} ");
                  to.end_object();
                  to.binary("\xff");
              }),
              R"("a",[[],1],{"Key":null,"other":{"x" : 1}},"/w==")");
}

TEST(ValueWriter, WritesFloatsAsDotNet) {
    const std::pair<double, const char*> numbers[]{{1e16, "10000000000000000"},
                                                   {1e17, "1E+17"},
                                                   {123456789012345680.0, "1.2345678901234568E+17"},
                                                   {0.0001, "0.0001"},
                                                   {0.00001, "1E-05"},
                                                   {-2.5, "-2.5"},
                                                   {1.0 / 3, "0.3333333333333333"},
                                                   {5e-324, "5E-324"},
                                                   {100, "100"},
                                                   {1.5e300, "1.5E+300"}};
    for (const auto& [number, text] : numbers)
        EXPECT_EQ(json_of([n = number](value_writer& to) { to.floating(n); }), text);
    EXPECT_EQ(json_of([](value_writer& to) { to.floating(1e9F); }), "1E+09");
    EXPECT_EQ(json_of([](value_writer& to) { to.floating(1e8F); }), "100000000");
    EXPECT_EQ(json_of([](value_writer& to) { to.floating(0.1F); }), "0.1");
}

TEST(ValueWriter, FailsOverWhatJsonCannotSay) {
    for (const auto& write : std::initializer_list<void (*)(value_writer&)>{
             [](value_writer& to) { to.floating(std::numeric_limits<double>::quiet_NaN()); },
             [](value_writer& to) { to.floating(-std::numeric_limits<float>::infinity()); },
             [](value_writer& to) { to.timestamp(-62'135'596'801, 0); }, [](value_writer& to) { to.json("{"); },
             [](value_writer& to) { to.json("1 2"); }, [](value_writer& to) { to.json("\x1e"); },
             [](value_writer& to) { to.json("\"\xff\""); }, [](value_writer& to) { to.json(""); }}) {
        std::string out = "before";
        const auto place = json_protocol().open_result(out, "1");
        auto to = json_protocol().writer(out);
        write(to);
        EXPECT_FALSE(json_protocol().close_message(out, place, to));
        EXPECT_EQ(out, "before");
    }
}

TEST(ValueWriter, WritesJsonAnewIntoMessagePack) {
    EXPECT_EQ(hex_of([](value_writer& to) { to.json(R"([1,-1,300,1.0,-0,true,null,"é\n",{"A":{}},[]])"); }),
              "9a01ffcd012ccb3ff0000000000000cb8000000000000000c3c0a3c3a90a81a1418090");
    const auto long_array = [](std::size_t n) {
        std::string text = "[0";
        for (std::size_t i = 1; i < n; ++i) text += ",0";
        return text + "]";
    };
    EXPECT_EQ(hex_of([&](value_writer& to) { to.json(long_array(15)); }).substr(0, 4), "9f00");
    EXPECT_EQ(hex_of([&](value_writer& to) { to.json(long_array(16)); }).substr(0, 8), "dc001000");
    EXPECT_EQ(hex_of([&](value_writer& to) { to.json("[" + long_array(70'000) + "]"); }).substr(0, 14),
              "91dd0001117000");
}

TEST(ValueWriter, WritesTextThatIsNoUtf8AsReplacements) {
    EXPECT_EQ(json_of([](value_writer& to) { to.text("a\xff"); }), "\"a\\uFFFD\"");
    EXPECT_EQ(hex_of([](value_writer& to) { to.text("a\xff"); }), "a461efbfbd");
}

TEST(TextBlocks, FindWhatNeedsCareWhereverItStands) {
    for (std::size_t size = 0; size < 70; ++size)
        for (std::size_t at = 0; at < size; ++at)
            for (const char odd : {'"', '\\', '\n', '\x1f', '\x7f', '\x80', '\xff'}) {
                std::string text(size, 'x');
                text[at] = odd;
                std::string out;
                value_writer to{encoding::json, out};
                to.text(text);
                const std::string escaped = odd == '"'      ? "\\\""
                                            : odd == '\\'   ? "\\\\"
                                            : odd == '\n'   ? "\\n"
                                            : odd == '\x1f' ? "\\u001F"
                                            : odd == '\x7f' ? "\\u007F"
                                                            : "\\uFFFD";
                ASSERT_EQ(out, "\"" + std::string(at, 'x') + escaped + std::string(size - at - 1, 'x') + "\"");
                std::string back;
                ASSERT_TRUE(json(out).text(back));
                ASSERT_EQ(back, static_cast<unsigned char>(odd) < 0x80
                                    ? text
                                    : text.substr(0, at) + "\xef\xbf\xbd" + text.substr(at + 1));
            }
}
