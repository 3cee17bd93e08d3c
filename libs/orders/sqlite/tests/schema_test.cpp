#include "orders/sqlite/schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../src/csv.hpp"
#include "support.hpp"

using namespace orders;
using namespace orders::test;

namespace {

class Schema : public testing::Test {
protected:
    base::result<std::size_t> bring_up(std::span<const migration> known) {
        return sync(migrate(base_.ctx, *base_.db, base_.clock, known));
    }
    base::result<seeded> fill(seed_files files = shop_seed()) {
        return sync(seed(base_.ctx, *base_.db, base_.clock, files));
    }
    std::string ask(std::string sql) { return base_.ask(std::move(sql)); }
    void execute(const std::string& sql) {
        ASSERT_TRUE(base_.write([&](sqlite::connection& c) { return c.execute(sql); }));
    }

    test_database base_;
};

constexpr migration first{1, "0001_first", "CREATE TABLE A (X); INSERT INTO A VALUES (1);", "a"};
constexpr migration second{2, "0002_second", "CREATE TABLE B (X);", "b"};
constexpr migration broken{2, "0002_broken", "CREATE TABLE B (X); INSERT INTO Nowhere VALUES (1);", "b"};

}  // namespace

TEST_F(Schema, AppliesEachMigrationOnce) {
    const migration one[]{first}, two[]{first, second};

    EXPECT_EQ(bring_up(one).value(), 1u);
    EXPECT_EQ(bring_up(one).value(), 0u);
    EXPECT_EQ(bring_up(two).value(), 1u);

    EXPECT_EQ(ask("SELECT count(*) FROM A"), "1");
    EXPECT_EQ(ask("SELECT group_concat(Version || Name || Checksum) FROM SchemaMigration"),
              "10001_firsta,20002_secondb");
}

TEST_F(Schema, KeepsNothingOfAMigrationThatFails) {
    const migration bad[]{first, broken}, good[]{first, second};

    EXPECT_FALSE(bring_up(bad));
    EXPECT_EQ(ask("SELECT max(Version) FROM SchemaMigration"), "1");
    EXPECT_EQ(ask("SELECT count(*) FROM sqlite_schema WHERE name = 'B'"), "0");

    EXPECT_EQ(bring_up(good).value(), 1u);
}

TEST_F(Schema, RefusesANewerFile) {
    const migration newer[]{first, second}, older[]{first};
    ASSERT_TRUE(bring_up(newer));

    const auto answer = bring_up(older);

    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, base::fault_kind::invalid);
    EXPECT_THAT(answer.error().message, testing::HasSubstr("version 2"));
}

TEST_F(Schema, RefusesAFileMadeByAnotherTextOfAMigration) {
    const migration one[]{first};
    auto other = first;
    other.checksum = "z";
    const migration changed[]{other, second};
    ASSERT_TRUE(bring_up(one));

    const auto answer = bring_up(changed);

    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, base::fault_kind::invalid);
    EXPECT_THAT(answer.error().message, testing::HasSubstr("0001_first"));
    EXPECT_EQ(ask("SELECT count(*) FROM sqlite_schema WHERE name = 'B'"), "0");
}

TEST_F(Schema, TheProgramsOwnMigrationsAreNumberedAndSigned) {
    int last = 0;
    for (const auto& m : sqlite_migrations()) {
        EXPECT_GT(m.version, last);
        EXPECT_EQ(m.checksum.size(), 64u);
        last = m.version;
    }
    EXPECT_GE(last, 1);
    EXPECT_TRUE(bring_up(sqlite_migrations()));
    EXPECT_EQ(ask("PRAGMA integrity_check"), "ok");
}

TEST_F(Schema, TheSeedIsTheShop) {
    ASSERT_TRUE(bring_up(sqlite_migrations()));

    const auto count = fill().value();

    EXPECT_EQ(count.products, 145u);
    EXPECT_EQ(count.customers, 10u);
    EXPECT_EQ(count.orders, 6u);
    EXPECT_EQ(ask("SELECT Name FROM Customer WHERE ExternalCustomerId = 'CUST-0002'"), "Contoso Learning Zürich");
    EXPECT_EQ(ask(R"(SELECT count(*) FROM OrderItem)"), "12");
    const auto store = make_sqlite_store(*base_.db, base_.clock);
    const auto page = sync(store->page(base_.ctx, contracts::user_id{"CUST-0001"}, 0, 10)).value();
    ASSERT_GE(page.items.size(), 2u);
    EXPECT_EQ(base::to_rfc3339(page.items.back().created_at), "2026-01-07T08:14:27.310Z");
    EXPECT_EQ(page.items.back().total().cents, 12'900);
}

TEST_F(Schema, SeedingAgainChangesNothing) {
    ASSERT_TRUE(bring_up(sqlite_migrations()));
    ASSERT_TRUE(fill());
    execute("UPDATE Product SET PriceCents = 1, IsActive = 0 WHERE ExternalProductId = 'AZ-900'");
    execute("UPDATE Customer SET Name = 'Ours' WHERE ExternalCustomerId = 'CUST-0001'");

    const auto again = fill().value();

    EXPECT_EQ(again.products + again.customers + again.orders, 0u);
    EXPECT_EQ(ask("SELECT PriceCents || IsActive FROM Product WHERE ExternalProductId = 'AZ-900'"), "10");
    EXPECT_EQ(ask("SELECT Name FROM Customer WHERE ExternalCustomerId = 'CUST-0001'"), "Ours");
}

TEST_F(Schema, SeedingAddsAProductThatIsMissing) {
    ASSERT_TRUE(bring_up(sqlite_migrations()));
    auto files = shop_seed();
    files.customers = "externalCustomerId,name,email,city,country\n";
    files.orders = "correlationId,externalCustomerId,productId,quantity,unitPrice,createdAt\n";
    files.products =
        "externalProductId,name,category,vendor,imageUrl,discount,billingPeriod,isSubscription,price\n"
        "AZ-900,\"Ours, \"\"renamed\"\"\",c,v,/i,0,Monthly,true,1.00\n";
    ASSERT_TRUE(fill(files));

    EXPECT_EQ(fill().value().products, 144u);

    EXPECT_EQ(ask("SELECT Name FROM Product WHERE ExternalProductId = 'AZ-900'"), "Ours, \"renamed\"");
}

TEST_F(Schema, ASeedThatCannotBeReadWritesNothing) {
    ASSERT_TRUE(bring_up(sqlite_migrations()));
    const std::string header = "correlationId,externalCustomerId,productId,quantity,unitPrice,createdAt\n";
    const std::string id = "019b9785-7fee-7efd-a168-a055d1e45863";
    for (const std::string line :
         {"x,CUST-0001,AZ-700,1,129.00,2026-01-07T08:14:27.310Z", "{},CUST-0001,NOPE,1,129.00,2026-01-07T08:14:27.310Z",
          "{},CUST-0001,AZ-700,0,129.00,2026-01-07T08:14:27.310Z", "{},CUST-0001,AZ-700,1,12x,2026-01-07T08:14:27.310Z",
          "{},CUST-0001,AZ-700,1,129.00,yesterday", "{},CUST-0001,AZ-700,1,129.00"}) {
        auto text = header + line + "\n";
        if (const auto at = text.find("{}"); at != std::string::npos) text.replace(at, 2, id);
        auto files = shop_seed();
        files.orders = text;

        const auto answer = fill(files);

        ASSERT_FALSE(answer) << line;
        EXPECT_EQ(answer.error().kind, base::fault_kind::invalid);
        EXPECT_THAT(answer.error().message, testing::HasSubstr("orders.csv"));
        EXPECT_EQ(ask("SELECT count(*) FROM Product"), "0") << line;
    }
}

TEST(Csv, ReadsQuotedFieldsAndBothLineEnds) {
    const auto records = read_csv("f", "a,b\r\n1,\"x, \"\"y\"\"\nz\"\n,\r\n", "a,b").value();

    EXPECT_THAT(records, testing::ElementsAre(csv_record{"1", "x, \"y\"\nz"}, csv_record{"", ""}));
}

TEST(Csv, NamesTheLineThatCannotBeRead) {
    for (const auto& [text, line] : std::vector<std::pair<std::string, std::string>>{
             {"b,a\n1,2\n", "f, line 1"},
             {"a,b\n1,2\n1\n", "f, line 3"},
             {"a,b\n1,2,3\n", "f, line 2"},
             {"a,b\n1,x\"y\"\n", "f, line 2"},
             {"a,b\n\"1\n2\",3\n1,\"open\n", "f, line 4"},
         }) {
        const auto records = read_csv("f", text, "a,b");
        ASSERT_FALSE(records) << text;
        EXPECT_THAT(records.error().message, testing::StartsWith(line));
    }
}
