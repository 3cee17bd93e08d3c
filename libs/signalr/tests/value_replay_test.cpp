// What the reference server answered to odd MessagePack messages, to values of every kind, and which values it wrote itself, held against
// ours. Where we differ on purpose, or have no such type, a table says why; a case that stands there and does not differ fails, too.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "support/fixture.hpp"
#include "support/value_methods.hpp"

using namespace signalr;
using namespace signalr::testing;

namespace {

using reasons = std::map<std::string, std::string>;

constexpr std::string_view closed = "Connection closed with an error.";

// What is answered to these bytes, message by message; the last is a Close when the protocol was broken.
std::vector<std::string> answers(const hub_protocol& p, std::string_view bytes, bool detailed) {
    std::vector<std::string> all;
    incoming m;
    const auto broken = [&](const protocol_fault& fault) {
        std::string close;
        p.write_close(close, detailed ? std::string{closed} + " " + fault.detail : std::string{closed}, true);
        all.push_back(close);
        return all;
    };
    while (!bytes.empty()) {
        const auto size = p.frame_size(bytes, 0);
        if (!size) return broken(size.error());
        if (*size == 0) break;
        if (const auto good = p.parse(bytes.substr(0, *size), m); !good) return broken(good.error());
        bytes.remove_prefix(*size);
        const auto written = answer(p, m, detailed);
        if (!written)
            all.push_back("no such method");
        else if (!written->empty())
            all.push_back(*written);
        if (m.kind == message_kind::close) break;
    }
    return all;
}

std::vector<std::string> in_hex(std::vector<std::string> messages) {
    for (auto& m : messages) m = hex_of_bytes(m);
    return messages;
}

std::vector<std::string> cut(const hub_protocol& p, std::string_view bytes) {
    std::vector<std::string> all;
    for (std::size_t size = 1; !bytes.empty() && size > 0; bytes.remove_prefix(size)) {
        size = p.frame_size(bytes, 0).value_or(0);
        if (size > 0) all.emplace_back(bytes.substr(0, size));
    }
    return all;
}

std::string framed(std::string_view body) {
    std::string out;
    for (std::size_t n = body.size(); n > 0 || out.empty(); n >>= 7)
        out += static_cast<char>((n & 0x7f) | (n > 0x7f ? 0x80 : 0));
    return out.append(body);
}

std::string call_of(std::string_view id, std::string_view target, std::string_view argument) {
    std::string body = "\x95\x01\x80";
    value_writer to{encoding::messagepack, body};
    to.text(id);
    to.text(target);
    return framed(body.append("\x91").append(argument));
}

// Two cases are too long to be kept.
std::string odd_frame(const boost::json::value& line) {
    const auto name = fixture_text(line, "case");
    if (name == "completion for unknown id, 3000 nested arrays")
        return framed(bytes_of_hex("95 03 80 a1 78 03") + std::string(3000, '\x91') + '\x01');
    if (name == "argument of 600 nested arrays for an object parameter")
        return call_of("1", "EchoObject", std::string(600, '\x91') + '\x01');
    return fixture_bytes(line);
}

// Nothing stands in a table that no case bears the name of.
void expect_all_met(const reasons& different, const std::set<std::string>& met) {
    for (const auto& [name, why] : different) EXPECT_TRUE(met.contains(name)) << name << ": " << why;
}

void expect_as_captured(const std::string& name, const std::vector<std::string>& ours,
                        const std::vector<std::string>& theirs, const reasons& different) {
    const auto known = different.find(name);
    if (known == different.end()) {
        EXPECT_EQ(in_hex(ours), in_hex(theirs)) << name;
    } else {
        EXPECT_NE(in_hex(ours), in_hex(theirs)) << name << " is said to differ: " << known->second;
    }
}

// The one value of a captured completion, ours written in its place.
using writes = std::function<void(value_writer&)>;
template <class T>
writes value(T v) {
    return [v = std::move(v)](value_writer& to) { codec<T>::write(to, v); };
}

std::string completion(const hub_protocol& p, const writes& write) {
    std::string out;
    const auto place = p.open_result(out, "1");
    auto to = p.writer(out);
    write(to);
    if (!p.close_message(out, place, to)) p.write_close(out, closed, true);
    return out;
}

const std::string no_type = "C++ has no such type here";

const std::map<std::string, writes>& values() {
    using limits = std::numeric_limits<double>;
    const auto ticks = std::uint32_t{123'456'700};
    const std::int64_t leap = 1'709'212'455;  // 2024-02-29T13:14:15
    static const std::map<std::string, writes> known{
        {"null", value(nullptr)},
        {"true", value(true)},
        {"false", value(false)},
        {"int0", value(0)},
        {"int127", value(127)},
        {"int128", value(128)},
        {"int255", value(255)},
        {"int256", value(256)},
        {"int65535", value(65535)},
        {"int65536", value(65536)},
        {"int-1", value(-1)},
        {"int-32", value(-32)},
        {"int-33", value(-33)},
        {"int-128", value(-128)},
        {"int-129", value(-129)},
        {"int-32768", value(-32768)},
        {"int-32769", value(-32769)},
        {"intmin", value(std::numeric_limits<std::int32_t>::min())},
        {"intmax", value(std::numeric_limits<std::int32_t>::max())},
        {"uintmax", value(std::numeric_limits<std::uint32_t>::max())},
        {"long2p53", value(std::int64_t{9'007'199'254'740'992})},
        {"long2p53p1", value(std::int64_t{9'007'199'254'740'993})},
        {"longmin", value(std::numeric_limits<std::int64_t>::min())},
        {"longmax", value(std::numeric_limits<std::int64_t>::max())},
        {"ulongmax", value(std::numeric_limits<std::uint64_t>::max())},
        {"byte", value(std::uint8_t{200})},
        {"sbyte", value(std::int8_t{-5})},
        {"short", value(std::int16_t{-300})},
        {"ushort", value(std::uint16_t{60000})},
        {"decimal0", value(decimal{"0"})},
        {"decimal", value(decimal{"12345.6789"})},
        {"decimaltrail", value(decimal{"1.500"})},
        {"decimalmax", value(decimal{"79228162514264337593543950335"})},
        {"decimalneg", value(decimal{"-0.0000001"})},
        {"double", value(3.14159)},
        {"double0.1", value(0.1)},
        {"doubleint", value(1.0)},
        {"doublenegzero", value(-0.0)},
        {"double1e21", value(1e21)},
        {"double1e-7", value(1e-7)},
        {"double1e15", value(1e15)},
        {"double1e16", value(1e16)},
        {"doublemax", value(limits::max())},
        {"doubleeps", value(limits::denorm_min())},
        {"doublenan", value(-limits::quiet_NaN())},
        {"doubleinf", value(limits::infinity())},
        {"doubleninf", value(-limits::infinity())},
        {"float", value(3.14F)},
        {"float0.1", value(0.1F)},
        {"floatmax", value(std::numeric_limits<float>::max())},
        {"floatint", value(2.0F)},
        {"dtutc", value(timestamp{leap, ticks})},
        {"dtlocal", value(timestamp{leap, ticks})},
        {"dtunspec", value(timestamp{leap, ticks})},
        {"dtutcsec", value(timestamp{1'491'868'800, 0})},
        {"dtutcms", value(timestamp{1'491'872'523, 120'000'000})},
        {"dtmin", value(timestamp{-62'135'596'800, 0})},
        {"dtmax", value(timestamp{253'402'300'799, 999'999'900})},
        {"dtminutc", value(timestamp{-62'135'596'800, 0})},
        {"dt1969", value(timestamp{-1, 0})},
        {"dt2106", value(timestamp{0x1'0000'0000, 0})},
        {"dt2600", value(timestamp{19'880'899'200, 0})},
        {"guid", value<std::string>("00010203-0405-0607-0706-050403020100")},
        {"guidempty", value<std::string>("00000000-0000-0000-0000-000000000000")},
        {"enum", value(colour::Green)},
        {"enumundef", value(static_cast<colour>(42))},
        {"enumflags", value(file_access::All)},
        {"enumflags8", value(static_cast<file_access>(9))},
        {"bytes", value(bytes{{"\x00\x01\x02\xfa\xff", 5}})},
        {"bytes0", value(bytes{})},
        {"bytes300", value(bytes{std::string(300, '\0')})},
        {"nullint", value(std::optional<int>{})},
        {"someint", value(std::optional{5})},
        {"dict", value(std::map<std::string, std::optional<std::string>>{{"Key", "1"}, {"other key", {}}, {"z", "s"}})},
        {"nested", value(nested{7,
                                child{"c", {"1.50"}},
                                {{{"i1", {"10"}}, {{}, {"-0.1"}}}},
                                {{"One", 1}, {"two", 2}},
                                colour::Green,
                                "u"})},
        {"rec", value(record{1, "b"})},
        {"anon", value(anonymous{})},
        {"complex", value(complex_object{})},
        {"notification", value(notification{})},
        {"list", value(std::vector<std::string>{"a", "b"})},
        {"emptylist", value(std::vector<std::string>{})},
        {"matrix", value(std::vector<std::vector<int>>{{1}, {2, 3}})},
        {"uri", value<std::string>("https://example.test/a?b=c&d=é")},
        {"version", value<std::string>("1.2.3.4")},
        {"strempty", value<std::string>("")},
        {"strascii", value<std::string>("plain")},
        {"strquote", value<std::string>("a\"b\\c/d")},
        {"strctl", value(std::string{"\x00\x01\x08\x09\x0a\x0c\x0d\x1e\x1f\x7f", 10})},
        {"strhtml", value<std::string>("<a href='x'>&+`</a>")},
        {"strlatin", value<std::string>("é ñ ü")},
        {"strcjk", value<std::string>("日本語")},
        {"stremoji", value<std::string>("😀👩\u200d👩\u200d👧")},
        {"strsep", value<std::string>("\u2028\u2029\u0085\u00a0\ufeff\u200b")},
        {"strlone", value<std::string>("a\xff"
                                       "b")},
        {"strlone2", value<std::string>("a\xff"
                                        "b")},
        {"strbmpend", value<std::string>("\ufffd\ufffe\uffff")},
        {"strpua", value<std::string>("\ue000")},
        {"str31", value(std::string(31, 'x'))},
        {"str32", value(std::string(32, 'x'))},
        {"str255", value(std::string(255, 'x'))},
        {"str256", value(std::string(256, 'x'))},
        {"str65536", value(std::string(65536, 'x'))},
        {"arr15", value(std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14})},
        {"arr16", value(std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})}};
    return known;
}

const reasons without_type{
    {"dto", "DateTimeOffset"},   {"dtoutc", "DateTimeOffset"}, {"dtoneg", "DateTimeOffset"},
    {"ts", "TimeSpan"},          {"ts0", "TimeSpan"},          {"tsneg", "TimeSpan"},
    {"tsticks", "TimeSpan"},     {"tsmax", "TimeSpan"},        {"dictint", "keys of dictionaries are texts"},
    {"struct", "public fields"}, {"tuple", "ValueTuple"},      {"ctuple", "Tuple"},
    {"array", "object[]"},       {"char", "char (UTF-16)"},    {"charu", "char (UTF-16)"},
    {"dateonly", "DateOnly"},    {"timeonly", "TimeOnly"}};

int replay_values_out(const hub_protocol& p, const std::string& file, const reasons& different) {
    int replayed = 0;
    std::set<std::string> met;
    for (const auto& line : fixture_lines(file)) {
        const auto name = fixture_text(line, "value");
        met.insert(name);
        if (name.empty() || without_type.contains(name)) continue;
        const auto known = values().find(name);
        if (known == values().end()) {
            ADD_FAILURE() << name << ": neither written nor said to be without a type";
            continue;
        }
        expect_as_captured(name, {completion(p, known->second)}, {fixture_bytes(line)}, different);
        ++replayed;
    }
    expect_all_met(different, met);
    expect_all_met(without_type, met);
    return replayed;
}

}  // namespace

TEST(ValueReplay, WritesJsonValuesAsTheReferenceServer) {
    const reasons different{{"dtlocal", "timestamps are UTC: Z instead of an offset"},
                            {"dtunspec", "timestamps are UTC"},
                            {"dtmin", "timestamps are UTC"},
                            {"dtmax", "timestamps are UTC"},
                            {"dict", "its values are of one type: \"1\" for 1"}};
    EXPECT_EQ(replay_values_out(json_protocol(), "hub-json/values-out.ndjson", different), 104);
}

TEST(ValueReplay, WritesMessagePackValuesAsTheReferenceServer) {
    const reasons different{{"dict", "its values are of one type"}};
    EXPECT_EQ(replay_values_out(messagepack_protocol(), "hub-msgpack/values-out.ndjson", different), 104);
}

TEST(ValueReplay, ReadsJsonValuesAsTheReferenceServer) {
    const reasons different{
        {R"(EchoDateTime "2024-02-29T13:14:15")", "timestamps are UTC: Z is written"},
        {R"(EchoDateTime "2024-02-29T13:14:15+02:00")", "timestamps are UTC: Z is written"},
        {R"(EchoDateTime "2024-02-29")", "timestamps are UTC: Z is written"},
        {R"(EchoGuid "00010203-0405-0607-0706-05040302010A")", "a GUID is text here"},
        {R"(EchoGuid "{00010203-0405-0607-0706-050403020100}")", "a GUID is text here"},
        {R"(EchoGuid "00010203040506070706050403020100")", "a GUID is text here"},
        {R"(EchoGuid "")", "a GUID is text here"},
        {"EchoDecimal 1e3", "the digits are kept as they came (the type is this test's own)"},
        {"EchoDecimal 79228162514264337593543950336", "likewise"},
        {"EchoDecimal 0.1234567890123456789012345678901", "likewise"},
        {R"(EchoObject {"B":1,"a":{"é":"\u00e9"},"n":1.50,"big":1e400})",
         "a tree holds numbers, not their text: 1.5, and infinity can't be written"},
    };
    const std::set<std::string> without{"EchoChar", "KindOf", "EchoDto", "EchoTimeSpan", "EchoDateOnly"};
    int replayed = 0;
    std::set<std::string> met;
    for (const auto& line : fixture_lines("hub-json/values-in.ndjson")) {
        const auto target = fixture_text(line, "target"), argument = fixture_text(line, "argument");
        met.insert(target + " " + argument);
        if (without.contains(target)) continue;
        const std::string call =
            R"({"type":1,"invocationId":"1","target":")" + target + R"(","arguments":[)" + argument + "]}\x1e";
        expect_as_captured(target + " " + argument, answers(json_protocol(), call, false),
                           {fixture_text(line, "answer")}, different);
        ++replayed;
    }
    expect_all_met(different, met);
    EXPECT_EQ(replayed, 106);
}

TEST(ValueReplay, ReadsOddMessagePackMessagesAsTheReferenceServer) {
    const reasons different{
        {"headers nil", "taken for none; the reference server closes the connection"},
        {"type 10", "passed over; the reference server hears nothing more from that connection"},
        {"guid N format", "a GUID is text here"},
        {"object parameter: map", "a tree is JSON's: byte strings are base64 in it, and integers have no type"},
    };
    const std::set<std::string> without{
        "kind of a timestamp", "DateTimeOffset [timestamp, minutes]", "timespan ticks", "char as number",
        "char as string",      "type of int for an object parameter", "type of string", "type of map",
        "type of array"};
    const auto& p = messagepack_protocol();
    const std::string alive = call_of("alive", "Echo",
                                      "\xa5"
                                      "alive");
    int replayed = 0;
    std::set<std::string> met;
    for (const auto& line : fixture_lines("hub-msgpack/parse.ndjson")) {
        const auto name = fixture_text(line, "case");
        met.insert(name);
        if (without.contains(name)) continue;
        std::vector<std::string> theirs;
        for (const auto& frame : line.at("answer").as_array()) {
            auto some = cut(p, fixture_bytes(frame));
            theirs.insert(theirs.end(), some.begin(), some.end());
        }
        auto ours = answers(p, odd_frame(line) + alive, fixture_text(line, "server") == "detailed");
        if (name.starts_with("argument of 400")) {  // of the answer only its start was kept
            ASSERT_EQ(ours.size(), 2U);
            const auto start = fixture_text(line.at("answer").at(0), "hex_start");
            ASSERT_GT(start.size(), 100U);
            EXPECT_EQ(hex_of_bytes(ours[0]).substr(0, start.size()), start);
        } else {
            expect_as_captured(name, ours, theirs, different);
        }
        ++replayed;
    }
    expect_all_met(different, met);
    for (const auto& name : without) EXPECT_TRUE(met.contains(name)) << name;
    EXPECT_EQ(replayed, 168);
}
