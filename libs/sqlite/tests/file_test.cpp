// The file itself: who may open it, copies of it, its log.
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "support/harness.hpp"

using namespace sqlite_test;
using base::fault_kind;

namespace {
struct SqliteFile : database_test {};
}  // namespace

TEST_F(SqliteFile, IsRefusedWhileAnotherHoldsItAndSaysWho) {
    open();

    const auto second = sqlite::open(options, {});

    ASSERT_FALSE(second);
    EXPECT_EQ(fault_kind::invalid, second.error().kind);
    EXPECT_NE(std::string::npos, second.error().message.find("process " + std::to_string(::getpid())));
}

TEST_F(SqliteFile, IsFreeAgainWhenItsHolderDied) {
    const auto child = ::fork();
    if (child == 0) {
        const auto held = sqlite::open(options, {});
        ::_exit(held ? 0 : 1);  // as a kill would: nothing is closed in order
    }
    int status = 0;
    ASSERT_EQ(child, ::waitpid(child, &status, 0));
    ASSERT_EQ(0, WEXITSTATUS(status));

    open();

    EXPECT_TRUE(write(add("one")));
}

TEST_F(SqliteFile, ThatIsNoDatabaseIsRefused) {
    std::ofstream{options.path} << std::string(5'000, 'x');

    const auto opened = sqlite::open(options, {});

    ASSERT_FALSE(opened);
    EXPECT_EQ(fault_kind::invalid, opened.error().kind);
}

TEST_F(SqliteFile, InAMissingDirectoryIsRefused) {
    options.path = directory.file("nowhere/shop.db");

    EXPECT_EQ(fault_kind::invalid, sqlite::open(options, {}).error().kind);
}

TEST_F(SqliteFile, IsReadableByItsOwnerOnly) {
    open();

    EXPECT_EQ(std::filesystem::perms::owner_read | std::filesystem::perms::owner_write,
              std::filesystem::status(options.path).permissions());
}

TEST_F(SqliteFile, ReadersCannotWrite) {
    open();

    const auto done = loop_thread.wait([&] { return db->read(ctx, add("one")); });

    EXPECT_EQ(fault_kind::unavailable, done.error().kind);
    EXPECT_EQ(0, count());
}

TEST_F(SqliteFile, AReadThatTakesTooLongIsInterrupted) {
    options.read_timeout = 20ms;
    open();

    const auto done = loop_thread.wait([&] {
        return db->read(ctx, [](sqlite::connection& c) {
            return c.prepare("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n")
                .run();
        });
    });

    EXPECT_EQ(fault_kind::timeout, done.error().kind);
    EXPECT_EQ(0, count());
}

TEST_F(SqliteFile, ABackupTakenWhileWritingIsConsistent) {
    open();
    ASSERT_TRUE(write([](sqlite::connection& c) {
        return c.execute(
            "CREATE TABLE Filler(Bytes BLOB); WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 400)"
            " INSERT INTO Filler SELECT zeroblob(8000) FROM n;");
    }));
    const auto pair = [](int i) -> sqlite::database::job {
        return [i](sqlite::connection& c) -> base::result<> {
            if (auto ok = add("left " + std::to_string(i))(c); !ok) return ok;
            return add("right " + std::to_string(i))(c);
        };
    };
    const auto to = directory.file("copy.db");
    auto copied = loop_thread.start([&] { return db->backup(ctx, to); });
    int i = 0;
    do ASSERT_TRUE(write(pair(i++)));
    while (copied.wait_for(0s) != std::future_status::ready);
    ASSERT_TRUE(copied.get());
    ASSERT_TRUE(write(pair(i)));

    db.reset();
    options.path = to;
    open();

    EXPECT_EQ(0, count() % 2);
    EXPECT_FALSE(std::filesystem::exists(to + ".part"));
}

TEST_F(SqliteFile, ABackupOverwritesNothing) {
    open();
    const auto to = directory.file("copy.db");
    std::ofstream{to} << "precious";

    const auto done = loop_thread.wait([&] { return db->backup(ctx, to); });

    EXPECT_EQ(fault_kind::conflict, done.error().kind);
    std::string kept;
    std::ifstream{to} >> kept;
    EXPECT_EQ("precious", kept);
}

TEST_F(SqliteFile, TheLogStaysBoundedInAFlatOutRun) {
    options.checkpoint_pages = 50;
    open();
    std::uint64_t most = 0;

    for (int i = 0; i < 300; ++i) {
        ASSERT_TRUE(write([i](sqlite::connection& c) {
            const std::string text = std::to_string(i) + std::string(10'000, 'x');
            return add(text)(c);
        }));
        most = std::max<std::uint64_t>(most, std::filesystem::file_size(options.path + "-wal"));
    }

    EXPECT_GT(db->now().checkpoints, 3u);
    EXPECT_LT(most, 100u * 4'200);
}

TEST_F(SqliteFile, AReaderThatHoldsTheLogOnlyDelaysItsShrinking) {
    options.checkpoint_pages = 20;
    options.readers = 2;
    open();
    std::promise<void> entered, go;
    auto reading = loop_thread.start([&] {
        return db->read(ctx, [&](sqlite::connection& c) -> base::result<> {
            auto s = c.prepare("SELECT count(*) FROM Note");
            std::ignore = s.step();
            entered.set_value();
            go.get_future().wait();
            return {};
        });
    });
    entered.get_future().wait();
    for (int i = 0; i < 60; ++i) ASSERT_TRUE(write(add(std::to_string(i) + std::string(5'000, 'x'))));
    const auto held = std::filesystem::file_size(options.path + "-wal");
    go.set_value();
    ASSERT_TRUE(reading.get());

    for (int i = 100; i < 400; ++i) ASSERT_TRUE(write(add(std::to_string(i) + std::string(5'000, 'x'))));

    EXPECT_GT(held, 60u * 5'000);
    EXPECT_LT(std::filesystem::file_size(options.path + "-wal"), 2 * held);
    EXPECT_EQ(360, count());
}
