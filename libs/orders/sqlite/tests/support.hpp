// A database in a directory of its own, and a look inside.
#pragma once
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "base/manual_clock.hpp"
#include "orders/sqlite/schema.hpp"
#include "orders/sqlite/store.hpp"
#include "sqlite/database.hpp"
#include "sync.hpp"

namespace orders::test {

class temporary_directory {
public:
    temporary_directory() {
        std::string name = (std::filesystem::temp_directory_path() / "contoso-orders-XXXXXX").string();
        if (!mkdtemp(name.data())) throw std::runtime_error{"no temporary directory"};
        path_ = name;
    }
    temporary_directory(const temporary_directory&) = delete;
    temporary_directory& operator=(const temporary_directory&) = delete;
    ~temporary_directory() { std::filesystem::remove_all(path_); }

    std::string file(const std::string& name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

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
