// Servers of one hub: what the captures don't show.
#include <gtest/gtest.h>

#include "backplane_payload.hpp"
#include "support/backplane_fleet.hpp"

using namespace signalr;
using namespace signalr::testing;

namespace {

const std::string a1 = "bzINFXQka7mGY-67tFrjIQ", a2 = "mVwRc7hsmmjN9PbQfXP9kA", b1 = "CD0SbpP3U4i0iAgAiwQIHQ";
const std::string hub_name = "OrderNotification.Worker.Hubs.OrderStatusHub";
const std::string hi = "{\"type\":1,\"target\":\"Hi\",\"arguments\":[]}\x1e";

class ScaleOut : public ::testing::Test {
protected:
    ScaleOut() {
        servers.connect("A1", a1, "anna", "json");
        servers.connect("A2", a2, "berta", "json");
        servers.connect("B1", b1, "anna", "json");
        servers.bus.log.clear();
    }
    hub_stats stats(char letter) { return servers.at(letter).hub.hub->stats(); }

    fleet servers{"a_1", "b_1"};
};

}  // namespace

TEST_F(ScaleOut, KeepsMessagesOnThisServerWhileTheyCantBePublished) {
    servers.bus.away = true;
    servers.bus.trouble = base::fault_kind::unavailable;
    servers.to('A').all_except({a2}).send("Hi");
    servers.to('A').user("anna").send("Hi");
    EXPECT_EQ(servers.heard("A1"), hi + hi);
    EXPECT_EQ(servers.heard("A2"), "");
    EXPECT_EQ(servers.heard("B1"), "");
    EXPECT_EQ(stats('A').kept_local, 2U);

    servers.bus.away = false;
    servers.to('A').user("anna").send("Hi");
    EXPECT_EQ(servers.heard("A1"), hi);
    EXPECT_EQ(servers.heard("B1"), hi);
}

TEST_F(ScaleOut, DoesNotSayTwiceWhatMayHaveBeenHeard) {
    servers.bus.away = true;
    servers.bus.trouble = base::fault_kind::unconfirmed;
    servers.to('A').user("anna").send("Hi");

    EXPECT_EQ(servers.heard("A1"), "");
}

TEST_F(ScaleOut, ReachesTheConnectionsOfThisServerWhateverTheBackplaneDoes) {
    servers.bus.away = true;
    servers.to('A').client(a1).send("Hi");

    EXPECT_EQ(servers.heard("A1"), hi);
    EXPECT_EQ(stats('A').kept_local, 0U);
}

TEST_F(ScaleOut, FailsQuestionsAndGroupChangesThatCantBeSent) {
    servers.bus.away = true;
    servers.bus.trouble = base::fault_kind::unavailable;
    const auto asked = servers.at('A').hub.ask(b1);
    std::string added;
    servers.spawn('A', servers.at('A').hub.hub->groups().add(b1, "x"), &added);

    EXPECT_EQ(asked->error, "HubException: The question could not be sent to the other servers.");
    EXPECT_EQ(added, "EX IOException: The group change could not be sent to the other servers.");
    EXPECT_EQ(stats('A').open_questions, 0);
}

TEST_F(ScaleOut, StaysSubscribedWhileOneConnectionOfTheUserIsLeft) {
    servers.connect("A3", "zLsZrxXWD17XrrJZDiWx1Q", "anna", "json");
    servers.clients.at("A1")->go();
    servers.to('B').user("anna").send("Hi");

    EXPECT_EQ(servers.heard("A3"), hi);
}

TEST_F(ScaleOut, TakesNamesAsTheyAre) {
    for (const std::string name : {"*", "?[a]", ":user:anna", "a:b"})
        servers.spawn('A', servers.at('A').hub.hub->groups().add(a1, name));
    servers.to('B').groups({"*", "?[a]", ":user:anna", "a:b", "x"}).send("Hi");

    EXPECT_EQ(servers.heard("A1"), hi + hi + hi + hi);
    EXPECT_EQ(servers.heard("B1"), "");
}

TEST_F(ScaleOut, TellsTheOthersWhenOneMemberIsGone) {
    for (const auto& id : {a1, a2}) servers.spawn('B', servers.at('B').hub.hub->groups().add(id, "x"));
    servers.clients.at("A1")->go();
    servers.to('B').group("x").send("Hi");

    EXPECT_EQ(servers.heard("A2"), hi);
}

TEST_F(ScaleOut, EndsConnectionsOnEveryServer) {
    servers.at('A').hub.hub->abort_user("anna");
    EXPECT_EQ(servers.heard("A1"), "{\"type\":7}\x1e");
    EXPECT_EQ(servers.heard("B1"), "{\"type\":7}\x1e");
    EXPECT_EQ(servers.heard("A2"), "");

    servers.at('B').hub.hub->abort_connection(a2);
    EXPECT_EQ(servers.heard("A2"), "{\"type\":7}\x1e");
    servers.bus.away = true;
    servers.connect("A3", "zLsZrxXWD17XrrJZDiWx1Q", "carla", "json");
    servers.at('A').hub.hub->abort_user("carla");
    EXPECT_EQ(servers.heard("A3"), "{\"type\":7}\x1e");
}

TEST_F(ScaleOut, SaysToTheAskerThatTheClientWent) {
    const auto asked = servers.at('A').hub.ask(b1);
    servers.settle();
    EXPECT_EQ(stats('B').open_questions, 1);
    servers.clients.at("B1")->go();
    servers.settle();

    EXPECT_EQ(asked->error, "HubException: Connection disconnected.");
    EXPECT_EQ(stats('A').open_questions + stats('B').open_questions, 0);
}

TEST_F(ScaleOut, TakesAnAnswerFromTheAskedConnectionOnly) {
    const auto asked = servers.at('A').hub.ask(b1);
    const auto question = servers.heard("B1");
    const auto from = question.find("\"invocationId\":\"") + 16;
    const auto id = question.substr(from, question.find('"', from) - from);
    servers.connect("B2", "LbV-J38pMCkV75_LHFOAlw", "carla", "json");
    servers.clients.at("B2")->send(result_text(id, "1"));
    servers.settle();
    EXPECT_EQ(servers.clients.at("B2")->close_code, 1000);
    EXPECT_FALSE(asked->done());

    servers.clients.at("B1")->send(result_text(id, "2"));
    servers.settle();
    EXPECT_EQ(asked->value, 2);
}

TEST_F(ScaleOut, CountsPayloadsThatMeanNothing) {
    auto& link = *servers.at('A').link;
    for (const std::string channel :
         {":all", ":user:anna", ":internal:groups", ":internal:ack:a_1", ":internal:return:a_1", ":contoso:abort"})
        link.arrive(hub_name + channel, "\xc1");
    link.arrive(hub_name + ":something:else", "\xc1");
    link.arrive("Other.Hub:all", "\xc1");
    backplane_payload::completion no_completion{"json", "{\"type\":6}\x1e"}, cut{"json", "{\"type\":3,"};
    link.arrive(hub_name + ":internal:return:a_1", backplane_payload::write(no_completion));
    link.arrive(hub_name + ":internal:return:a_1", backplane_payload::write(cut));

    EXPECT_EQ(stats('A').malformed_payloads, 8U);
    EXPECT_EQ(servers.heard("A1"), "");
}

// Each connection by itself: one that takes nothing more is closed, the others hear.
TEST_F(ScaleOut, DoesNotMindAMemberThatFails) {
    for (const auto& id : {a1, a2}) servers.spawn('A', servers.at('A').hub.hub->groups().add(id, "x"));
    servers.clients.at("A1")->wire.stuck = 1024 * 1024;
    servers.to('B').group("x").send("Hi");

    EXPECT_EQ(servers.heard("A2"), hi);
    EXPECT_EQ(servers.heard("A1"), "{\"type\":7,\"allowReconnect\":true}\x1e");
}

TEST_F(ScaleOut, KnowsUsersByTheirWholeName) {
    servers.connect("A3", "zLsZrxXWD17XrrJZDiWx1Q", "*", "json");
    servers.to('B').user("*").send("Hi");
    EXPECT_EQ(servers.heard("A3"), hi);
    EXPECT_EQ(servers.heard("A1"), "");
}

// Two messages in one, or half of one, would break what its client reads.
TEST_F(ScaleOut, PassesOnWholeMessagesOnly) {
    for (const std::string text : {"{\"type\":6}", "{\"type\":6}\x1e{\"type\":6}\x1e", "\x1e\x1e"}) {
        backplane_payload::invocation v;
        v.messages[0] = text;
        servers.at('A').link->arrive(hub_name + ":all", backplane_payload::write(v));
    }
    EXPECT_EQ(servers.heard("A1"), "");
    EXPECT_EQ(stats('A').foreign_protocol, 3U);
}

TEST(ScaleOutOptions, GiveUpWaitingForAnotherServer) {
    fake_bus bus;
    hub_options options;
    options.group_ack_timeout = std::chrono::milliseconds{1};
    known_hub hub{options, std::make_shared<fake_backplane>(bus, "A", "a_1")};
    std::string outcome;
    asio::co_spawn(hub.loop.context(), hub.hub->groups().add("nobody", "x"),
                   [&](std::exception_ptr e) { outcome = text_of(e); });
    for (int i = 0; i < 5'000 && outcome.empty(); ++i) {
        hub.loop.context().restart();
        hub.loop.context().run_for(std::chrono::milliseconds{1});
    }
    EXPECT_EQ(outcome, "TaskCanceledException: A task was canceled.");
}
