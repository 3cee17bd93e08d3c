// What servers tell each other, byte for byte: the worked examples of the specification (§9.6) and every captured payload.
#include <gtest/gtest.h>

#include <filesystem>

#include "backplane_payload.hpp"
#include "support/captures.hpp"

using namespace signalr;
using namespace signalr::testing;
namespace bp = signalr::backplane_payload;

namespace {

constexpr std::string_view pod_a = "pod-a_0123456789abcdef0123456789abcdef";
constexpr std::string_view client = "vQhz1qyvRTSnVRxzZcqZyQ";
const std::string pod_a_hex = "d926706f642d615f3031323334353637383961626364656630313233343536373839616263646566";
const std::string client_hex = "b67651687a317179765254536e5652787a5a63715a7951";

// As it was read, written again.
std::string again(const std::string& channel, const std::string& payload) {
    if (channel.ends_with(":internal:groups")) {
        bp::group_command v;
        return bp::read(payload, v) ? bp::write(v) : "unread";
    }
    if (channel.find(":internal:ack:") != std::string::npos) {
        std::int32_t id = 0;
        return bp::read_ack(payload, id) ? bp::write_ack(id) : "unread";
    }
    if (channel.find(":internal:return:") != std::string::npos) {
        bp::completion v;
        return bp::read(payload, v) ? bp::write(v) : "unread";
    }
    bp::invocation v;
    return bp::read(payload, v) ? bp::write(v) : "unread";
}

}  // namespace

TEST(BackplanePayload, WritesMessagesInAllProtocolsAndLeavesOutConnections) {
    bp::invocation v;
    v.excluded = {client};
    const std::string json = "{\"type\":1,\"target\":\"T\",\"arguments\":[]}\x1e",
                      packed = bytes_of_hex("08960180c0a1549090");
    v.messages = {json, packed};

    const auto written = bp::write(v);
    EXPECT_EQ(written.size(), 95U);
    EXPECT_EQ(written, bytes_of_hex("9291" + client_hex + "82a46a736f6ec427") + json +
                           bytes_of_hex("ab6d6573736167657061636bc409") + packed);
}

TEST(BackplanePayload, WritesQuestionsWithTheChannelOfTheirAnswer) {
    bp::invocation v;
    const std::string json =
        "{\"type\":1,\"invocationId\":\"AAECAwQFBgcICQoLDA0ODw\",\"target\":\"Ask\",\"arguments\":[]}\x1e";
    v.messages[0] = json;
    v.invocation_id = "AAECAwQFBgcICQoLDA0ODw";
    const std::string back = "OrderNotification.Worker.Hubs.OrderStatusHub:internal:return:" + std::string{pod_a};
    v.return_channel = back;

    const auto written = bp::write(v);
    EXPECT_EQ(written.size(), 215U);
    EXPECT_TRUE(written.starts_with(bytes_of_hex("949081a46a736f6ec451")));
    EXPECT_TRUE(written.ends_with(bytes_of_hex("d963") + back));
}

TEST(BackplanePayload, WritesGroupCommandsAcksAndAnswers) {
    EXPECT_EQ(bp::write(bp::group_command{1, pod_a, bp::group_command::action::add, "orders", client}),
              bytes_of_hex("9501" + pod_a_hex + "01a66f7264657273" + client_hex));
    EXPECT_EQ(bp::write(bp::group_command{130, pod_a, bp::group_command::action::remove, "orders", client}),
              bytes_of_hex("95cc82" + pod_a_hex + "02a66f7264657273" + client_hex));
    EXPECT_EQ(bp::write_ack(0), bytes_of_hex("9100"));
    EXPECT_EQ(bp::write_ack(1), bytes_of_hex("9101"));
    EXPECT_EQ(bp::write_ack(130), bytes_of_hex("91cc82"));
    EXPECT_EQ(bp::write_ack(384), bytes_of_hex("91cd0180"));
    EXPECT_EQ(bp::write_ack(70000), bytes_of_hex("91ce00011170"));
    const std::string answer = "{\"type\":3,\"invocationId\":\"AAECAwQFBgcICQoLDA0ODw\",\"result\":1}\x1e";
    EXPECT_EQ(bp::write(bp::completion{"json", answer}), bytes_of_hex("92a46a736f6ec43e") + answer);
}

TEST(BackplanePayload, WritesEveryCapturedPayloadAsItWas) {
    int seen = 0;
    for (const auto& file : std::filesystem::directory_iterator{FIXTURES "/backplane"})
        for (const auto& step : read_capture("backplane/" + file.path().filename().string()).at("steps").as_array())
            for (const auto& op : step.at("redis").as_array()) {
                if (member_text(op, "op") != "PUBLISH") continue;
                const auto payload = bytes_of_hex(member_text(op, "payload_hex"));
                EXPECT_EQ(again(member_text(op, "channel"), payload), payload) << file.path();
                ++seen;
            }
    EXPECT_GT(seen, 40);
}

TEST(BackplanePayload, PassesOverProtocolsAndItemsOfLaterVersions) {
    bp::invocation v;
    const auto payload = bytes_of_hex(
        "9690"
        "82a46a736f6ec40178a27633c40179"
        "a161a162c3c0");
    ASSERT_TRUE(bp::read(payload, v));
    EXPECT_EQ(v.messages[0], "x");
    EXPECT_EQ(v.messages[1], "");
    EXPECT_EQ(v.invocation_id, "a");
    EXPECT_EQ(v.return_channel, "b");
    bp::invocation three;  // the third alone means nothing
    const auto shorter = bytes_of_hex("939080a161");
    ASSERT_TRUE(bp::read(shorter, three));
    EXPECT_EQ(three.invocation_id, "");
}

TEST(BackplanePayload, RefusesWhatIsCutShortOrClaimsMoreThanThereIs) {
    const auto whole = bp::write(bp::group_command{130, pod_a, bp::group_command::action::add, "orders", client});
    for (std::size_t size = 0; size < whole.size(); ++size) {
        bp::group_command v;
        EXPECT_FALSE(bp::read(std::string_view{whole}.substr(0, size), v)) << size;
    }
    bp::invocation v;
    EXPECT_FALSE(bp::read(bytes_of_hex("92ddffffffff"), v));
    EXPECT_FALSE(bp::read(bytes_of_hex("9290dfffffffff"), v));
    EXPECT_FALSE(bp::read(bytes_of_hex("929081a46a736f6ec6ffffffff"), v));
    EXPECT_FALSE(bp::read(bytes_of_hex("9190"), v));
    std::int32_t id = 0;
    EXPECT_FALSE(bp::read_ack(bytes_of_hex("91cf0000000100000000"), id));
    EXPECT_FALSE(bp::read_ack(bytes_of_hex("91cfffffffffffffffff"), id));
    bp::group_command c;
    EXPECT_FALSE(bp::read(bytes_of_hex("9501a16103a167a163"), c));
}
