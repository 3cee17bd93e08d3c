#include "readers.hpp"

#include <pthread.h>

namespace sqlite {
namespace {

using base::fault_kind;
using std::chrono::steady_clock;

// Looked at every few thousand steps of SQLite's machine while a read runs.
struct limit {
    const base::clock* time;
    base::steady_time due;
    steady_clock::time_point most;
};
int too_long(void* at) {
    const auto& l = *static_cast<const limit*>(at);
    return steady_clock::now() >= l.most || (l.due != base::steady_time::max() && l.time->steady() >= l.due);
}

}  // namespace

readers::readers(const options& o, std::vector<std::unique_ptr<opened_connection>> connections, base::log_scope log)
    : options_{o},
      time_{o.time ? *o.time : base::system_clock()},
      log_{std::move(log)},
      connections_{std::move(connections)} {
    for (auto& c : connections_) threads_.emplace_back([this, &c] { loop(*c); });
}

readers::~readers() {
    {
        const std::lock_guard held{guard_};
        stopping_ = true;
    }
    bell_.notify_all();
    threads_.clear();
    for (auto& r : waiting_) answer(std::move(r), base::fail(fault_kind::unavailable, "the database is closing"));
    for (auto& s : slices_) s(true);
}

void readers::submit(request_ptr read) {
    {
        const std::lock_guard held{guard_};
        if (!stopping_ && waiting_.size() < options_.queue_limit) {
            waiting_.push_back(std::move(read));
        }
    }
    if (read) return answer(std::move(read), base::fail(fault_kind::unavailable, "too many reads wait"));
    bell_.notify_one();
}

void readers::submit(slice work) {
    {
        const std::lock_guard held{guard_};
        slices_.push_back(std::move(work));
    }
    bell_.notify_one();
}

void readers::loop(opened_connection& db) {
    pthread_setname_np(pthread_self(), "sqlite-reader");
    std::unique_lock held{guard_};
    for (;;) {
        bell_.wait(held, [&] { return stopping_ || !waiting_.empty() || !slices_.empty(); });
        if (stopping_) return;
        if (!waiting_.empty()) {
            auto r = std::move(waiting_.front());
            waiting_.pop_front();
            held.unlock();
            auto done = run(db, *r);
            answer(std::move(r), std::move(done));
            held.lock();
        } else {
            auto work = std::move(slices_.front());
            slices_.pop_front();
            held.unlock();
            const bool again = work(false);
            held.lock();
            if (again) slices_.push_back(std::move(work));
        }
    }
}

base::result<> readers::run(opened_connection& db, request& r) {
    if (r.due != base::steady_time::max() && r.due <= time_.steady())
        return base::fail(fault_kind::timeout, "the deadline passed while the read waited");
    limit l{&time_, r.due, steady_clock::now() + options_.read_timeout};
    sqlite3_progress_handler(db.raw(), 4'000, too_long, &l);
    auto done = db.prepare("BEGIN").run();
    if (done) try {
            done = r.work(db);
        } catch (const std::exception& e) {
            log_.error("a read job threw", {{"exception", e.what()}});
            done = base::fail(fault_kind::internal, e.what());
        }
    sqlite3_progress_handler(db.raw(), 0, nullptr, nullptr);
    if (db.in_transaction()) std::ignore = db.prepare("ROLLBACK").run();
    return done;
}

}  // namespace sqlite
