// A database in a directory of its own, and a loop to await it on.
#pragma once
#include <gtest/gtest.h>

#include <future>
#include <string>

#include "base_testing/loop.hpp"
#include "base_testing/temporary_directory.hpp"
#include "sqlite/database.hpp"

namespace sqlite_test {

namespace asio = boost::asio;
using namespace std::chrono_literals;

using base_testing::eventually;
using base_testing::loop;
using base_testing::temporary_directory;

struct database_test : testing::Test {
    temporary_directory directory;
    loop loop_thread;
    sqlite::options options{.path = directory.file("shop.db"), .readers = 1};
    base::call_context ctx;
    std::unique_ptr<sqlite::database> db;

    void open() {
        auto opened = sqlite::open(options, {});
        ASSERT_TRUE(opened) << opened.error().message;
        db = std::move(*opened);
        ASSERT_TRUE(write([](sqlite::connection& c) {
            return c.execute("CREATE TABLE IF NOT EXISTS Note(Id INTEGER PRIMARY KEY, Text TEXT UNIQUE)");
        }));
    }
    void reopen() {
        db.reset();
        open();
    }
    ~database_test() override { db.reset(); }

    base::result<> write(sqlite::database::job f, sqlite::need n = sqlite::need::room) {
        return loop_thread.wait([&] { return db->write(ctx, f, n); });
    }
    std::future<base::result<>> start_write(sqlite::database::job f, sqlite::need n = sqlite::need::room) {
        return loop_thread.start([this, f, n] { return db->write(ctx, f, n); });
    }
    static sqlite::database::job add(std::string text) {
        return
            [text](sqlite::connection& c) { return c.prepare("INSERT INTO Note(Text) VALUES(?)").bind(1, text).run(); };
    }
    std::int64_t count() {
        std::int64_t n = -1;
        const auto done = loop_thread.wait([&] {
            return db->read(ctx, [&](sqlite::connection& c) -> base::result<> {
                auto s = c.prepare("SELECT count(*) FROM Note");
                if (auto row = s.step(); !row) return std::unexpected(row.error());
                n = s.integer(0);
                return {};
            });
        });
        EXPECT_TRUE(done) << done.error().message;
        return n;
    }
};

}  // namespace sqlite_test
