#include "sqlite/database.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "backup.hpp"
#include "file_lock.hpp"
#include "readers.hpp"
#include "writer.hpp"

namespace sqlite {
namespace {

class file;

class open_unit final : public unit {
public:
    open_unit(const file& owner, std::weak_ptr<writer> w, base::steady_time due)
        : owner_{&owner}, writer_{std::move(w)}, due_{due} {
        state_->number = number();
    }
    ~open_unit() override {
        if (const auto w = writer_.lock()) w->drop(state_);
    }

    void after_commit(std::function<void()> then) override { hooks_.push_back(std::move(then)); }
    void at_last(std::function<void()> then) override { last_.push_back(std::move(then)); }
    void committed(const base::log_scope& log) {
        for (auto* hooks : {&hooks_, &last_})
            for (auto& hook : std::exchange(*hooks, {})) run(hook, log);
    }

    const file* owner() const noexcept { return owner_; }
    const std::shared_ptr<unit_state>& state() const noexcept { return state_; }
    base::steady_time due() const noexcept { return due_; }

private:
    // What is committed stays so, whatever a hook does.
    static void run(const std::function<void()>& hook, const base::log_scope& log) {
        try {
            hook();
        } catch (const std::exception& e) {
            log.error("a hook threw after its commit", {{"exception", e.what()}});
        }
    }

    const file* owner_;
    std::weak_ptr<writer> writer_;  // a coroutine that is thrown away late may outlive the database
    base::steady_time due_;
    std::shared_ptr<unit_state> state_ = std::make_shared<unit_state>();
    std::vector<std::function<void()>> hooks_, last_;
};

class file final : public database {
public:
    file(const options& o, file_lock lock, std::unique_ptr<opened_connection> writing,
         std::vector<std::unique_ptr<opened_connection>> reading, const base::log_scope& log, base::metrics* m)
        : options_{o},
          log_{log},
          lock_{std::move(lock)},
          writer_{std::make_shared<writer>(o, std::move(writing), log, m)},
          readers_{o, std::move(reading), log} {}

    base::task<> write(const base::call_context& ctx, job f, need n, shape s) override {
        return ask([this, due = ctx.due, beside = ctx.unit, n, s, f = std::move(f)](request_ptr r) mutable {
            r->work = std::move(f);
            r->due = due;
            r->beside = beside;
            r->room = n;
            r->form = s;
            writer_->submit(std::move(r));
        });
    }

    base::task<> read(const base::call_context& ctx, job f) override {
        return ask([this, due = ctx.due, f = std::move(f)](request_ptr r) mutable {
            r->work = std::move(f);
            r->due = due;
            readers_.submit(std::move(r));
        });
    }

    base::task<std::unique_ptr<unit>> begin(const base::call_context& ctx) override {
        co_return std::make_unique<open_unit>(*this, writer_, ctx.due);
    }

    base::task<> write_in(unit& u, job f) override {
        return step(dynamic_cast<open_unit*>(ours(&u)), std::move(f), false);
    }

    base::task<> commit(std::unique_ptr<unit> u, job last) override {
        auto* mine = dynamic_cast<open_unit*>(ours(u.get()));
        auto done = co_await step(mine, std::move(last), true);
        if (done) mine->committed(log_);
        co_return done;
    }

    unit* ours(base::unit* u) noexcept override {
        auto* mine = dynamic_cast<open_unit*>(u);
        return mine && mine->owner() == this ? mine : nullptr;
    }

    base::task<> backup(const base::call_context&, std::string to_path) override {
        return ask([this, to = std::move(to_path)](request_ptr r) mutable {
            start_backup(readers_, options_, std::move(to), std::move(r));
        });
    }

    stats now() const override {
        const auto& c = writer_->counted();
        return {.commits = c.commits,
                .jobs = c.jobs,
                .queued = c.queued,
                .rollbacks = c.rollbacks,
                .checkpoints = c.checkpoints,
                .free_bytes = writer_->space().free_bytes(),
                .wal_pages = c.wal_pages,
                .room = writer_->space().there()};
    }

    bool healthy() const override { return writer_->healthy(); }

private:
    base::task<> step(open_unit* u, job f, bool ends) {
        return ask([this, u, f = std::move(f), ends](request_ptr r) mutable {
            if (!u) return answer(std::move(r), base::fail(base::fault_kind::invalid, "a unit of another database"));
            r->work = std::move(f);
            r->due = u->due();
            r->ends_unit = ends;
            writer_->submit(u->state(), std::move(r));
        });
    }

    options options_;
    base::log_scope log_;
    file_lock lock_;
    std::shared_ptr<writer> writer_;
    readers readers_;  // goes first: the writer's last checkpoint finds no reader in its way
};

// Made by us, so that only the owner reads it; SQLite gives the log and its index the same rights.
base::result<> make_private(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return base::fail(base::fault_kind::invalid, "can't open " + path);
    ::close(fd);
    return {};
}

}  // namespace

base::result<std::unique_ptr<database>> open(options o, base::log_scope log, base::metrics* m) {
    using use = opened_connection::use;
    const auto unusable = [&](const base::fault& f) {
        return base::fail(base::fault_kind::invalid, o.path + ": " + f.message);
    };
    auto lock = file_lock::take(o.path + ".lock");
    if (!lock) return std::unexpected(lock.error());
    if (auto made = make_private(o.path); !made) return std::unexpected(made.error());
    auto writing = opened_connection::open(o, use::writing);
    if (!writing) return unusable(writing.error());
    std::vector<std::unique_ptr<opened_connection>> reading;
    for (int i = 0; i < std::max(1, o.readers); ++i) {
        auto one = opened_connection::open(o, use::reading);
        if (!one) return unusable(one.error());
        reading.push_back(std::move(*one));
    }
    return std::make_unique<file>(o, std::move(*lock), std::move(*writing), std::move(reading), log, m);
}

}  // namespace sqlite
