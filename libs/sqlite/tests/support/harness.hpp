// A loop on a thread of its own, a directory that goes with the test, and a way to await from a test's body.
#pragma once
#include <gtest/gtest.h>
#include <stdlib.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <filesystem>
#include <future>
#include <string>
#include <thread>

#include "sqlite/database.hpp"

namespace sqlite_test {

namespace asio = boost::asio;
using namespace std::chrono_literals;

class temporary_directory {
public:
    temporary_directory() {
        std::string name = (std::filesystem::temp_directory_path() / "contoso-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~temporary_directory() { std::filesystem::remove_all(path_); }
    std::string file(const std::string& name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

class loop {
public:
    ~loop() {
        work_.reset();
        thread_.join();
    }
    asio::io_context& context() { return io_; }

    // Starts `make()`'s coroutine on the loop; what it gives is in the future.
    template <class Make>
    auto start(Make make) {
        return asio::co_spawn(io_, std::move(make), asio::use_future);
    }
    template <class Make>
    auto wait(Make make) {
        auto done = start(std::move(make));
        if (done.wait_for(30s) != std::future_status::ready) {
            ADD_FAILURE() << "nothing came within the limit";
            std::abort();
        }
        return done.get();
    }

private:
    asio::io_context io_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
    std::thread thread_{[this] { io_.run(); }};
};

// Until it is true; false when it did not come about within the limit.
template <class Condition>
bool eventually(Condition condition) {
    for (const auto until = std::chrono::steady_clock::now() + 20s; std::chrono::steady_clock::now() < until;) {
        if (condition()) return true;
        std::this_thread::yield();
    }
    return false;
}

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
