#include "writer.hpp"

#include <pthread.h>

namespace sqlite {
namespace {

using base::fault_kind;
using std::chrono::steady_clock;

base::fault lost() { return {fault_kind::unavailable, "the transaction was rolled back"}; }
base::fault stopped() { return {fault_kind::unavailable, "the database is closing"}; }

void breathe() noexcept {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

}  // namespace

writer::writer(const options& o, std::unique_ptr<opened_connection> c, base::log_scope log, base::metrics* m)
    : options_{o},
      time_{o.time ? *o.time : base::system_clock()},
      log_{std::move(log)},
      failpoints_{o.failpoints},
      room_{o.path, o.min_free_bytes, o.room_every},
      db_{std::move(c)},
      next_checkpoint_{o.checkpoint_pages} {
    if (m) {
        commit_time_ =
            &m->make_histogram("contoso_sqlite_commit_seconds", "How long COMMIT takes, its fdatasync included");
        const auto watch = [&](const char* name, const char* help, std::atomic<std::uint64_t> counters::* what) {
            m->watch(name, help, {}, [c = counted_, what] { return static_cast<double>((c.get()->*what).load()); });
        };
        watch("contoso_sqlite_commits_total", "Transactions committed", &counters::commits);
        watch("contoso_sqlite_jobs_total", "Write jobs run", &counters::jobs);
        watch("contoso_sqlite_queued", "Write jobs that wait", &counters::queued);
        watch("contoso_sqlite_rollbacks_total", "Transactions and units rolled back", &counters::rollbacks);
        watch("contoso_sqlite_wal_pages", "Pages in the write-ahead log", &counters::wal_pages);
    }
    sqlite3_wal_hook(
        db_->raw(),
        [](void* to, sqlite3*, const char*, int pages) {
            static_cast<counters*>(to)->wal_pages.store(static_cast<std::uint64_t>(pages), std::memory_order_relaxed);
            return SQLITE_OK;
        },
        counted_.get());
    thread_ = std::jthread{[this] { loop(); }};
}

writer::~writer() {
    std::unique_lock held{guard_};
    stopping_ = true;
    bell_.notify_one();
    held.unlock();
    thread_.join();
}

// --- what callers do
// -------------------------------------------------------------------------------------------------

// Rings only when the writer sleeps: a busy one looks by itself before it commits.
void writer::wake(std::unique_lock<std::mutex>& held) {
    const bool asleep = std::exchange(sleeping_, false);
    held.unlock();
    if (asleep) bell_.notify_one();
}

void writer::submit(request_ptr job) {
    const auto refuse = [&](base::fault why) { answer(std::move(job), std::unexpected(std::move(why))); };
    if (job->room == need::room && !room_.there()) return refuse({fault_kind::unavailable, "the disk is nearly full"});
    std::unique_lock held{guard_};
    if (job->beside != 0 && std::ranges::find(begun_, job->beside) != begun_.end()) {
        held.unlock();
        // It would wait for the unit's end, and the unit for its answer.
        return refuse({fault_kind::internal, "a job beside the caller's own open unit: it must be handed the unit"});
    }
    // What finishes work in hand may go beyond the limit that intake meets: it makes room.
    const auto limit = job->room == need::room ? options_.queue_limit : 2 * options_.queue_limit;
    if (stopping_ || jobs_.size() >= limit) {
        held.unlock();
        return refuse(stopping_ ? stopped() : base::fault{fault_kind::unavailable, "too many writes wait"});
    }
    jobs_.push_back(std::move(job));
    counted_->queued.store(jobs_.size(), std::memory_order_relaxed);
    wake(held);
}

void writer::submit(std::shared_ptr<unit_state> u, request_ptr step) {
    std::unique_lock held{guard_};
    if (u->now == phase::ended || stopping_) {
        auto verdict = u->now == phase::ended ? u->verdict : std::unexpected(stopped());
        held.unlock();
        return answer(std::move(step), std::move(verdict));
    }
    if (u->now == phase::fresh && step->ends_unit) {  // it never took the writer: its last step is a job like others
        u->now = phase::ended;
        u->verdict = base::fail(fault_kind::invalid, "the unit has ended");
        held.unlock();
        return step->work ? submit(std::move(step)) : answer(std::move(step), {});
    }
    u->inbox.push_back(std::move(step));
    u->arrived.store(true, std::memory_order_release);
    if (u->now == phase::fresh) {
        u->now = phase::waiting;
        begun_.push_back(u->number);
        openings_.push_back(std::move(u));
    }
    wake(held);
}

void writer::drop(const std::shared_ptr<unit_state>& u) {
    std::unique_lock held{guard_};
    if (u->now == phase::ended) return;
    if (u->now == phase::fresh) {
        u->now = phase::ended;
        return;
    }
    u->dropped = true;
    std::erase(begun_, u->number);
    u->arrived.store(true, std::memory_order_release);
    wake(held);
}

// --- the writer's thread
// ---------------------------------------------------------------------------------------------

void writer::loop() {
    pthread_setname_np(pthread_self(), "sqlite-writer");
    while (wait()) {
        tend_room();
        if (auto u = next_unit()) serve(*u);
        for (std::size_t left = options_.batch_limit; run_some(left);) {
        }
        commit();
        if (counted_->wal_pages >= next_checkpoint_) checkpoint(SQLITE_CHECKPOINT_PASSIVE);
    }
    refuse_rest();
    checkpoint(SQLITE_CHECKPOINT_PASSIVE);
}

bool writer::wait() {
    const auto something = [&] { return stopping_ || !jobs_.empty() || !openings_.empty(); };
    std::unique_lock held{guard_};
    while (!something()) {
        sleeping_ = true;
        const bool tidy = counted_->wal_pages == 0 && room_.there();
        if (tidy) {
            bell_.wait(held, [&] { return something() || !sleeping_; });
        } else if (!bell_.wait_for(held, options_.room_every, [&] { return something() || !sleeping_; })) {
            sleeping_ = false;
            held.unlock();
            idle();
            held.lock();
        }
    }
    sleeping_ = false;
    return !(stopping_ && jobs_.empty());
}

void writer::idle() {
    tend_room();
    if (counted_->wal_pages > 0) checkpoint(SQLITE_CHECKPOINT_PASSIVE);
}

std::shared_ptr<unit_state> writer::next_unit() {
    const std::lock_guard held{guard_};
    if (openings_.empty() || stopping_) return nullptr;
    auto u = std::move(openings_.front());
    openings_.pop_front();
    u->now = phase::open;
    return u;
}

void writer::serve(unit_state& u) {
    const auto until = steady_clock::now() + options_.unit_timeout;
    for (;;) {
        auto step = next_step(u, until);
        if (!step) {
            const bool late = steady_clock::now() >= until;
            roll_back();
            return end(u, late ? base::fail(fault_kind::timeout, "the unit took too long") : std::unexpected(lost()));
        }
        auto done = step->work ? attempt(*step) : base::result<>{};
        const bool alive = db_->in_transaction();
        if (step->ends_unit && done && alive) {
            ran_.push_back(std::move(step));
            return end(u, base::fail(fault_kind::invalid, "the unit has ended"));
        }
        const bool over = step->ends_unit || !alive;
        if (over) roll_back();
        if (over && done) done = std::unexpected(lost());
        step->answer = std::move(done);
        out_.add(std::move(step));
        out_.send();
        if (over) return end(u, std::unexpected(lost()));
    }
}

// A step's answer goes to a loop and the next step comes back within microseconds: too short to sleep for.
request_ptr writer::next_step(unit_state& u, steady_clock::time_point until) {
    if (!u.arrived.load(std::memory_order_acquire)) {
        const auto awake_until = steady_clock::now() + options_.unit_poll;
        while (!u.arrived.load(std::memory_order_acquire) && steady_clock::now() < awake_until) breathe();
    }
    std::unique_lock held{guard_};
    const auto ready = [&] { return stopping_ || u.dropped || !u.inbox.empty(); };
    while (!ready() && steady_clock::now() < until) {
        sleeping_ = true;
        bell_.wait_until(held, until, [&] { return ready() || !sleeping_; });
    }
    sleeping_ = false;
    if (stopping_ || u.dropped || u.inbox.empty()) return nullptr;
    auto step = std::move(u.inbox.front());
    u.inbox.pop_front();
    if (u.inbox.empty()) u.arrived.store(false, std::memory_order_release);
    return step;
}

void writer::end(unit_state& u, base::result<> verdict) {
    std::unique_lock held{guard_};
    u.now = phase::ended;
    u.verdict = verdict;
    std::erase(begun_, u.number);
    auto late = std::exchange(u.inbox, {});
    held.unlock();
    for (auto& step : late) {
        step->answer = verdict;
        out_.add(std::move(step));
    }
}

// Takes what waits now; called again until nothing does, so that all who came during the work share the
// COMMIT.
bool writer::run_some(std::size_t& left) {
    std::vector<request_ptr> taken;
    {
        const std::lock_guard held{guard_};
        const auto n = std::min(left, jobs_.size());
        if (n == 0) return false;
        taken.reserve(n);
        for (std::size_t i = 0; i < n; ++i) taken.push_back(std::move(jobs_[i]));
        jobs_.erase(jobs_.begin(), jobs_.begin() + static_cast<std::ptrdiff_t>(n));
        left -= n;
        counted_->queued.store(jobs_.size(), std::memory_order_relaxed);
    }
    for (auto& job : taken) {
        if (auto done = attempt(*job)) {
            ran_.push_back(std::move(job));
        } else {
            job->answer = std::move(done);
            out_.add(std::move(job));
        }
    }
    counted_->jobs.fetch_add(taken.size(), std::memory_order_relaxed);
    return true;
}

void writer::refuse_rest() {
    std::unique_lock held{guard_};
    auto units = std::move(openings_);
    held.unlock();
    for (auto& u : units) end(*u, std::unexpected(stopped()));
    out_.send();
}

// --- transactions
// ----------------------------------------------------------------------------------------------------

base::result<> writer::enter() {
    if (db_->in_transaction()) return {};
    return db_->prepare("BEGIN IMMEDIATE").run();
}

base::result<> writer::attempt(request& r) {
    if (counted_->broken) return base::fail(fault_kind::unavailable, "the disk has failed; the process must restart");
    if (r.due != base::steady_time::max() && r.due <= time_.steady())
        return base::fail(fault_kind::timeout, "the deadline passed while the write waited");
    if (r.room == need::room && !room_.there()) return base::fail(fault_kind::unavailable, "the disk is nearly full");
    if (auto ok = enter(); !ok) return ok;

    const auto mark = db_->hook_mark();
    const auto changes = sqlite3_total_changes64(db_->raw());
    if (r.form == shape::steps)
        if (auto ok = db_->prepare("SAVEPOINT job").run(); !ok) return ok;
    auto done = call(r);
    if (done && r.form == shape::steps) done = db_->prepare("RELEASE job").run();
    if (!done) undo(r, mark, changes);
    return done;
}

base::result<> writer::call(request& r) {
    try {
        return r.work(*db_);
    } catch (const std::exception& e) {
        log_.error("a write job threw", {{"exception", e.what()}});
        return base::fail(fault_kind::internal, e.what());
    }
}

// A failed job leaves nothing behind. SQLite may already have rolled back everything by itself (a full disk,
// an I/O error); then the jobs before it in this transaction are gone too.
void writer::undo(const request& r, std::size_t mark, std::int64_t changes_before) {
    if ((sqlite3_errcode(db_->raw()) & 0xff) == SQLITE_FULL) room_.refused();
    if (db_->in_transaction()) {
        const bool clean = r.form == shape::steps ? db_->execute("ROLLBACK TO job; RELEASE job").has_value()
                                                  : sqlite3_total_changes64(db_->raw()) == changes_before;
        if (clean) return db_->forget_hooks(mark);
        if (r.form == shape::single) log_.error("a job said to be a single statement failed after a change");
    }
    roll_back();
}

void writer::roll_back() {
    if (db_->in_transaction()) std::ignore = db_->execute("ROLLBACK");
    db_->forget_hooks(0);
    for (auto& r : ran_) {
        r->answer = std::unexpected(lost());
        out_.add(std::move(r));
    }
    ran_.clear();
    counted_->rollbacks.fetch_add(1, std::memory_order_relaxed);
}

void writer::commit() {
    if (ran_.empty()) {
        if (db_->in_transaction()) roll_back();
        return out_.send();
    }
    const auto outcome = db_->in_transaction() ? commit_now() : base::result<>{};
    if (outcome) {
        failpoints_.hit("after-commit");
        db_->run_hooks();
    }
    for (auto& r : ran_) {
        r->answer = outcome;
        out_.add(std::move(r));
    }
    ran_.clear();
    out_.send();
}

base::result<> writer::commit_now() {
    const auto started = steady_clock::now();
    int code = SQLITE_IOERR_FSYNC;
    if (!failpoints_.hit("before-commit")) {
        if (auto done = db_->prepare("COMMIT").run()) {
            counted_->commits.fetch_add(1, std::memory_order_relaxed);
            if (commit_time_)
                commit_time_->observe(std::chrono::duration<double>(steady_clock::now() - started).count());
            return {};
        }
        code = sqlite3_extended_errcode(db_->raw());
    }
    auto why = fault_from(db_->raw(), code);
    if ((code & 0xff) == SQLITE_FULL) room_.refused();
    if ((code & 0xff) == SQLITE_IOERR) {
        // The commit record may or may not be on the disk; only the next opening tells.
        counted_->broken = true;
        why.kind = fault_kind::unconfirmed;
    } else {
        why.kind = fault_kind::unavailable;
    }
    log_.error("a COMMIT failed", {{"why", why.message}});
    if (db_->in_transaction()) std::ignore = db_->execute("ROLLBACK");
    db_->forget_hooks(0);
    counted_->rollbacks.fetch_add(1, std::memory_order_relaxed);
    return std::unexpected(std::move(why));
}

// --- upkeep
// ----------------------------------------------------------------------------------------------------------

// PASSIVE never waits for readers. When old readers have let the log grow far beyond, TRUNCATE waits a moment for them,
// so that it stays bounded; while they stay it is tried less and less often, because all writes wait meanwhile.
void writer::checkpoint(int how) {
    if (counted_->broken) return;
    if (counted_->wal_pages >= 8 * options_.checkpoint_pages) how = SQLITE_CHECKPOINT_TRUNCATE;
    failpoints_.hit("checkpoint");
    int in_log = 0, done = 0;
    sqlite3_busy_timeout(db_->raw(), 50);
    const int code = sqlite3_wal_checkpoint_v2(db_->raw(), nullptr, how, &in_log, &done);
    sqlite3_busy_timeout(db_->raw(), opened_connection::busy_ms);
    if ((code & 0xff) == SQLITE_FULL) room_.refused();
    if (code != SQLITE_OK && code != SQLITE_BUSY)
        log_.error("a checkpoint failed", {{"why", fault_from(db_->raw(), code).message}});
    counted_->checkpoints.fetch_add(1, std::memory_order_relaxed);
    const bool all = code == SQLITE_OK && in_log == done;
    if (all) counted_->wal_pages = 0;  // the next writer starts at the log's beginning again
    const auto grown = counted_->wal_pages.load();
    next_checkpoint_ = all ? options_.checkpoint_pages : grown + std::max(options_.checkpoint_pages, grown / 4);
}

void writer::tend_room() {
    if (!room_.due()) return;
    room_.look();
    if (room_.needs_probe()) probe_room();
}

// After SQLite has said FULL only a write that reaches the disk proves that there is room again.
void writer::probe_room() {
    const auto wrote = db_->execute(
        "BEGIN IMMEDIATE; CREATE TABLE IF NOT EXISTS RoomProbe(Filler BLOB);"
        "INSERT INTO RoomProbe VALUES(zeroblob(262144)); COMMIT; DROP TABLE RoomProbe;");
    if (wrote) return room_.probed();
    if (db_->in_transaction()) std::ignore = db_->execute("ROLLBACK");
}

}  // namespace sqlite
