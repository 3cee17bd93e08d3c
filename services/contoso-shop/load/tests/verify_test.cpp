#include "verify.hpp"

#include <gtest/gtest.h>

namespace {

using load::auditor;
using load::journal_content;
using load::seen_order;

base::uuid id(std::uint8_t n) {
    base::uuid::bytes b{};
    b[15] = n;
    return base::uuid{b};
}

// Two users; user 0 sent orders 1 and 2 by key (2 was never answered), user 1 sent order 3, and one without a
// key.
journal_content book() {
    journal_content j;
    j.users = {"a", "b"};
    j.baskets = {{{{"AZ-700", 1}}}, {{{"AZ-900", 2}, {"CKA", 1}}}};
    j.intents = {{.user = 0, .basket = 0, .key = id(101), .id = id(1), .accepted = true, .refused = 0},
                 {.user = 0, .basket = 1, .key = id(102), .id = id(2), .accepted = false, .refused = 0},
                 {.user = 1, .basket = 1, .key = id(103), .id = id(3), .accepted = true, .refused = 0},
                 {.user = 1, .basket = 0, .key = {}, .id = {}, .accepted = false, .refused = 0}};
    return j;
}

seen_order row(std::uint8_t n, std::int64_t order, const load::basket& goods, std::string status = "Completed") {
    return {id(n), order, std::move(status), goods.lines};
}

struct LoadAuditor : testing::Test {
    journal_content j = book();
    auditor audit{j};
    void SetUp() override {
        audit.saw_row(0, row(1, 10, j.baskets[0]));
        audit.saw_row(1, row(3, 11, j.baskets[1]));
    }
};

TEST_F(LoadAuditor, FindsNothingWhenEvery201IsOneOrder) {
    EXPECT_TRUE(audit.missing().empty());
    EXPECT_TRUE(audit.result().kept());
    EXPECT_EQ(audit.result().completed, 2u);
}

TEST_F(LoadAuditor, AllowsAnOrderWhoseAnswerNeverCame) {
    audit.saw_row(0, row(2, 12, j.baskets[1]));
    audit.saw_row(1, row(77, 13, j.baskets[0]));
    EXPECT_TRUE(audit.result().kept());
    EXPECT_EQ(audit.result().unanswered_rows, 2u);
}

TEST_F(LoadAuditor, SeesAnOrderThatNobodyAskedFor) {
    audit.saw_row(0, row(77, 13, j.baskets[0]));
    EXPECT_EQ(audit.result().foreign, 1u);
}

TEST_F(LoadAuditor, SeesAnOrderShownToAnotherUser) {
    audit.saw_row(1, row(2, 13, j.baskets[1]));
    EXPECT_EQ(audit.result().foreign, 1u);
}

TEST_F(LoadAuditor, SeesASecondRow) {
    audit.saw_row(0, row(1, 14, j.baskets[0]));
    EXPECT_EQ(audit.result().doubled, 1u);
}

TEST_F(LoadAuditor, SeesOtherItemsThanWereSent) {
    audit.saw_row(0, row(2, 12, j.baskets[0]));
    EXPECT_EQ(audit.result().altered, 1u);
}

TEST(LoadAuditorMissing, AsksForWhatNoPageShowed) {
    const auto j = book();
    auditor audit{j};
    EXPECT_EQ(audit.missing(), (std::vector<std::size_t>{0, 2}));
    audit.asked(0, 404, {});
    audit.asked(2, 200, row(3, 0, j.baskets[1], "Failed"));
    EXPECT_EQ(audit.result().lost, 1u);
    EXPECT_EQ(audit.result().failed, 1u);
    EXPECT_EQ(audit.result().examples.size(), 1u);
}

TEST(LoadAuditorMissing, CallsAnOrderThatNeverEndsLost) {
    const auto j = book();
    auditor audit{j};
    audit.asked(0, 200, row(1, 0, j.baskets[0], "Processing"));
    EXPECT_EQ(audit.result().lost, 1u);
}

TEST(LoadAuditorMissing, SeesOneIdAnsweredForTwoOrders) {
    auto j = book();
    j.intents[1].id = id(1);
    EXPECT_EQ(auditor{j}.result().doubled, 1u);
}

TEST(LoadReadOrder, TakesWhatItNeedsOfAnAnswer) {
    seen_order o;
    ASSERT_TRUE(load::read_order(
        R"({"id":123,"correlationId":"0199a8f0-1c2d-7fd5-af35-cf26d1f3ca8d","status":"Completed","items":[{"productId":"AZ-700","productName":"x","quantity":2}],"total":1.00})",
        o));
    EXPECT_EQ(o.order, 123);
    EXPECT_EQ(o.lines, (std::vector<load::basket::line>{{"AZ-700", 2}}));
    EXPECT_FALSE(load::read_order(R"({"status":404})", o));
}

}  // namespace
