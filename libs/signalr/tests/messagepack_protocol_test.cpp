#include <gtest/gtest.h>

#include <deque>

#include "signalr/json.hpp"
#include "support/fixture.hpp"
#include "support/value_methods.hpp"

using namespace signalr;
using namespace signalr::testing;

namespace {

const hub_protocol& p = messagepack_protocol();

std::string with_length(std::string_view body) {
    std::string out;
    for (std::size_t n = body.size(); n > 0 || out.empty(); n >>= 7)
        out += static_cast<char>((n & 0x7f) | (n > 0x7f ? 0x80 : 0));
    return out.append(body);
}

std::string hex_written(auto write) {
    std::string out;
    write(out);
    return hex_of_bytes(out);
}

std::string hex(std::string_view spaced) { return hex_of_bytes(bytes_of_hex(spaced)); }

std::string fault_of(std::string_view spaced_hex) {
    incoming m;
    const auto bytes = bytes_of_hex(spaced_hex);
    const auto size = p.frame_size(bytes, 0);
    if (!size) return size.error().detail;
    const auto good = p.parse(bytes, m);
    return good ? "" : good.error().detail;
}

// Views of what is read point into bytes that are kept to the end.
const incoming& parsed(std::string bytes) {
    static std::deque<std::pair<std::string, incoming>> kept;
    auto& [message, read] = kept.emplace_back(std::move(bytes), incoming{});
    EXPECT_TRUE(p.parse(message, read));
    return read;
}

template <class T>
std::string result_hex(std::string_view id, const T& value) {
    return hex_written([&](auto& out) {
        const auto place = p.open_result(out, id);
        auto to = p.writer(out);
        codec<T>::write(to, value);
        EXPECT_TRUE(p.close_message(out, place, to));
    });
}

}  // namespace

TEST(MessagePackProtocol, WritesTheWorkedBytesOfTheSpecification) {
    EXPECT_EQ(hex_written([](auto& o) { p.write_invocation(o, "s1", "GetState", typed_arguments<>{}); }),
              hex("11 96 01 80 a2 73 31 a8 47 65 74 53 74 61 74 65 90 90"));
    EXPECT_EQ(hex_written([](auto& o) {
                  const auto place = p.open_item(o, "6");
                  auto to = p.writer(o);
                  to.text("ab");
                  EXPECT_TRUE(p.close_message(o, place, to));
              }),
              hex("08 94 02 80 a1 36 a2 61 62"));
    EXPECT_EQ(hex_written([](auto& o) { p.write_void(o, "6"); }), hex("06 94 03 80 a1 36 02"));
    EXPECT_EQ(result_hex("0", nullptr), hex("07 95 03 80 a1 30 03 c0"));
    EXPECT_EQ(result_hex("0", 300), hex("09 95 03 80 a1 30 03 cd 01 2c"));
    EXPECT_EQ(hex_written([](auto& o) { p.write_error(o, "0", "no"); }), hex("09 95 03 80 a1 30 01 a2 6e 6f"));
    EXPECT_EQ(hex_written([](auto& o) { p.write_cancel(o, "2"); }), hex("05 93 05 80 a1 32"));
    EXPECT_EQ(hex_written([](auto& o) { p.write_ping(o); }), hex("02 91 06"));
    EXPECT_EQ(hex_written([](auto& o) { p.write_close(o, "", false); }), hex("04 93 07 c0 c2"));
    EXPECT_EQ(hex_written([](auto& o) { p.write_close(o, "bye", true); }), hex("07 93 07 a3 62 79 65 c3"));
    EXPECT_EQ(hex_written([](auto& o) { p.write_ack(o, 5); }), hex("03 92 08 05"));
    EXPECT_EQ(hex_written([](auto& o) { p.write_ack(o, 70'000); }), hex("07 92 08 ce 00 01 11 70"));
    EXPECT_EQ(hex_written([](auto& o) { p.write_sequence(o, 200); }), hex("04 92 09 cc c8"));
    EXPECT_EQ(hex_written([](auto& o) { p.write_close(o, "Connection closed with an error.", true); }),
              hex("25 93 07 d9 20") + hex_of_bytes("Connection closed with an error.") + "c3");
}

TEST(MessagePackProtocol, PutsALengthOfTwoBytesInFrontOfALongMessage) {
    const std::string text(300, 'x');
    std::string out = "what was there";
    ASSERT_TRUE(p.write_invocation(out, {}, "T", typed_arguments<std::string>{text}));
    EXPECT_EQ(out.substr(0, 14), "what was there");
    EXPECT_EQ(hex_of_bytes(out.substr(14, 11)), hex("b7 02 96 01 80 c0 a1 54 91 da 01"));
    EXPECT_EQ(out.size(), 14U + 313U);
    EXPECT_EQ(*p.frame_size(std::string_view{out}.substr(14), 0), 313U);
}

TEST(MessagePackProtocol, WritesTheNotificationOfTheSpecification) {
    const auto written =
        hex_written([](auto& o) { p.write_invocation(o, {}, "Notification", typed_arguments<notification>{{}}); });
    EXPECT_EQ(
        written,
        hex("6b 96 01 80 c0 ac 4e6f74696669636174696f6e 91 83 ad 436f7272656c6174696f6e4964 81 a5 56616c7565 d9 24") +
            hex_of_bytes("7f6d1c52-3b0e-4c3a-9a57-2f1d8a40be11") +
            hex("a6 537461747573 a9 436f6d706c65746564 a7 4f726465724964 cd 03 09 90"));
}

TEST(MessagePackProtocol, ReadsTheWorkedBytesOfTheSpecification) {
    const auto& call = parsed(bytes_of_hex("0b 95 01 80 a1 30 a4 50 69 6e 67 90"));
    EXPECT_EQ(call.kind, message_kind::invocation);
    EXPECT_EQ(call.invocation_id, "0");
    EXPECT_EQ(call.target, "Ping");
    EXPECT_EQ(call.argument_count, 0U);
    const auto bytes = bytes_of_hex("15 96 01 81 a1 74 a1 61 a1 35 a6 55 70 6c 6f 61 64 91 07 91 a1 36");
    const auto& upload = parsed(bytes);
    EXPECT_EQ(upload.target, "Upload");
    EXPECT_EQ(upload.stream_count, 1U);
    auto ids = value_reader::of_arguments(encoding::messagepack, upload.stream_ids);
    std::string id;
    ASSERT_TRUE(ids.next_element() && ids.text(id));
    EXPECT_EQ(id, "6");
    EXPECT_FALSE(ids.next_element());
    const auto stream_bytes = bytes_of_hex("13 96 04 80 a1 32 a7 43 6f 75 6e 74 65 72 92 0a cd 01 f4 90");
    const auto& stream = parsed(stream_bytes);
    EXPECT_EQ(stream.kind, message_kind::stream_invocation);
    EXPECT_EQ(hex_of_bytes(stream.arguments), "920acd01f4");
    const auto item_bytes = bytes_of_hex("08 94 02 80 a1 36 a2 61 62");
    EXPECT_EQ(hex_of_bytes(parsed(item_bytes).item), "a26162");
    const auto none_bytes = bytes_of_hex("06 94 03 80 a1 36 02");
    EXPECT_EQ(parsed(none_bytes).outcome, completion_kind::nothing);
    const auto error_bytes = bytes_of_hex("09 95 03 80 a1 30 01 a2 6e 6f");
    EXPECT_EQ(parsed(error_bytes).error, "no");
    const auto value_bytes = bytes_of_hex("09 95 03 80 a1 30 03 cd 01 2c");
    EXPECT_EQ(hex_of_bytes(parsed(value_bytes).result), "cd012c");
    EXPECT_EQ(parsed(bytes_of_hex("05 93 05 80 a1 32")).kind, message_kind::cancel_invocation);
    EXPECT_EQ(parsed(bytes_of_hex("03 92 07 c0")).kind, message_kind::close);
    const auto close_bytes = bytes_of_hex("07 93 07 a3 62 79 65 c3");
    EXPECT_TRUE(parsed(close_bytes).allow_reconnect);
    EXPECT_EQ(parsed(close_bytes).error, "bye");
    EXPECT_EQ(parsed(bytes_of_hex("07 92 08 ce 00 01 11 70")).sequence_id, 70'000);
    EXPECT_EQ(parsed(bytes_of_hex("04 92 09 cc c8")).sequence_id, 200);
    EXPECT_TRUE(p.is_ping(bytes_of_hex("02 91 06")));
    EXPECT_EQ(parsed(bytes_of_hex("04 93 06 80 01")).kind, message_kind::ping);
}

TEST(MessagePackProtocol, WaitsForTheRestOfAMessage) {
    const auto whole = bytes_of_hex("0b 95 01 80 a1 30 a4 50 69 6e 67 90");
    for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_EQ(*p.frame_size(whole.substr(0, size), 0), 0U);
    EXPECT_EQ(*p.frame_size(whole + "more", 0), whole.size());
    EXPECT_EQ(*p.frame_size(bytes_of_hex("ff ff ff ff 07"), 0), 0U);
    EXPECT_EQ(*p.frame_size(bytes_of_hex("8b 80 80 80 00") + whole.substr(1), 0), whole.size() + 4);
}

TEST(MessagePackProtocol, NamesWhatIsWrong) {
    const std::pair<const char*, const char*> cases[]{
        {"ff ff ff ff 08", "FormatException: Messages over 2GB in size are not supported."},
        {"ff ff ff ff 0f", "FormatException: Messages over 2GB in size are not supported."},
        {"80 80 80 80 80 00", "FormatException: Messages over 2GB in size are not supported."},
        {"0f 95 01 81 01 a1 61 a1 31 a4 45 63 68 6f 91 01",
         "InvalidDataException: Reading 'headers[0].Key' as String failed."},
        {"0f 95 01 81 a0 a1 61 a1 31 a4 45 63 68 6f 91 01", "InvalidDataException: Null or empty key in header."},
        {"0a 95 01 df ff ff ff ff a1 31 a0", "InvalidDataException: Reading map length for 'headers' failed."},
        {"06 dd ff ff ff ff 01", "EndOfStreamException: Attempted to read past the end of the stream."},
        {"06 95 04 80 a1 31 c0", "InvalidDataException: Null or empty target for StreamInvocation message."},
        {"06 94 03 80 a1 31 cb", "InvalidDataException: Reading 'resultKind' as Int32 failed."},
        {"0a 92 cf 00 00 00 01 00 00 00 01", "InvalidDataException: Reading 'messageType' as Int32 failed."},
        {"0a 92 08 cf ff ff ff ff ff ff ff ff", "InvalidDataException: Reading 'sequenceId' as Int64 failed."}};
    for (const auto& [bytes, fault] : cases) EXPECT_EQ(fault_of(bytes), fault) << bytes;
}

TEST(MessagePackProtocol, LetsUnknownTypesPass) {
    for (const char* type : {"00", "ff", "0a", "63"}) {
        const auto& m = parsed(with_length(bytes_of_hex("92 " + std::string{type} + " 80")));
        EXPECT_EQ(m.kind, message_kind::unknown);
    }
}

TEST(MessagePackProtocol, TakesNilForNoHeaders) { EXPECT_EQ(fault_of("0b 95 01 c0 a1 30 a4 50 69 6e 67 90"), ""); }

TEST(MessagePackProtocol, FailsOnlyTheCallWhoseArgumentsAreNone) {
    for (const char* rest : {"c0", "a1 78", "", "92 01", "dd ff ff ff ff", "91 c1"}) {
        const auto bytes = with_length(bytes_of_hex("95 01 80 a1 30 a4 50 69 6e 67 " + std::string{rest}));
        const auto& m = parsed(bytes);
        EXPECT_EQ(m.target, "Ping") << rest;
        EXPECT_EQ(m.binding_fault, "InvalidDataException: Reading array length for 'arguments' failed.") << rest;
    }
}

TEST(MessagePackProtocol, PassesOverAnyNestingWithoutRecursion) {
    const std::string deep = std::string(100'000, '\x91') + '\x01';
    const auto call = with_length(bytes_of_hex("96 01 80 a1 30 a4 45 63 68 6f 91") + deep + '\x90');
    const auto& m = parsed(call);
    EXPECT_EQ(m.argument_count, 1U);
    EXPECT_EQ(m.arguments.size(), deep.size() + 1);
    EXPECT_FALSE(arguments_as_tree(encoding::messagepack, m));
    const auto completion = with_length(bytes_of_hex("95 03 80 a1 78 03") + deep);
    EXPECT_EQ(parsed(completion).result.size(), deep.size());
}

TEST(MessagePackProtocol, MakesTextOfWhatIsNoUtf8) {
    const auto bytes = bytes_of_hex("0e 95 01 80 a2 ff 31 a5 45 63 ff 68 6f 90 00");
    const auto& m = parsed(bytes);
    EXPECT_EQ(m.invocation_id,
              "\xef\xbf\xbd"
              "1");
    EXPECT_EQ(m.target, "Ec\xef\xbf\xbdho");
}

TEST(MessagePackProtocol, WritesReadyJsonAnew) {
    std::string out;
    ASSERT_TRUE(p.write_invocation(
        out, {}, "T", json_arguments{R"([ {"a":[1,-1,2.5,null,true],"é":"\u00e9"}, 18446744073709551615 ])"}));
    EXPECT_EQ(hex_of_bytes(out.substr(1)), hex("96 01 80 c0 a1 54 92 82 a1 61 95 01 ff cb 40 04 00 00 00 00 00 00 c0 "
                                               "c3 a2 c3 a9 a2 c3 a9 cf ff ff ff ff ff ff ff ff 90"));
    std::string before = "x";
    EXPECT_FALSE(p.write_invocation(before, {}, "T", json_arguments{"[1"}));
    EXPECT_FALSE(p.write_invocation(before, {}, "T", json_arguments{"{}"}));
    EXPECT_FALSE(p.write_invocation(before, {}, "T", json_arguments{R"(["\ud800"])"}));
    EXPECT_EQ(before, "x");
}
