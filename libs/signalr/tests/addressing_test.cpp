// Whom a send reaches: lists, groups, all but some.
#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>

#include "support/known_hub.hpp"

using namespace signalr;
using namespace signalr::testing;

TEST(Addressing, ReachesEveryoneButThoseExcepted) {
    known_hub h;
    auto a = h.connect("anna"), b = h.connect("berta"), c = h.connect();
    h.hub->clients().all_except({h.id(*a), h.id(*c), "nobody"}).send("Hi", 1);

    EXPECT_EQ(a->take(), strings{});
    EXPECT_EQ(b->take(), strings{sent("Hi", "[1]")});
    EXPECT_EQ(c->take(), strings{});
}

TEST(Addressing, ReachesListsOfConnectionsAndUsersAndNamesThemTwiceIfTheListDoes) {
    known_hub h;
    auto a = h.connect("anna"), b = h.connect("berta"), c = h.connect("carla");
    h.hub->clients().clients({h.id(*a), h.id(*c), h.id(*a)}).send("One", "x");
    h.hub->clients().users({"berta", "anna"}).send("Two");

    EXPECT_EQ(a->take(), (strings{sent("One", R"(["x"])"), sent("One", R"(["x"])"), sent("Two", "[]")}));
    EXPECT_EQ(b->take(), strings{sent("Two", "[]")});
    EXPECT_EQ(c->take(), strings{sent("One", R"(["x"])")});
    EXPECT_EQ(h.hub->stats().serializations, 2U);
}

TEST(Groups, ReachTheirMembersOnly) {
    known_hub h;
    auto a = h.connect("anna"), b = h.connect("anna"), c = h.connect("berta");
    h.join(*a, "orders");
    h.join(*c, "orders");
    h.hub->clients().group("orders").send("Hi");
    h.hub->clients().group("Orders").send("No");

    EXPECT_EQ(a->take(), strings{sent("Hi", "[]")});
    EXPECT_EQ(b->take(), strings{});
    EXPECT_EQ(c->take(), strings{sent("Hi", "[]")});
}

TEST(Groups, LeaveOutThoseExcepted) {
    known_hub h;
    auto a = h.connect(), b = h.connect();
    h.join(*a, "orders");
    h.join(*b, "orders");
    h.hub->clients().group_except("orders", {h.id(*a)}).send("Hi");

    EXPECT_EQ(a->take(), strings{});
    EXPECT_EQ(b->take(), strings{sent("Hi", "[]")});
}

TEST(Groups, AreHeardOnceForEachGroupThatIsNamed) {
    known_hub h;
    auto a = h.connect(), b = h.connect();
    h.join(*a, "x");
    h.join(*a, "y");
    h.join(*b, "y");
    h.hub->clients().groups({"x", "y", "", "z"}).send("Hi");

    EXPECT_EQ(a->take().size(), 2U);
    EXPECT_EQ(b->take().size(), 1U);
}

TEST(Groups, TakeAMemberOnceHoweverOftenItIsAdded) {
    known_hub h;
    auto a = h.connect();
    h.join(*a, "x");
    h.join(*a, "x");
    h.hub->clients().group("x").send("Hi");
    EXPECT_EQ(a->take().size(), 1U);

    h.leave(*a, "x");
    h.leave(*a, "x");
    h.hub->clients().group("x").send("Hi");
    EXPECT_EQ(a->take(), strings{});
    EXPECT_EQ(h.hub->stats().groups, 0);
}

TEST(Groups, PassOverConnectionsThatAreNotThere) {
    known_hub h;
    h.run(h.hub->groups().add("nobody", "x"));
    h.run(h.hub->groups().remove("AAAAAAAAAAAAAAAAAAAAAA", "x"));

    EXPECT_EQ(h.hub->stats().groups, 0);
}

TEST(Groups, EndWithTheConnectionAndKeepTheOthers) {
    known_hub h;
    std::vector<std::unique_ptr<wire_client>> all;
    for (int i = 0; i < 5; ++i) {
        all.push_back(h.connect());
        h.join(*all.back(), "x");
        h.join(*all.back(), i < 1 ? "first" : "rest");
    }
    EXPECT_EQ(h.hub->stats().groups, 3);
    all[0]->go();  // the last member takes its place
    all[3]->go();
    h.leave(*all[4], "x");
    h.hub->clients().group("x").send("Hi");

    EXPECT_EQ(h.hub->stats().groups, 2);
    EXPECT_EQ(all[1]->take().size(), 1U);
    EXPECT_EQ(all[2]->take().size(), 1U);
    EXPECT_EQ(all[4]->take(), strings{});
}

TEST(HubAbort, EndsAllConnectionsOfAUserAndTellsThemNotToComeBack) {
    known_hub h;
    auto a = h.connect("anna"), b = h.connect("anna"), c = h.connect("berta");
    h.hub->abort_user("anna");

    EXPECT_EQ(a->take(), strings{"{\"type\":7}\x1e"});
    EXPECT_EQ(b->take(), strings{"{\"type\":7}\x1e"});
    EXPECT_EQ(c->take(), strings{});
    EXPECT_EQ(h.hub->stats().connections, 1);

    h.hub->abort_connection(h.id(*c));
    EXPECT_EQ(c->take(), strings{"{\"type\":7}\x1e"});
}

TEST(HubCensus, CountsConnectionsOfUsersAndGroups) {
    known_hub h;
    auto a = h.connect("anna"), b = h.connect("anna");
    h.join(*b, "x");
    const auto all = h.hub->census(10);

    ASSERT_EQ(all.users.size(), 1U);
    EXPECT_EQ(all.users[0].name, "anna");
    EXPECT_EQ(all.users[0].connections, 2U);
    ASSERT_EQ(all.groups.size(), 1U);
    EXPECT_EQ(all.groups[0].connections, 1U);
    EXPECT_TRUE(h.hub->census(0).users.empty());
}
