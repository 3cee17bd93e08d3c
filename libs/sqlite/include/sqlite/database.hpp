// One SQLite file: one writer thread with group commit, a few reader connections. WAL, synchronous=FULL: what
// write() has answered is on the disk. Jobs that arrive while a commit is under way share the next.
#pragma once
#include <sqlite3.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/call_context.hpp"
#include "base/metrics.hpp"
#include "base/result.hpp"
#include "base/unit.hpp"
#include "sqlite/failpoint.hpp"
#include "sqlite/statement.hpp"

namespace sqlite {

struct options {
    std::string path = {};  // the file; its directory must exist; locked (path + ".lock") against a second process
    int readers = 2;        // reader connections, a thread each
    std::size_t queue_limit = 20'000;  // jobs waiting for the writer, and likewise for readers; above: unavailable
    std::size_t batch_limit = 2'000;   // jobs in one transaction
    std::uint64_t min_free_bytes = 64u << 20;  // below: writes that ask for room (intake) are refused as unavailable
    std::chrono::milliseconds unit_timeout{10'000};  // a unit not finished by then (from its first step): rolled back
    std::chrono::milliseconds read_timeout{10'000};  // a read that takes longer is interrupted: it holds the WAL
    std::chrono::milliseconds room_every{1'000};     // free space is looked at, and a full disk probed, so often
    std::chrono::microseconds unit_poll{8};  // so long the writer waits awake for a unit's next step before it sleeps
    std::size_t checkpoint_pages = 4'000;    // the WAL is checkpointed by the writer when it has grown by so much
    std::int64_t max_pages = 0;              // a limit for the file, in pages of 4 KiB; 0: none
    const base::clock* time = nullptr;       // what deadlines of call contexts are measured by; null: the system's
    std::string failpoints = {};             // test builds: see sqlite/failpoint.hpp; CONTOSO_FAILPOINT adds to it
};

enum class need : unsigned char {
    room,    // refused while the disk is nearly full: intake
    always,  // goes on even then: acks, finishing what is in hand
};

enum class shape : unsigned char {
    steps,   // any number of statements; a savepoint lets a failing job leave nothing behind
    single,  // at most one statement that changes rows, and nothing that fails after it: needs no savepoint
};

// Exclusive use of the writer for a handful of steps; see base::unit. Dropped uncommitted: rolled back. It
// takes the writer with its first step, so a holder that writes nothing delays nobody. A holder must not
// write to the same file beside it: that job would wait for the unit, and the unit for its timeout. One whose
// call context names the open unit (call_context::unit) fails at once instead, as `internal`: it is a bug.
class unit : public base::unit {
public:
    ~unit() override = default;
    // Like after_commit, but after all of those, in the order given: for making the work visible to others.
    virtual void at_last(std::function<void()> then) = 0;
};

// Safe from any thread. Results resume on the awaiting coroutine's executor; all completions of one commit
// that belong to one executor go there in one post. Executors must outlive the database.
//
// Faults of writes: unavailable, nothing was done (full, read-only, queue limit, shutting down); timeout, the
// context's deadline passed before the job ran, nothing was done; unconfirmed, the COMMIT met an I/O error:
// the outcome is known only after the file was opened again. From then on every write is unavailable and
// healthy() false: an fsync that failed is never retried, the process must end.
class database {
public:
    virtual ~database() = default;  // finishes what is queued, rolls back an open unit, checkpoints, unlocks

    using job = std::function<base::result<>(connection&)>;

    // Runs `f` on the writer's thread within the shared transaction; resumes after the COMMIT. A fault from
    // `f` undoes `f` alone. `f` must not keep anything beyond its call, except through on_commit. An
    // exception is a bug: `internal`.
    virtual base::task<> write(const base::call_context& ctx, job f, need n = need::room, shape s = shape::steps) = 0;
    // Runs `f` on a reader's thread on a consistent snapshot. Never waits for the writer.
    virtual base::task<> read(const base::call_context& ctx, job f) = 0;

    // A unit to be filled; costs nothing until its first step. Steps run through write_in and are seen by
    // each other at once, by others after commit. After the unit's timeout it is rolled back and steps answer
    // `timeout`.
    virtual base::task<std::unique_ptr<unit>> begin(const base::call_context& ctx) = 0;
    virtual base::task<> write_in(unit& u, job f) = 0;  // in a savepoint of its own; a fault rolls back this step alone
    // Ends the unit: its COMMIT is shared with the jobs that wait. Then the after_commit hooks run, then this
    // resumes. `last` is run as one step more; its fault rolls the whole unit back. Any fault: nothing of the
    // unit happened
    // (`unconfirmed`: not known).
    virtual base::task<> commit(std::unique_ptr<unit> u, job last = {}) = 0;
    // The unit behind the opaque one, when it is ours; null otherwise (then the caller works without one).
    virtual unit* ours(base::unit* u) noexcept = 0;

    // A consistent copy of the file, made while everything runs (SQLite's online backup). Overwrites nothing:
    // `conflict`.
    virtual base::task<> backup(const base::call_context& ctx, std::string to_path) = 0;

    struct stats {
        std::uint64_t commits = 0, jobs = 0, queued = 0, rollbacks = 0, checkpoints = 0;
        std::uint64_t free_bytes = 0;
        std::uint64_t wal_pages = 0;
        bool room = true;
    };
    virtual stats now() const = 0;
    virtual bool healthy() const = 0;  // false: the disk refuses writes or is nearly full
};

// Opens or makes the file. `invalid` when another process holds it (names its pid), when it is no SQLite
// file.
base::result<std::unique_ptr<database>> open(options o, base::log_scope log, base::metrics* m = nullptr);

}  // namespace sqlite
