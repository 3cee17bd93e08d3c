#include "workflow/redis/store.hpp"

#include <array>
#include <atomic>

#include "breaker.hpp"
#include "contracts/keys.hpp"
#include "encoding.hpp"
#include "scripts.hpp"

namespace workflow {
namespace {

using contracts::correlation_id;

constexpr std::string_view since_key = "order:since";

// The keys of one order, in the order that the scripts want them.
class order_keys {
public:
    explicit order_keys(const correlation_id& id)
        : text_{contracts::key::map(id), contracts::key::status(id), contracts::key::pending(id),
                contracts::key::timeline(id)},
          views_{text_[0], text_[1], text_[2], text_[3], since_key} {}
    order_keys(const order_keys&) = delete;
    order_keys& operator=(const order_keys&) = delete;

    redis::arguments order() const noexcept { return redis::arguments{views_}.first(4); }
    redis::arguments with_since() const noexcept { return views_; }
    std::string_view status() const noexcept { return views_[1]; }

private:
    std::array<std::string, 4> text_;
    std::array<std::string_view, 5> views_;
};

// Which orders stand in a feed, and where; beside it, and gone with it.
std::string index_of(const contracts::user_id& user) { return "order:feed-index:" + user.str(); }

order_view view_of(const redis::reply& found) {
    order_view view;
    const auto all = found.items();
    if (all.size() < 4) return view;
    if (!all[0].is_nil()) view.owner = contracts::user_id{std::string{all[0].text()}};
    view.state = encoding::read_status(all[1].text());
    view.pending = encoding::read_pending(all[2].text());
    view.steps = encoding::read_timeline(all[3].items());
    return view;
}

class redis_store final : public store {
public:
    redis_store(redis::client& client, redis_options options, const base::clock& time)
        : client_{client},
          options_{options},
          ttl_{std::to_string(options.ttl.count())},
          length_{std::to_string(std::max<std::size_t>(options.feed_length, 1))},
          time_{time},
          breaker_{std::max(options.breaker_failures, 1), options.breaker_pause, time} {}

    base::task<known_order> accept(const base::call_context& ctx, intake in) override {
        const order_keys keys{in.id};
        const auto pending = encoding::to_text(in.pending), at = std::to_string(in.accepted_at);
        redis::batch one;
        const std::array<std::string_view, 5> args{in.user.str(), pending, ttl_, at, in.trace_id};
        one.add_script(scripts::accept(), keys.with_since(), args);
        const auto answer = co_await call(ctx, std::move(one));
        if (!answer) {
            missed_an_intake();
            co_return std::unexpected(answer.error());
        }
        const auto all = answer->front().items();
        if (all.size() < 2) co_return unreadable();
        knows_from(encoding::number(all[1].text()));
        known_order known;
        known.known = all[0].integer() != 0;
        known.foreign = all[0].integer() == 2;
        if (all.size() < 4) co_return known;
        known.state = encoding::read_status(all[2].text());
        known.pending = encoding::read_pending(all[3].text());
        co_return known;
    }

    base::task<> apply(const base::call_context& ctx, std::vector<change> changes) override {
        if (changes.empty()) co_return base::result<>{};
        redis::batch all;
        for (const auto& c : changes) add(all, c);
        co_return done(co_await call(ctx, std::move(all)));
    }

    base::task<order_view> find(const base::call_context& ctx, const correlation_id& id) override {
        auto found = co_await find_all(ctx, {id});
        if (!found) co_return std::unexpected(found.error());
        co_return std::move(found->front());
    }

    base::task<std::vector<order_view>> find_all(const base::call_context& ctx,
                                                 std::vector<correlation_id> ids) override {
        if (ids.empty()) co_return std::vector<order_view>{};
        redis::batch all;
        for (const auto& id : ids) all.add_script(scripts::find(), order_keys{id}.order(), {});
        const auto answer = co_await call(ctx, std::move(all));
        if (!answer) co_return std::unexpected(answer.error());
        std::vector<order_view> views;
        views.reserve(answer->size());
        for (const auto& each : *answer) views.push_back(view_of(each));
        co_return views;
    }

    base::task<bool> touch(const base::call_context& ctx, const correlation_id& id,
                           const contracts::user_id& user) override {
        redis::batch one;
        const std::array<std::string_view, 2> args{user.str(), ttl_};
        one.add_script(scripts::touch(), order_keys{id}.order(), args);
        const auto answer = co_await call(ctx, std::move(one));
        if (!answer) co_return std::unexpected(answer.error());
        co_return answer->front().integer() == 1;
    }

    base::task<> forget(const base::call_context& ctx, const correlation_id& id) override {
        const order_keys keys{id};
        redis::batch one;
        const auto k = keys.order();
        one.add("DEL", k[0], k[1], k[2], k[3]);
        co_return done(co_await call(ctx, std::move(one)));
    }

    base::task<std::vector<contracts::notification>> append(const base::call_context& ctx,
                                                            std::vector<contracts::notification> news) override {
        if (news.empty()) co_return news;
        redis::batch all;
        for (const auto& n : news) add(all, n);
        const auto answer = co_await call(ctx, std::move(all));
        if (!answer) co_return std::unexpected(answer.error());
        for (std::size_t i = 0; i < news.size(); ++i) number(news[i], (*answer)[i].items());
        co_return news;
    }

    base::task<feed_page> read_feed(const base::call_context& ctx, const contracts::user_id& user,
                                    std::int64_t after) override {
        const auto feed = contracts::key::feed(user);
        const auto from = std::to_string(std::max<std::int64_t>(after, 0));
        redis::batch one;
        one.add_script(scripts::read_feed(), {std::string_view{feed}}, {std::string_view{from}});
        const auto answer = co_await call(ctx, std::move(one));
        if (!answer) co_return std::unexpected(answer.error());
        co_return page_of(user, after, answer->front().items());
    }

    base::unix_micros knows_since() const override { return since_.load(std::memory_order_acquire); }
    bool healthy() const override { return !breaker_.open() && client_.state().connected; }

private:
    static std::unexpected<base::fault> unreadable() {
        return base::fail(base::fault_kind::internal, "redis: a script answered what it never should");
    }

    static base::result<> done(const base::result<redis::replies>& answer) {
        if (!answer) return std::unexpected(answer.error());
        return {};
    }

    base::task<redis::replies> call(const base::call_context& ctx, redis::batch commands) {
        if (!breaker_.lets_through())
            co_return base::fail(base::fault_kind::unavailable, "redis does not answer; not asked for a moment");
        send_what_was_missed();
        const auto due = std::min(ctx.due, time_.steady() + options_.timeout);
        auto answer = co_await client_.run(std::move(commands), due);
        if (!answer) {
            // Away is known at once and costs nothing; silence is what the breaker is for.
            if (answer.error().kind == base::fault_kind::timeout) breaker_.silent();
            co_return base::fail(base::is_away(answer.error()) ? base::fault_kind::unavailable : answer.error().kind,
                                 "redis: " + answer.error().message);
        }
        breaker_.answered();
        for (const auto& each : *answer)
            if (each.is_error()) co_return std::unexpected(each.as_fault());
        co_return answer;
    }

    // --- since when every intake is known here

    void knows_from(base::unix_micros at) noexcept {
        // Only ever later: an answer that was on its way while an intake was missed says nothing about that one.
        auto stands = since_.load(std::memory_order_relaxed);
        while ((stands == unknown || stands < at) &&
               !since_.compare_exchange_weak(stands, at, std::memory_order_acq_rel)) {
        }
    }

    // This order goes on without Redis: whoever asks there later must not take its absence for a proof.
    void missed_an_intake() noexcept {
        knows_from(time_.now());
        missed_.store(true, std::memory_order_release);
    }

    void send_what_was_missed() {
        if (!missed_.load(std::memory_order_relaxed) || !missed_.exchange(false)) return;
        redis::batch reset;
        reset.add_script(scripts::forget_past(), {since_key}, {});
        client_.send(std::move(reset), [alive = std::weak_ptr<redis_store*>{self_}](base::result<redis::replies> r) {
            if (const auto store = alive.lock(); store && (!r || r->front().is_error())) (*store)->missed_.store(true);
        });
    }

    // --- commands and answers

    void add(redis::batch& to, const change& c) const {
        const auto rank = std::to_string(static_cast<int>(c.to.state)), text = encoding::to_text(c.to);
        const auto attempts = std::to_string(c.steps.attempts);
        std::vector<std::string> times;
        times.reserve(contracts::step_count);
        std::vector<std::string_view> args{c.user.str(),    rank, text, ttl_, c.drop_pending ? "1" : "0", attempts,
                                           c.steps.trace_id};
        for (std::size_t i = 0; i < contracts::step_count; ++i) {
            const auto step = static_cast<contracts::step>(i);
            if (c.steps[step] == 0) continue;
            args.push_back(contracts::to_string(step));
            args.push_back(times.emplace_back(std::to_string(c.steps[step])));
        }
        to.add_script(scripts::apply(), order_keys{c.id}.order(), args);
    }

    void add(redis::batch& to, const contracts::notification& n) const {
        const auto feed = contracts::key::feed(n.user), index = index_of(n.user),
                   status_key = contracts::key::status(n.id);
        const status told{.state = n.state, .order = n.order, .reason = n.reason};
        const auto id = n.id.str(), rank = std::to_string(static_cast<int>(n.state)), text = encoding::to_text(told);
        const auto order = std::to_string(n.order), steps = contracts::to_row(n.steps);
        const std::array<std::string_view, 3> keys{feed, index, status_key};
        const std::array<std::string_view, 8> args{id, rank, text, ttl_, length_, order, n.reason, steps};
        to.add_script(scripts::append(), keys, args);
    }

    // The number that the append script gave, or the whole entry where it stood there already.
    static void number(contracts::notification& n, std::span<const redis::reply> answer) {
        n.sequence = n.previous = 0;
        if (answer.empty()) return;
        n.sequence = encoding::number(answer[0].text());
        if (answer.size() < 2) return;
        if (answer[1].what() == redis::reply::kind::array)
            n = encoding::read_entry(n.user, n.sequence, answer[1]);
        else
            n.previous = encoding::number(answer[1].text());
    }

    static feed_page page_of(const contracts::user_id& user, std::int64_t after, std::span<const redis::reply> answer) {
        feed_page page;
        if (answer.size() < 3) return page;
        page.latest = encoding::sequence_of(answer[0].text());
        for (const auto& entry : answer[2].items()) {
            const auto parts = entry.items();
            if (parts.size() == 2)
                page.notifications.push_back(
                    encoding::read_entry(user, encoding::sequence_of(parts[0].text()), parts[1]));
        }
        const bool seen = answer[1].integer() > 0;
        const bool follows = !page.notifications.empty() && page.notifications.front().previous == after;
        page.complete = after > 0 && (seen || follows);
        return page;
    }

    static constexpr base::unix_micros unknown = std::numeric_limits<base::unix_micros>::max();

    redis::client& client_;
    const redis_options options_;
    const std::string ttl_, length_;
    const base::clock& time_;
    breaker breaker_;
    std::atomic<base::unix_micros> since_{unknown};  // before the first answer nothing is known
    std::atomic<bool> missed_{false};
    std::shared_ptr<redis_store*> self_ = std::make_shared<redis_store*>(this);
};

}  // namespace

std::unique_ptr<store> make_redis_store(redis::client& client, redis_options options, const base::clock& time) {
    return std::make_unique<redis_store>(client, options, time);
}

}  // namespace workflow
