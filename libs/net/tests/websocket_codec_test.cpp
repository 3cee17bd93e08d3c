#include "net/websocket/codec.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

using namespace net::websocket;
using namespace std::literals;

namespace {

const mask_key mask{0x37, 0xfa, 0x21, 0x3d};

std::string masked(opcode op, std::string_view payload, bool fin = true) {
    std::string out;
    append_frame(out, op, payload, fin, &mask);
    return out;
}

struct outcome {
    std::string log;  // "T(hel)" + "t(lo)": capitals start a message, '.' ends one
    std::optional<violation> refused;
    std::size_t left = 0;
};

void describe(std::string& log, const frame& f) {
    const char letters[] = "ctb_____qgo";
    char letter = letters[static_cast<unsigned>(f.op)];
    if (f.first) letter = static_cast<char>(std::toupper(letter));
    log += letter;
    log += f.payload;
    if (f.fin) log += '.';
}

// Feeds `wire` in two parts, cut at `cut`.
outcome decode(std::string wire, std::size_t cut = std::string::npos, decoder d = decoder{role::server}) {
    outcome result;
    std::string waiting;
    const auto feed = [&](std::string_view bytes) {
        waiting += bytes;
        std::size_t used = 0;
        while (!result.refused) {
            const auto step = d.next(waiting.data() + used, waiting.size() - used);
            if (!step)
                result.refused = step.error();
            else if (step->used == 0)
                break;
            else
                describe(result.log, step->value), used += step->used;
        }
        waiting.erase(0, used);
    };
    cut = std::min(cut, wire.size());
    feed(std::string_view{wire}.substr(0, cut));
    if (!result.refused) feed(std::string_view{wire}.substr(cut));
    result.left = waiting.size();
    return result;
}

void expect_at_every_cut(const std::string& wire, std::string_view log, std::optional<violation> refused = {}) {
    for (std::size_t cut = 0; cut <= wire.size(); ++cut) {
        const auto got = decode(wire, cut);
        EXPECT_EQ(got.log, log) << "cut at " << cut;
        EXPECT_EQ(got.refused, refused) << "cut at " << cut;
    }
}

}  // namespace

// 1: framing
TEST(WebsocketDecoder, ReadsFramesCutAnywhere) {
    expect_at_every_cut(masked(opcode::text, ""), "T.");
    expect_at_every_cut(masked(opcode::text, "hello"), "Thello.");
    expect_at_every_cut(masked(opcode::binary, "\x00\xff\xfe"sv), "B\x00\xff\xfe."sv);
    expect_at_every_cut(masked(opcode::text, "one") + masked(opcode::text, "two"), "Tone.Ttwo.");
}

TEST(WebsocketDecoder, ReadsEveryLengthForm) {
    for (const std::size_t size : {0UL, 1UL, 7UL, 125UL, 126UL, 127UL, 128UL, 65535UL, 65536UL, 65537UL, 200000UL}) {
        const std::string payload(size, 'x');
        std::string got;
        decoder d{role::server, 1 << 20, 1 << 20};
        auto wire = masked(opcode::binary, payload);
        const auto step = d.next(wire.data(), wire.size());
        ASSERT_TRUE(step) << size;
        EXPECT_EQ(step->used, wire.size());
        EXPECT_EQ(step->value.payload, payload);
        EXPECT_EQ(wire.size(), frame_header_size(size) + 4 + size);
    }
}

TEST(WebsocketDecoder, RefusesLengthsThatAreNotMinimal) {
    expect_at_every_cut("\x82\xfe\x00\x7d\0\0\0\0"s, "", violation::protocol);
    expect_at_every_cut("\x82\xff\0\0\0\0\0\0\xff\xff\0\0\0\0"s, "", violation::protocol);
    expect_at_every_cut("\x82\xff\x80\0\0\0\0\1\0\0\0\0\0\0"s, "", violation::protocol);
}

TEST(WebsocketDecoder, RefusesFramesAboveTheLimitByTheirHeader) {
    const auto wire = masked(opcode::binary, std::string(1001, 'x')).substr(0, 4);
    EXPECT_EQ(decode(wire, 2, decoder{role::server, 1000}).refused, violation::too_big);
    EXPECT_FALSE(decode(masked(opcode::binary, std::string(1000, 'x')), 9, decoder{role::server, 1000}).refused);
}

TEST(WebsocketDecoder, SaysHowMuchAFrameNeeds) {
    auto wire = masked(opcode::text, "hello");
    decoder d{role::server};
    EXPECT_EQ(d.next(wire.data(), 1)->wanted, 0U);
    EXPECT_EQ(d.next(wire.data(), 7)->wanted, 11U);
}

TEST(WebsocketDecoder, HandsLargeFramesOutInPieces) {
    std::string payload(100'000, '\0');
    std::iota(payload.begin(), payload.end(), '\0');
    const auto wire = masked(opcode::binary, payload);
    decoder d{role::server};
    std::string got, waiting;
    int pieces = 0;
    for (std::size_t at = 0; at < wire.size(); at += 1013) {
        waiting += wire.substr(at, 1013);
        const auto step = d.next(waiting.data(), waiting.size());
        ASSERT_TRUE(step);
        if (step->used == 0) continue;
        EXPECT_EQ(step->value.first, pieces++ == 0);
        got += step->value.payload;
        EXPECT_EQ(step->value.fin, got.size() == payload.size());
        waiting.erase(0, step->used);
    }
    EXPECT_EQ(got, payload);
    EXPECT_GT(pieces, 90);
    EXPECT_TRUE(waiting.empty());
}

TEST(WebsocketDecoder, WantsMasksFromClientsAndNoneFromServers) {
    std::string plain;
    append_frame(plain, opcode::text, "x");

    expect_at_every_cut(plain, "", violation::protocol);
    EXPECT_EQ(decode(plain, 1, decoder{role::client}).log, "Tx.");
    EXPECT_EQ(decode(masked(opcode::text, "x"), 1, decoder{role::client}).refused, violation::protocol);
}

// 2: pings and pongs
TEST(WebsocketDecoder, ReadsControlFramesOfUpTo125Bytes) {
    expect_at_every_cut(masked(opcode::ping, ""), "G.");
    expect_at_every_cut(masked(opcode::ping, "\x00\xff\xfe"sv), "G\x00\xff\xfe."sv);
    expect_at_every_cut(masked(opcode::pong, std::string(125, 'p')), "O" + std::string(125, 'p') + ".");
    expect_at_every_cut(masked(opcode::ping, std::string(126, 'p')), "", violation::protocol);
}

// 3: reserved bits
TEST(WebsocketDecoder, RefusesReservedBits) {
    for (const unsigned bits : {0x10U, 0x20U, 0x30U, 0x40U, 0x50U, 0x60U, 0x70U}) {
        for (const auto op : {opcode::text, opcode::binary, opcode::ping, opcode::close}) {
            auto wire = masked(op, "x");
            wire[0] = static_cast<char>(static_cast<unsigned char>(wire[0]) | bits);
            expect_at_every_cut(masked(opcode::text, "ok") + wire, "Tok.", violation::protocol);
        }
    }
}

// 4: opcodes
TEST(WebsocketDecoder, RefusesUnknownOpcodes) {
    for (const int op : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
        auto wire = masked(opcode::text, "x");
        wire[0] = static_cast<char>(0x80 | op);
        expect_at_every_cut(wire, "", violation::protocol);
    }
}

// 5: fragmentation
TEST(WebsocketDecoder, ReadsFragmentsWithControlFramesBetween) {
    const auto wire = masked(opcode::text, "frag", false) + masked(opcode::ping, "p") +
                      masked(opcode::continuation, "", false) + masked(opcode::continuation, "ment");
    expect_at_every_cut(wire + masked(opcode::text, "next"), "TfragGp.ttment.Tnext.");
}

TEST(WebsocketDecoder, RefusesFragmentedControlFrames) {
    expect_at_every_cut(masked(opcode::ping, "p", false), "", violation::protocol);
    expect_at_every_cut(masked(opcode::close, "", false), "", violation::protocol);
}

TEST(WebsocketDecoder, RefusesStrayAndInterleavedDataFrames) {
    expect_at_every_cut(masked(opcode::continuation, "x"), "", violation::protocol);
    expect_at_every_cut(masked(opcode::continuation, "x", false), "", violation::protocol);
    expect_at_every_cut(masked(opcode::text, "a", false) + masked(opcode::text, "b"), "Ta", violation::protocol);
    expect_at_every_cut(
        masked(opcode::binary, "a", false) + masked(opcode::continuation, "b") + masked(opcode::continuation, "c"),
        "Babb.", violation::protocol);
}

// 6: UTF-8
TEST(WebsocketDecoder, ChecksTextAcrossFragments) {
    const std::string text = "Hello-µ@ßöäüàá-UTF-8!! κόσμε 😀";
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        const auto wire =
            masked(opcode::text, text.substr(0, cut), false) + masked(opcode::continuation, text.substr(cut));
        const auto got = decode(wire);
        EXPECT_FALSE(got.refused) << cut;
    }
}

TEST(WebsocketDecoder, RefusesBadTextAndAllowsItInBinary) {
    const std::vector<std::string> bad{
        "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80\x65\x64\x69\x74\x65\x64",
        "\xf4\x90\x80\x80",
        "\xc0\x80",
        "\xe0\x80\x80",
        "\xf0\x80\x80\x80",
        "\xff",
        "\x80",
        "\xed\xbf\xbf",
        "\xf8\x88\x80\x80\x80",
        "\xc1\xbf",
        "a\xe2\x82"};
    for (const auto& text : bad) {
        EXPECT_EQ(decode(masked(opcode::text, text)).refused, violation::bad_payload);
        EXPECT_FALSE(decode(masked(opcode::binary, text)).refused);
        EXPECT_FALSE(is_utf8(text));
    }
}

TEST(WebsocketDecoder, RefusesACharacterThatTheMessagesEndCuts) {
    const auto wire = masked(opcode::text, "\xe2\x82", false) + masked(opcode::continuation, "");
    EXPECT_EQ(decode(wire).refused, violation::bad_payload);
}

TEST(Utf8Checker, AgreesWithTheDefinitionForEveryCodePoint) {
    for (std::uint32_t cp = 0; cp <= 0x110010; ++cp) {
        std::string text;
        if (cp < 0x80)
            text = {static_cast<char>(cp)};
        else if (cp < 0x800)
            text = {static_cast<char>(0xc0 | cp >> 6), static_cast<char>(0x80 | (cp & 63))};
        else if (cp < 0x10000)
            text = {static_cast<char>(0xe0 | cp >> 12), static_cast<char>(0x80 | (cp >> 6 & 63)),
                    static_cast<char>(0x80 | (cp & 63))};
        else
            text = {static_cast<char>(0xf0 | cp >> 18), static_cast<char>(0x80 | (cp >> 12 & 63)),
                    static_cast<char>(0x80 | (cp >> 6 & 63)), static_cast<char>(0x80 | (cp & 63))};
        const bool good = cp <= 0x10ffff && (cp < 0xd800 || cp > 0xdfff);
        ASSERT_EQ(is_utf8(text), good) << std::hex << cp;
    }
}

TEST(Utf8Checker, SeesABadByteAtEveryOffset) {
    for (std::size_t at = 0; at < 40; ++at) {
        std::string text(40, 'a');
        EXPECT_TRUE(is_utf8(text));
        text[at] = '\x80';
        EXPECT_FALSE(is_utf8(text)) << at;
    }
}

// 7: closing
TEST(WebsocketClose, ReadsWhatMayStandInACloseFrame) {
    EXPECT_EQ(read_close("")->code, 1005);
    for (const int code :
         {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999}) {
        const std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xff), 'x'};
        ASSERT_TRUE(read_close(payload)) << code;
        EXPECT_EQ(read_close(payload)->code, code);
        EXPECT_EQ(read_close(payload)->reason, "x");
    }
}

TEST(WebsocketClose, RefusesWhatMayNot) {
    EXPECT_EQ(read_close("x").error(), violation::protocol);
    EXPECT_EQ(read_close("\x03\xe8\xff").error(), violation::protocol);
    for (const int code : {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535}) {
        const std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
        EXPECT_FALSE(read_close(payload)) << code;
    }
}

TEST(WebsocketClose, CutsALongReasonBetweenCharacters) {
    std::string out;
    append_close(out, 1000, std::string(122, 'r') + "é");
    EXPECT_EQ(out.size(), 2U + 2 + 122);
    EXPECT_EQ(out.substr(0, 4), "\x88\x7c\x03\xe8");
}

// 10: long messages in pieces; masks at every phase
TEST(WebsocketMask, IsTheSameInOnePieceAndInMany) {
    std::string whole(100, '\0');
    std::iota(whole.begin(), whole.end(), '\0');
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        auto fast = whole.substr(0, size), slow = fast;
        apply_mask(fast.data(), fast.size(), mask);
        for (std::size_t i = 0; i < slow.size(); ++i)
            slow[i] = static_cast<char>(static_cast<unsigned char>(slow[i]) ^ mask[i % 4]);
        ASSERT_EQ(fast, slow) << size;
    }
}

TEST(WebsocketKeys, AnswersTheStandardsExample) {
    EXPECT_EQ(accept_value("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    EXPECT_TRUE(valid_key("dGhlIHNhbXBsZSBub25jZQ=="));
    EXPECT_FALSE(valid_key("abc"));
    EXPECT_FALSE(valid_key("dGhlIHNhbXBsZSBub25jZ==="));
    EXPECT_FALSE(valid_key("dGhlIHNhbXBsZSBub25jZ-=="));
}
