#include <gtest/gtest.h>

#include <cmath>

#include "support/fixture.hpp"
#include "support/value_methods.hpp"

using namespace signalr;
using namespace signalr::testing;

namespace {

template <class T>
std::string json_of(const T& value) {
    std::string out;
    value_writer to{encoding::json, out};
    codec<T>::write(to, value);
    EXPECT_FALSE(to.failed());
    return out;
}

template <class T>
std::string packed(const T& value) {
    std::string out;
    value_writer to{encoding::messagepack, out};
    codec<T>::write(to, value);
    return out;
}

template <class T>
std::optional<T> read(encoding e, std::string_view bytes) {
    auto from = value_reader::of_value(e, bytes);
    T value{};
    if (!codec<T>::read(from, value) || !from.at_end()) return std::nullopt;
    return value;
}
template <class T>
std::optional<T> from_json(std::string_view text) {
    return read<T>(encoding::json, text);
}
template <class T>
std::optional<T> from_packed(std::string_view hex) {
    const auto bytes = bytes_of_hex(hex);
    return read<T>(encoding::messagepack, bytes);
}

enum class plain_enum : std::uint8_t { one = 1, two = 2 };

}  // namespace

TEST(Codec, KeepsIntegersInTheirRange) {
    EXPECT_EQ(from_json<std::int8_t>("-128"), -128);
    EXPECT_FALSE(from_json<std::int8_t>("-129"));
    EXPECT_FALSE(from_json<std::uint8_t>("256"));
    EXPECT_FALSE(from_json<std::uint8_t>("-1"));
    EXPECT_EQ(from_packed<std::uint16_t>("cd ff ff"), 65535);
    EXPECT_FALSE(from_packed<std::int16_t>("cd ff ff"));
    EXPECT_EQ(from_packed<std::int64_t>("d3 80 00 00 00 00 00 00 00"), std::numeric_limits<std::int64_t>::min());
    EXPECT_FALSE(from_json<int>("null"));
}

TEST(Codec, GivesNullToNoneButOptionals) {
    EXPECT_FALSE(from_json<std::string>("null"));
    EXPECT_FALSE(from_json<std::vector<int>>("null"));
    EXPECT_FALSE(from_json<record>("null"));
    EXPECT_EQ(from_json<std::optional<std::string>>("null"), std::optional<std::optional<std::string>>{std::in_place});
}

TEST(Codec, MatchesMembersWithoutLetterCaseInJsonOnly) {
    const auto r = from_json<record>(R"({"A":1,"b":"x","unknown":[{"a":2}],"a":3})");
    ASSERT_TRUE(r);
    EXPECT_EQ(r->A, 3);
    EXPECT_EQ(r->B, "x");
    EXPECT_EQ(from_packed<record>("82 a1 61 05 a1 42 a1 78")->A, 0);
    EXPECT_EQ(from_packed<record>("82 a1 41 05 a1 42 a1 78")->A, 5);
    EXPECT_FALSE(from_json<record>(R"({"a":"1"})"));
    EXPECT_FALSE(from_json<record>(R"([1,"x"])"));
}

TEST(Codec, TakesTheLastOfSeveralMembersWhole) {
    const auto n = from_json<nested>(
        R"({"child":{"name":"a","amount":1},"items":[{"name":"x"}],"child":{"amount":2},"items":[]})");
    ASSERT_TRUE(n && n->Child);
    EXPECT_FALSE(n->Child->Name);
    EXPECT_EQ(n->Child->Amount.digits, "2");
    EXPECT_TRUE(n->Items->empty());
}

TEST(Codec, WritesEnumsAsNumbersAndAsNames) {
    EXPECT_EQ(json_of(colour::Green), "5");
    EXPECT_EQ(hex_of_bytes(packed(colour::Green)), "a5477265656e");
    EXPECT_EQ(hex_of_bytes(packed(plain_enum::two)), "a132");
    EXPECT_EQ(from_packed<plain_enum>("a1 31"), plain_enum::one);
    EXPECT_FALSE(from_packed<colour>("a5 67 72 65 65 6e"));
    EXPECT_FALSE(from_packed<colour>("05"));
    EXPECT_FALSE(from_packed<colour>("a2 35 20 05"));
    EXPECT_FALSE(from_packed<plain_enum>("a3 32 35 36"));
    EXPECT_EQ(from_json<colour>("42"), static_cast<colour>(42));
}

TEST(Codec, CarriesByteStrings) {
    const bytes some{{"\x00\xff\x10", 3}};
    EXPECT_EQ(json_of(some), "\"AP8Q\"");
    EXPECT_EQ(from_json<bytes>("\"AP8Q\""), some);
    EXPECT_EQ(from_json<bytes>("\"AP8=\"")->value, (std::string{"\x00\xff", 2}));
    for (const char* text : {"\"A\"", "\"A===\"", "\"AP8 \"", "\"AP=8\"", "\"====\"", "[0]"})
        EXPECT_FALSE(from_json<bytes>(text)) << text;
    for (const char* form : {"c4 03 00 ff 10", "a3 00 ff 10", "93 00 cc ff 10"})
        EXPECT_EQ(from_packed<bytes>(form), some) << form;
    EXPECT_FALSE(from_packed<bytes>("91 cd 01 00"));
}

TEST(Codec, CarriesMomentsOfTheSystemClock) {
    using moment = std::chrono::system_clock::time_point;
    const moment when{std::chrono::seconds{1'709'212'455} + std::chrono::nanoseconds{123'456'789}};
    EXPECT_EQ(json_of(when), "\"2024-02-29T13:14:15.1234567Z\"");
    EXPECT_EQ(read<moment>(encoding::messagepack, packed(when)), when);
    const moment before{std::chrono::nanoseconds{-1}};
    EXPECT_EQ(json_of(before), "\"1969-12-31T23:59:59.9999999Z\"");
    EXPECT_EQ(read<moment>(encoding::messagepack, packed(before)), before);
    EXPECT_FALSE(from_json<moment>("\"0001-01-01\""));
    EXPECT_EQ(from_json<std::chrono::sys_seconds>("\"0001-01-01\"")->time_since_epoch().count(), -62'135'596'800);
}

TEST(Codec, CarriesTreesBothWays) {
    const auto tree = boost::json::parse(R"({"a":[1,-1,18446744073709551615,2.5,true,null,"é"],"b":{}})");
    EXPECT_EQ(read<boost::json::value>(encoding::messagepack, packed(tree)), tree);
    EXPECT_EQ(from_json<boost::json::value>(json_of(tree)), tree);
    EXPECT_EQ(from_packed<boost::json::value>("c4 02 00 ff")->as_string(), "AP8=");
    EXPECT_EQ(from_packed<boost::json::value>("d6 ff 58 ec 1c 80")->as_string(), "2017-04-11T00:00:00Z");
    EXPECT_FALSE(from_packed<boost::json::value>("d4 05 00"));
    EXPECT_FALSE(from_packed<boost::json::value>("81 01 01"));
    const std::string deep = std::string(400, '\x91') + '\x90';
    EXPECT_TRUE(read<boost::json::value>(encoding::messagepack, deep));
}

TEST(Codec, CarriesDictionariesWithTheirKeysAsTheyAre) {
    using dictionary = std::unordered_map<std::string, double>;
    const dictionary one{{"Some Key", 0.5}};
    EXPECT_EQ(json_of(one), R"({"Some Key":0.5})");
    EXPECT_EQ(read<dictionary>(encoding::messagepack, packed(one)), one);
}

TEST(JsonArguments, AreCountedAndChecked) {
    EXPECT_EQ(json_arguments{R"([1,"a",[2,3],{"b":4}])"}.count(), 4U);
    EXPECT_EQ(json_arguments{" [ ] "}.count(), 0U);
    for (const char* text : {"", "1", "{}", "[1", "[1,]", "[1]x", "[\"\x1e\"]"}) {
        std::string out = "x";
        EXPECT_FALSE(json_protocol().write_invocation(out, {}, "T", json_arguments{text})) << text;
        EXPECT_EQ(out, "x");
    }
}
