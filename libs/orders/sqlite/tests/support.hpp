// A database in a directory of its own, and a look inside.
#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "base/manual_clock.hpp"
#include "base_testing/temporary_directory.hpp"
#include "orders/sqlite/schema.hpp"
#include "orders/sqlite/store.hpp"
#include "sqlite/database.hpp"
#include "sync.hpp"

namespace orders::test {

using base_testing::temporary_directory;

struct test_database {
    test_database() : db{open()} {}

    void reopen() {
        db.reset();
        db = open();
    }
    base::result<> write(sqlite::database::job job) { return sync(db->write(ctx, std::move(job))); }
    // The first column of the first row.
    std::string ask(std::string sql) {
        std::string answer;
        EXPECT_TRUE(sync(db->read(ctx, [&](sqlite::connection& c) -> base::result<> {
            auto row = c.prepare(sql);
            const auto found = row.step();
            if (!found) return std::unexpected(found.error());
            if (*found) answer = row.text(0);
            return {};
        })));
        return answer;
    }

    temporary_directory directory;
    base::manual_clock clock;
    base::call_context ctx;
    std::unique_ptr<sqlite::database> db;

private:
    std::unique_ptr<sqlite::database> open() {
        sqlite::options options;
        options.path = directory.file("shop.db");
        return std::move(sqlite::open(options, {}).value());
    }
};

}  // namespace orders::test
