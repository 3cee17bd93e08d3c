// The one thread that writes. A turn is one transaction: at most one unit, which has it to itself until it
// ends, then every job that waits, also those that come meanwhile; then one COMMIT for all, and one post per
// executor.
#pragma once
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "opened_connection.hpp"
#include "request.hpp"
#include "room.hpp"

namespace sqlite {

// Counted by the writer, read by anybody; shared, because metrics may ask after the database has gone.
struct counters {
    std::atomic<std::uint64_t> commits{0}, jobs{0}, queued{0}, rollbacks{0}, checkpoints{0}, wal_pages{0};
    std::atomic<bool> broken{false};
};

// A unit as the writer knows it; guarded by the writer's mutex but for `arrived`.
struct unit_state {
    enum class phase : unsigned char { fresh, waiting, open, ended };
    std::uint64_t number = 0;
    phase now = phase::fresh;
    bool dropped = false;
    std::deque<request_ptr> inbox;
    std::atomic<bool> arrived{false};  // something lies in the inbox: lets the writer look without the lock
    base::result<> verdict;            // what is answered once it has ended
};

class writer {
public:
    writer(const options& o, std::unique_ptr<opened_connection> c, base::log_scope log, base::metrics* m);
    ~writer();  // runs what is queued, ends an open unit, checkpoints

    void submit(request_ptr job);
    void submit(std::shared_ptr<unit_state> u, request_ptr step);
    void drop(const std::shared_ptr<unit_state>& u);

    const room& space() const noexcept { return room_; }
    const counters& counted() const noexcept { return *counted_; }
    bool healthy() const noexcept { return room_.there() && !counted_->broken; }

private:
    using phase = unit_state::phase;

    void loop();
    bool wait();
    void idle();
    void wake(std::unique_lock<std::mutex>& held);
    std::shared_ptr<unit_state> next_unit();
    void serve(unit_state& u);
    request_ptr next_step(unit_state& u, std::chrono::steady_clock::time_point until);
    void end(unit_state& u, base::result<> verdict);
    bool run_some(std::size_t& left);
    void refuse_rest();

    base::result<> attempt(request& r);
    base::result<> call(request& r);
    base::result<> enter();
    void undo(const request& r, std::size_t mark, std::int64_t changes_before);
    void roll_back();
    void commit();
    base::result<> commit_now();
    void checkpoint(int how);
    void tend_room();
    void probe_room();

    options options_;
    const base::clock& time_;
    base::log_scope log_;
    std::shared_ptr<counters> counted_ = std::make_shared<counters>();
    base::histogram* commit_time_ = nullptr;
    failpoints failpoints_;
    room room_;
    std::unique_ptr<opened_connection> db_;
    std::uint64_t next_checkpoint_;

    std::vector<request_ptr> ran_;  // succeeded in the open transaction; answered after its COMMIT
    answers out_;

    std::mutex guard_;
    std::condition_variable bell_;
    bool sleeping_ = false, stopping_ = false;
    std::deque<request_ptr> jobs_;
    std::deque<std::shared_ptr<unit_state>> openings_;  // units whose first step waits
    std::vector<std::uint64_t> begun_;                  // numbers of those, and of the one that is open
    std::jthread thread_;                               // last: starts when all else is there
};

}  // namespace sqlite
