#include <map>
#include <optional>

#include "messaging/lifecycle.hpp"
#include "shared.hpp"
#include "table.hpp"

namespace messaging::embedded {
namespace {

namespace asio = boost::asio;
using std::chrono::microseconds;

constexpr auto longest_sleep = std::chrono::hours{1};
constexpr auto away_first = std::chrono::milliseconds{200};  // when the table itself can't be read or written

// Sorted, as erase() wants them.
std::vector<std::uint64_t> positions_of(const std::vector<delivery>& messages) {
    std::vector<std::uint64_t> out;
    out.reserve(messages.size());
    for (const auto& m : messages) out.push_back(m.tag);
    std::ranges::sort(out);
    return out;
}

class table_consumer final : public consumer {
public:
    table_consumer(std::shared_ptr<shared> s, consumer_options o)
        : shared_{std::move(s)},
          options_{std::move(o)},
          queue_{shared_->find(options_.queue)},
          dead_letters_{shared_->find(dead_letter_queue_of(options_.queue))},
          hold_{options_.hold_first, options_.hold_most, shared_->ids},
          away_{away_first, options_.hold_most, shared_->ids},
          batch_limit_{most_at_once()} {}

    asio::awaitable<void> run(batch_handler handle) override;
    void stop() override {
        stopping_ = true;
        const std::lock_guard held{guard_};
        if (waker_) waker_->wake();
    }
    bool healthy() const override { return !resting_ && shared_->db.healthy(); }

private:
    struct sorted {
        std::vector<delivery> done, dead, again, held;
        std::vector<outcome> why;  // of `dead`
        std::string last_reason;   // of a hold or a retry, for the log
    };

    std::size_t most_at_once() const { return std::max<std::size_t>(1, std::min(options_.batch, options_.prefetch)); }
    base::steady_time now() const { return shared_->time.steady(); }
    std::size_t room() const { return options_.prefetch - std::min(options_.prefetch, retries_.size()); }

    asio::awaitable<void> turn(const batch_handler& handle);
    asio::awaitable<void> sleep();
    asio::awaitable<void> fill(queue::range r);
    asio::awaitable<void> handle_batch(const batch_handler& handle, std::vector<delivery> messages);
    asio::awaitable<std::optional<std::vector<outcome>>> ask(const batch_handler& handle,
                                                             const std::vector<delivery>& messages, base::unit* u);
    sorted sort(std::vector<delivery> messages, std::vector<outcome> outcomes) const;
    asio::awaitable<void> settle(std::unique_ptr<sqlite::unit> u, sorted by);
    sqlite::database::job carry_out(sorted& by, std::shared_ptr<parcel> letters);
    asio::awaitable<bool> ack_early(const std::vector<delivery>& messages);
    asio::awaitable<void> publish_due();
    void keep_for_later(std::vector<delivery> messages);
    void rest(backoff& how_long, const char* why, const std::string& detail);
    void give_everything_back();

    const std::shared_ptr<shared> shared_;
    const consumer_options options_;
    queue& queue_;
    queue& dead_letters_;
    backoff hold_, away_;
    std::size_t batch_limit_;

    std::mutex guard_;
    std::shared_ptr<waker> waker_;
    std::atomic<bool> stopping_{false}, resting_{false};

    // The running coroutine's.
    base::steady_time rest_until_ = base::steady_time::min();
    std::multimap<base::steady_time, delivery> retries_;  // by when they are due
};

asio::awaitable<void> table_consumer::run(batch_handler handle) {
    auto mine = std::make_shared<waker>(co_await asio::this_coro::executor);
    {
        const std::lock_guard held{guard_};
        waker_ = mine;
    }
    queue_.join(mine);
    while (!stopping_) co_await turn(handle);
    give_everything_back();
    queue_.leave(mine);
    const std::lock_guard held{guard_};
    waker_ = nullptr;
}

asio::awaitable<void> table_consumer::turn(const batch_handler& handle) {
    co_await publish_due();
    if (rest_until_ > now()) co_return co_await sleep();
    auto messages = queue_.take(std::min(room(), batch_limit_));
    if (!messages.empty()) co_return co_await handle_batch(handle, std::move(messages));
    const auto gap = room() > 0 ? queue_.missing() : std::nullopt;
    if (gap) co_return co_await fill(*gap);
    if (room() > 0) resting_ = false;  // nothing is left that could not be handled
    co_await sleep();
}

// Until a message comes, or the next thing is due. With a manual clock the real time slept says nothing: the caller
// looks at the clock again.
asio::awaitable<void> table_consumer::sleep() {
    auto until = now() + longest_sleep;
    if (rest_until_ > now()) until = std::min(until, rest_until_);
    if (!retries_.empty()) until = std::min(until, retries_.begin()->first);
    const auto left = std::chrono::ceil<microseconds>(until - now());
    if (left > microseconds::zero() && !stopping_) co_await waker_->wait(left);
}

asio::awaitable<void> table_consumer::fill(queue::range r) {
    std::vector<delivery> rows;
    bool more = false;
    const auto done = co_await shared_->db.read({}, [&](sqlite::connection& c) -> base::result<> {
        auto read_on = read(c, queue_.id, r, shared_->options.read_batch, shared_->options.tail_bytes, rows);
        if (!read_on) return std::unexpected(read_on.error());
        more = *read_on;
        return {};
    });
    if (done) co_return queue_.filled(r, std::move(rows), !more);
    queue_.not_filled();
    rest(away_, "the queue can't be read", done.error().message);
}

asio::awaitable<void> table_consumer::handle_batch(const batch_handler& handle, std::vector<delivery> messages) {
    for (auto& m : messages) {
        m.attempt = attempt_of(m.content);
        m.last_attempt = m.attempt >= options_.max_attempts;
    }
    if (shared_->failpoints.knows("ack-before-effect") && !co_await ack_early(messages))
        co_return queue_.give_back(std::move(messages));
    auto unit = co_await shared_->db.begin({});
    if (!unit) {
        queue_.give_back(std::move(messages));
        co_return rest(away_, "the database is away", unit.error().message);
    }
    auto outcomes = co_await ask(handle, messages, unit->get());
    if (!outcomes) {
        unit->reset();  // nothing of the handler's has happened
        queue_.wake_all();
        co_return keep_for_later(std::move(messages));
    }
    co_await settle(std::move(*unit), sort(std::move(messages), std::move(*outcomes)));
}

// Nothing when the handler threw or answered too few.
asio::awaitable<std::optional<std::vector<outcome>>> table_consumer::ask(const batch_handler& handle,
                                                                         const std::vector<delivery>& messages,
                                                                         base::unit* u) {
    base::call_context ctx;
    ctx.log = shared_->log;
    ctx.due = now() + options_.handler_timeout;
    ctx.unit = u->number();
    try {
        auto outcomes = co_await handle(ctx, {messages, u});
        if (outcomes.size() == messages.size()) co_return outcomes;
        shared_->log.error("a handler answered for too few messages", {{"queue", queue_.name}});
    } catch (const std::exception& e) {
        shared_->log.error("a handler threw", {{"queue", queue_.name}, {"exception", e.what()}});
    }
    co_return std::nullopt;
}

table_consumer::sorted table_consumer::sort(std::vector<delivery> messages, std::vector<outcome> outcomes) const {
    sorted by;
    for (std::size_t i = 0; i < messages.size(); ++i) {
        auto& o = outcomes[i];
        auto& m = messages[i];
        switch (o.what) {
            case verdict::ack:
                by.done.push_back(std::move(m));
                break;
            case verdict::dead_letter:
                by.dead.push_back(std::move(m));
                by.why.push_back(std::move(o));
                break;
            case verdict::retry:
                by.again.push_back(std::move(m));
                break;
            case verdict::hold:
                by.held.push_back(std::move(m));
                by.last_reason = o.reason;
                break;
        }
    }
    return by;
}

asio::awaitable<void> table_consumer::settle(std::unique_ptr<sqlite::unit> u, sorted by) {
    const auto count = by.done.size() + by.dead.size() + by.again.size() + by.held.size();
    std::shared_ptr<parcel> letters;
    if (!by.dead.empty()) {
        std::vector<delivery> prepared;
        for (std::size_t i = 0; i < by.dead.size(); ++i)
            prepared.push_back(
                shared_->prepare(dead_lettered(by.dead[i].content, queue_.name, by.why[i], shared_->time.now())));
        letters = std::make_shared<parcel>(dead_letters_, std::move(prepared));
    }
    const bool anything = !by.done.empty() || !by.dead.empty();
    const auto done =
        co_await shared_->db.commit(std::move(u), anything ? carry_out(by, letters) : sqlite::database::job{});
    if (!done) {
        // No outcome counts. The same again, but less of it: a batch that overran its time would do so for ever.
        batch_limit_ = std::max<std::size_t>(1, count / 2);
        for (auto* part : {&by.done, &by.dead, &by.again, &by.held}) queue_.give_back(std::move(*part));
        co_return rest(away_, "a batch could not be committed", done.error().message);
    }
    away_.reset();
    batch_limit_ = std::min(batch_limit_ * 2, most_at_once());
    keep_for_later(std::move(by.again));
    if (by.held.empty()) {
        hold_.reset();
        resting_ = false;
        co_return;
    }
    queue_.give_back(std::move(by.held));
    rest(hold_, "a dependency is away", by.last_reason);
}

// Acks and dead letters, in the unit's own transaction.
sqlite::database::job table_consumer::carry_out(sorted& by, std::shared_ptr<parcel> letters) {
    auto gone = positions_of(by.done);
    for (const auto& m : by.dead) gone.push_back(m.tag);
    std::ranges::sort(gone);
    return [this, gone = std::move(gone), letters = std::move(letters)](sqlite::connection& c) -> base::result<> {
        if (letters) {
            if (auto written = letters->write(c); !written) return written;
            c.on_commit([letters] {
                letters->to().count_more(letters->size());
                letters->committed(false);
            });
        }
        if (auto erased = erase(c, queue_, gone); !erased) return std::unexpected(erased.error());
        c.on_commit([q = &queue_, n = gone.size()] { q->settled(n, 0); });
        return {};
    };
}

// The negative control of the tests that kill: what a broker without acknowledgements does.
asio::awaitable<bool> table_consumer::ack_early(const std::vector<delivery>& messages) {
    if (!shared_->failpoints.hit("ack-before-effect")) co_return true;
    const auto gone = positions_of(messages);
    const auto done = co_await shared_->db.write(
        {},
        [&](sqlite::connection& c) -> base::result<> {
            auto erased = erase(c, queue_, gone);
            return erased ? base::result<>{} : std::unexpected(erased.error());
        },
        sqlite::need::always);
    co_return done.has_value();
}

void table_consumer::keep_for_later(std::vector<delivery> messages) {
    for (auto& m : messages) {
        const auto due = now() + retry_delay(options_, m.attempt);
        retries_.emplace(due, std::move(m));
    }
}

// Insert at the tail and delete the old row: one job, so there is never none of it and never two.
asio::awaitable<void> table_consumer::publish_due() {
    const auto later = retries_.upper_bound(now());
    if (later == retries_.begin()) co_return;
    std::vector<std::uint64_t> old;
    std::vector<delivery> fresh;
    for (auto r = retries_.begin(); r != later; ++r) {
        old.push_back(r->second.tag);
        fresh.push_back(shared_->prepare(retried(r->second.content)));
    }
    std::ranges::sort(old);
    parcel again{queue_, std::move(fresh)};
    const auto done = co_await shared_->db.write(
        {},
        [&](sqlite::connection& c) -> base::result<> {
            if (auto written = again.write(c); !written) return written;
            if (auto erased = erase(c, queue_, old); !erased) return std::unexpected(erased.error());
            c.on_commit([&] {
                queue_.settled(0, old.size());
                again.committed(false);
            });
            return {};
        },
        sqlite::need::always);
    if (done) {
        retries_.erase(retries_.begin(), later);
        co_return;
    }
    shared_->log.warn("retries could not be published", {{"queue", queue_.name}, {"why", done.error().message}});
    const auto due = now() + away_.next();
    std::multimap<base::steady_time, delivery> put_off;
    while (retries_.begin() != later) {
        auto node = retries_.extract(retries_.begin());
        node.key() = due;
        put_off.insert(put_off.end(), std::move(node));
    }
    retries_.merge(put_off);
}

void table_consumer::rest(backoff& how_long, const char* why, const std::string& detail) {
    const auto wait = how_long.next();
    rest_until_ = now() + wait;
    resting_ = true;
    shared_->log.warn(
        "consumption rests",
        {{"queue", queue_.name}, {"because", why}, {"detail", detail}, {"ms", std::to_string(wait.count() / 1000)}});
}

void table_consumer::give_everything_back() {
    std::vector<delivery> kept;
    for (auto& [due, message] : retries_) kept.push_back(std::move(message));
    retries_.clear();
    queue_.give_back(std::move(kept));
}

}  // namespace

std::unique_ptr<consumer> make_consumer(std::shared_ptr<shared> s, consumer_options o) {
    return std::make_unique<table_consumer>(std::move(s), std::move(o));
}

}  // namespace messaging::embedded
