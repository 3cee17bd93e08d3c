// A thin, checked face of SQLite's C API: prepared statements that are kept per connection.
#pragma once
#include <sqlite3.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"

namespace sqlite {

// One use of a prepared statement; resets itself. Not to be kept beyond the job that made it.
class statement {
public:
    // `owned`: finalized instead of reset when this goes.
    statement(sqlite3* db, sqlite3_stmt* raw, bool owned = false) noexcept : db_{db}, raw_{raw}, owned_{owned} {}
    statement(statement&& other) noexcept
        : db_{other.db_}, raw_{std::exchange(other.raw_, nullptr)}, failed_{other.failed_}, owned_{other.owned_} {}
    statement& operator=(statement&&) = delete;
    ~statement();

    // Parameters count from 1. Text and blobs must live until the last step (they are not copied).
    statement& bind(int at, std::int64_t value);
    statement& bind(int at, std::string_view text);
    statement& bind_blob(int at, std::string_view bytes);
    statement& bind_null(int at);
    template <class T>
    statement& bind(int at, const std::optional<T>& value) {
        return value ? bind(at, *value) : bind_null(at);
    }

    base::result<bool> step();  // true: a row is there
    base::result<> run();       // steps to the end
    void again();               // reset for the next set of parameters

    // Columns count from 0; views are good until the next step.
    std::int64_t integer(int column) const noexcept;
    std::string_view text(int column) const noexcept;
    std::string_view blob(int column) const noexcept;
    bool is_null(int column) const noexcept;

private:
    statement& note(int code) noexcept;

    sqlite3* db_;
    sqlite3_stmt* raw_;
    int failed_ = 0;  // the first bind that failed; step() tells
    bool owned_ = false;
};

// One SQLite connection with its cache of prepared statements. Used by one thread at a time.
class connection {
public:
    virtual ~connection() = default;
    // `sql` must be a literal: the cache goes by its address and text. Throws std::logic_error on SQL that
    // can't be prepared when the schema is right (a bug).
    virtual statement prepare(std::string_view sql) = 0;
    virtual base::result<> execute(std::string_view sql) = 0;  // one or more statements without parameters
    virtual std::int64_t last_insert_id() const noexcept = 0;
    virtual int changes() const noexcept = 0;
    virtual sqlite3* raw() noexcept = 0;

    // Runs `then` on the writer's thread right after the COMMIT that this job is part of, in the order of the
    // jobs and before anybody is told; never when the job, its unit or the COMMIT fails. Must be short and
    // must not throw. On a reader's connection a bug: throws std::logic_error.
    virtual void on_commit(std::function<void()> then) = 0;
};

// SQLite's result code as a fault: BUSY, FULL, IOERR and the like are unavailable; constraints are conflict;
// an interrupted call is timeout; the rest internal.
base::fault fault_from(sqlite3* db, int code);

}  // namespace sqlite
