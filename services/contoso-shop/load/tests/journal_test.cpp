#include "journal.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

namespace {

using load::basket;
using load::journal;

base::uuid id(std::uint8_t n) {
    base::uuid::bytes b{};
    b[15] = n;
    return base::uuid{b};
}

struct LoadJournal : testing::Test {
    std::filesystem::path file =
        std::filesystem::temp_directory_path() / ("contoso-journal-" + std::to_string(::getpid()) + "-" +
                                                  testing::UnitTest::GetInstance()->current_test_info()->name());
    void TearDown() override { std::filesystem::remove(file); }
};

TEST_F(LoadJournal, ReadsBackWhatItWrote) {
    const basket goods{{{"AZ-700", 1}, {"odd *,% \u00e9", 1000}}};
    {
        auto j = journal::open(file, "http://localhost:4200");
        ASSERT_TRUE(j);
        (*j)->user(0, "load-1-0001");
        (*j)->goods(0, goods);
        (*j)->intent(0, 0, 0, id(1), id(2));
        (*j)->intent(1, 0, 0, {}, {});
        (*j)->intent(2, 0, 0, id(3), id(4));
        (*j)->accepted(1, id(5));
        (*j)->refused(2, 422);
        (*j)->told(0, id(5), "Completed", 17, 42);
        EXPECT_TRUE((*j)->flush());
        (*j)->ended();
    }

    const auto read = load::read_journal(file);

    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->url, "http://localhost:4200");
    EXPECT_EQ(read->users, std::vector<std::string>{"load-1-0001"});
    ASSERT_EQ(read->baskets.size(), 1u);
    EXPECT_EQ(read->baskets[0].lines, goods.lines);
    ASSERT_EQ(read->intents.size(), 3u);
    EXPECT_EQ(read->intents[0].key, id(1));
    EXPECT_EQ(read->intents[0].id, id(2));
    EXPECT_FALSE(read->intents[0].accepted);
    EXPECT_TRUE(read->intents[1].accepted);
    EXPECT_EQ(read->intents[1].id, id(5));
    EXPECT_EQ(read->intents[2].refused, 422u);
    EXPECT_EQ(read->told, 1u);
    EXPECT_TRUE(read->ended);
}

TEST_F(LoadJournal, NeverWritesIntoAnotherRun) {
    ASSERT_TRUE(journal::open(file, "http://one"));
    const auto again = journal::open(file, "http://two");
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().kind, base::fault_kind::conflict);
}

TEST_F(LoadJournal, SaysWhenItsPlaceIsNotThere) {
    EXPECT_FALSE(journal::open(file / "below" / "nothing", "http://one"));
    EXPECT_FALSE(load::read_journal(file));
}

TEST(LoadJournalText, LeavesOutALineThatWasCutOff) {
    const auto read = load::parse_journal("# contoso-load 1 http://x\nU 0 u\nB 0 AZ-700*1\nI 0 0 0 - -\nI 1 0");
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->intents.size(), 1u);
    EXPECT_FALSE(read->ended);
}

TEST(LoadJournalText, RefusesWhatItCannotRead) {
    for (const std::string_view text :
         {"", "hello\n", "# contoso-load 1 x\nZ 1\n", "# contoso-load 1 x\nI 0 0 0 - -\n",
          "# contoso-load 1 x\nU 0 u\nB 0 AZ-700\n", "# contoso-load 1 x\nU 1 u\n", "# contoso-load 1 x\nA 0 -\n"})
        EXPECT_FALSE(load::parse_journal(text)) << text;
}

TEST(LoadBasket, WritesTheBodyOfAnOrder) {
    const basket goods{{{"AZ-700", 2}, {"A\"B", 1}}};
    EXPECT_EQ(goods.body(), R"({"items":[{"productId":"AZ-700","quantity":2},{"productId":"A\"B","quantity":1}]})");
}

}  // namespace
