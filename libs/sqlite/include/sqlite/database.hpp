// One SQLite file: one writer thread with group commit, a few reader connections. WAL, synchronous=FULL: what write()
// has answered is on the disk. Jobs that arrive while a commit is under way share the next.
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
#include "sqlite/statement.hpp"

namespace sqlite {

struct options {
    std::string path;                      // the file; its directory is locked (path + ".lock") against a second process
    int readers = 2;                       // reader connections, a thread each
    std::size_t queue_limit = 20'000;      // jobs waiting for the writer; above: unavailable
    std::size_t batch_limit = 2'000;       // jobs in one transaction
    std::uint64_t min_free_bytes = 64u << 20;  // below: writes that ask for room (`intake`) are refused as unavailable
    std::chrono::milliseconds unit_timeout{10'000};  // a unit not finished by then is rolled back
    std::size_t checkpoint_pages = 4'000;  // the WAL is checkpointed by the writer when it has grown by so much
    std::string failpoints;                // test builds: see CONTOSO_FAILPOINT
};

enum class need : unsigned char {
    room,    // refused while the disk is nearly full: intake
    always,  // goes on even then: acks, finishing what is in hand
};

// Exclusive use of the writer for a handful of steps; see base::unit. Dropped uncommitted: rolled back.
class unit : public base::unit {
public:
    ~unit() override = default;
};

// Safe from any thread. Results resume on the awaiting coroutine's executor; all completions of one commit that belong
// to one executor go there in one post.
class database {
public:
    virtual ~database() = default;  // finishes what is queued, checkpoints, unlocks

    using job = std::function<base::result<>(connection&)>;

    // Runs `f` on the writer's thread within the shared transaction, in its own savepoint; resumes after the COMMIT. A
    // fault from `f` rolls back `f` alone. `f` must not keep anything beyond its call.
    virtual base::task<> write(const base::call_context& ctx, job f, need n = need::room) = 0;
    // Runs `f` on a reader's thread on a consistent snapshot. Never waits for the writer.
    virtual base::task<> read(const base::call_context& ctx, job f) = 0;

    // Takes the writer for a unit. Steps run through write_in and are seen by each other at once, by others after commit.
    virtual base::task<std::unique_ptr<unit>> begin(const base::call_context& ctx) = 0;
    virtual base::task<> write_in(unit& u, job f) = 0;  // in a savepoint of its own; a fault rolls back this step alone
    // Ends the unit: its COMMIT is shared with the jobs that wait. Then the after_commit hooks run, then this resumes.
    virtual base::task<> commit(std::unique_ptr<unit> u) = 0;
    // The unit behind the opaque one, when it is ours; null otherwise (then the caller works without one).
    virtual unit* ours(base::unit* u) noexcept = 0;

    // A consistent copy of the file, made while everything runs (SQLite's online backup). Overwrites nothing.
    virtual base::task<> backup(const base::call_context& ctx, std::string to_path) = 0;

    struct stats {
        std::uint64_t commits = 0, jobs = 0, queued = 0, rollbacks = 0, checkpoints = 0;
        std::uint64_t free_bytes = 0;
        bool room = true;
    };
    virtual stats now() const = 0;
    virtual bool healthy() const = 0;  // false: the disk refuses writes or is nearly full
};

// Opens or makes the file. `invalid` when another process holds it (names its pid), when it is no SQLite file.
base::result<std::unique_ptr<database>> open(options o, base::log_scope log, base::metrics* m = nullptr);

}  // namespace sqlite
