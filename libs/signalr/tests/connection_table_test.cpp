#include "connection_table.hpp"

#include <gtest/gtest.h>

#include <set>

using namespace signalr;
using std::chrono::seconds;

namespace {

const steady_time start{seconds{1000}};

class ConnectionTable : public ::testing::Test {
protected:
    connection_id fresh() { return connection_id::fresh(ids); }

    base::seeded_ids ids{1};
    connection_table table{3, seconds{15}};
};

}  // namespace

TEST_F(ConnectionTable, KnowsATokenUntilItExpires) {
    const auto token = fresh(), id = fresh();
    ASSERT_TRUE(table.add(token, id, start));

    EXPECT_TRUE(table.knows(token.text(), start + seconds{15}));
    EXPECT_FALSE(table.knows(id.text(), start));
    EXPECT_FALSE(table.knows("nope", start));
    EXPECT_FALSE(table.knows(token.text(), start + seconds{16}));
}

TEST_F(ConnectionTable, AttachesOnce) {
    const auto token = fresh(), id = fresh();
    table.add(token, id, start);

    EXPECT_EQ(table.attach(token.text(), start), id);
    EXPECT_EQ(table.attach(token.text(), start).error(), connection_table::refusal::in_use);
    EXPECT_EQ(table.attach(fresh().text(), start).error(), connection_table::refusal::unknown);
}

TEST_F(ConnectionTable, KeepsWhatIsAttachedUntilItIsRemoved) {
    const auto token = fresh();
    table.add(token, fresh(), start);
    table.attach(token.text(), start).value();

    EXPECT_TRUE(table.knows(token.text(), start + seconds{1000}));
    table.remove(token);
    EXPECT_FALSE(table.knows(token.text(), start + seconds{1000}));
}

TEST_F(ConnectionTable, IsBounded) {
    const auto first = fresh();
    EXPECT_TRUE(table.add(first, fresh(), start));
    EXPECT_TRUE(table.add(fresh(), fresh(), start));
    EXPECT_TRUE(table.add(fresh(), fresh(), start));
    EXPECT_FALSE(table.add(fresh(), fresh(), start));

    table.attach(first.text(), start).value();
    EXPECT_TRUE(table.add(fresh(), fresh(), start));
    EXPECT_TRUE(table.add(fresh(), fresh(), start + seconds{16}));
}

TEST(ConnectionId, HasTwentyTwoUrlSafeCharacters) {
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const std::string text{connection_id::fresh(base::system_ids()).text()};
        EXPECT_EQ(text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
                  std::string::npos);
        EXPECT_EQ(text.size(), 22U);
        seen.insert(text);
    }
    EXPECT_EQ(seen.size(), 1000U);
}
