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
    bool knows(std::string_view token, steady_time now) { return table.find(token, now).has_value(); }
    auto attach(const connection_id& token, transport_kind kind = transport_kind::websockets) {
        return table.attach(token.text(), kind, start);
    }

    base::seeded_ids ids{1};
    connection_table table{{.waiting = 3, .lifetime = seconds{15}, .early = 100, .early_of_all = 150}};
};

}  // namespace

TEST_F(ConnectionTable, KnowsATokenUntilItExpires) {
    const auto token = fresh(), id = fresh();
    ASSERT_TRUE(table.add(token, id, start));

    EXPECT_TRUE(knows(token.text(), start + seconds{15}));
    EXPECT_FALSE(knows(id.text(), start));
    EXPECT_FALSE(knows("nope", start));
    EXPECT_FALSE(knows(token.text(), start + seconds{16}));
}

TEST_F(ConnectionTable, AttachesOnce) {
    const auto token = fresh(), id = fresh();
    table.add(token, id, start);

    EXPECT_EQ(attach(token)->id, id);
    EXPECT_EQ(attach(token).error(), connection_table::refusal::in_use);
    EXPECT_EQ(attach(fresh()).error(), connection_table::refusal::unknown);
}

TEST_F(ConnectionTable, KeepsWhatIsAttachedUntilItIsRemoved) {
    const auto token = fresh();
    table.add(token, fresh(), start);
    attach(token).value();

    EXPECT_TRUE(knows(token.text(), start + seconds{1000}));
    table.remove(token);
    EXPECT_FALSE(knows(token.text(), start + seconds{1000}));
}

TEST_F(ConnectionTable, BindsATokenToTheKindOfItsFirstUse) {
    const auto token = fresh();
    table.add(token, fresh(), start);
    EXPECT_EQ(table.find(token.text(), start)->bound, transport_kind::none);

    attach(token, transport_kind::long_polling).value();
    EXPECT_EQ(table.find(token.text(), start)->bound, transport_kind::long_polling);
    EXPECT_EQ(attach(token, transport_kind::websockets).error(), connection_table::refusal::other_transport);
    EXPECT_EQ(attach(token, transport_kind::long_polling).error(), connection_table::refusal::in_use);
}

TEST_F(ConnectionTable, KeepsWhatIsPostedBeforeTheFirstUse) {
    using keeping = connection_table::keeping;
    const auto one = fresh(), other = fresh();
    table.add(one, fresh(), start);
    table.add(other, fresh(), start);

    EXPECT_EQ(table.keep_early(one.text(), "ab"), keeping::kept);
    EXPECT_EQ(table.keep_early(one.text(), std::string(98, 'c')), keeping::kept);
    EXPECT_EQ(table.keep_early(one.text(), "d"), keeping::full);
    EXPECT_EQ(table.keep_early(other.text(), std::string(51, 'e')), keeping::full);
    EXPECT_EQ(attach(one)->early, "ab" + std::string(98, 'c'));
    EXPECT_EQ(table.keep_early(one.text(), "f"), keeping::bound);
    EXPECT_EQ(table.keep_early(other.text(), std::string(51, 'e')), keeping::kept);
    EXPECT_FALSE(knows(other.text(), start + seconds{16}));
    table.add(other, fresh(), start);
    EXPECT_EQ(table.keep_early(other.text(), std::string(100, 'g')), keeping::kept);
}

TEST_F(ConnectionTable, IsBounded) {
    const auto first = fresh();
    EXPECT_TRUE(table.add(first, fresh(), start));
    EXPECT_TRUE(table.add(fresh(), fresh(), start));
    EXPECT_TRUE(table.add(fresh(), fresh(), start));
    EXPECT_FALSE(table.add(fresh(), fresh(), start));

    attach(first).value();
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
