#include "order_process/process_order.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include "job.hpp"

namespace order_process {
namespace {

using boost::asio::awaitable;
using contracts::order_state;
using contracts::step;
using messaging::verdict;

struct counters {
    base::counter &inserted, &repeated, &failed, &reused, &held, &retried;
};

base::counter& order_counter(base::metrics& m, const char* outcome) {
    return m.make_counter("contoso_orders_processed_total", "Messages of order.accepted, by outcome.",
                          std::string{"outcome=\""} + outcome + '"');
}

class process_order : public std::enable_shared_from_this<process_order> {
public:
    explicit process_order(const dependencies& from)
        : needs_{from}, count_{order_counter(from.metrics, "inserted"), order_counter(from.metrics, "repeated"),
                               order_counter(from.metrics, "failed"),   order_counter(from.metrics, "key_reused"),
                               order_counter(from.metrics, "held"),     order_counter(from.metrics, "retried")} {}

    awaitable<std::vector<messaging::outcome>> run(const base::call_context& ctx, const messaging::batch& batch) {
        auto jobs = read(batch.messages);
        co_await tell_processing(ctx, jobs);
        if (auto done = co_await insert(ctx, jobs, batch.unit); !done) {
            if (base::is_away(done.error())) co_return hold_all(ctx, jobs, done.error());
            fail_or_retry(ctx, jobs, done.error());
        }
        if (auto done = co_await record_failures(ctx, jobs, batch.unit); !done)
            co_return give_back(ctx, jobs, done.error());
        if (!batch.unit) co_await tell_result(ctx, changes_of(jobs));
        if (auto done = co_await publish(ctx, jobs, batch.unit); !done) co_return give_back(ctx, jobs, done.error());
        if (batch.unit) co_await tell_result_after_commit(ctx, jobs, *batch.unit);
        co_return outcomes_of(ctx, jobs);
    }

private:
    std::vector<job> read(std::span<const messaging::delivery> messages) const {
        std::vector<job> jobs;
        jobs.reserve(messages.size());
        const auto now = needs_.clock.now();
        for (const auto& m : messages) jobs.push_back(read_job(m, now));
        return jobs;
    }

    // The map is left alone here: whose order it is, is known when its row is (a message under another's id
    // moves nothing).
    awaitable<void> tell_processing(const base::call_context& ctx, const std::vector<job>& jobs) {
        std::vector<workflow::change> changes;
        changes.reserve(jobs.size());
        for (const auto& j : jobs)
            if (j.state == job_state::readable)
                changes.push_back({.id = j.id(), .user = {}, .to = {order_state::processing, 0, {}}, .steps = j.steps});
        if (!changes.empty())
            co_await needs_.workflow.apply(ctx.within(needs_.clock, needs_.limits.workflow_deadline),
                                           std::move(changes));
    }

    base::task<> insert(const base::call_context& ctx, std::vector<job>& jobs, base::unit* within) {
        std::vector<orders::new_order> batch;
        std::vector<job*> members;
        const auto now = needs_.clock.now();
        for (auto& j : jobs)
            if (j.state == job_state::readable) {
                batch.push_back(j.to_row(now));
                members.push_back(&j);
            }
        if (batch.empty()) co_return base::result<>{};
        auto rows = co_await needs_.orders.insert(ctx.within(needs_.clock, needs_.limits.sql_deadline),
                                                  std::move(batch), within);
        if (!rows) co_return std::unexpected(std::move(rows.error()));
        if (rows->size() != members.size()) co_return base::fail(base::fault_kind::internal, "too few results");
        const auto persisted = needs_.clock.now();
        for (std::size_t i = 0; i < members.size(); ++i) members[i]->take(std::move((*rows)[i]), persisted);
        co_return base::result<>{};
    }

    // The whole set failed, and not because something is away: that spends an attempt of each.
    void fail_or_retry(const base::call_context& ctx, std::vector<job>& jobs, const base::fault& why) const {
        ctx.log.error("orders could not be stored", {{"Fault", why.message}});
        for (auto& j : jobs)
            if (j.state == job_state::readable) j.fail_or_retry(why.message);
    }

    base::task<> record_failures(const base::call_context& ctx, std::vector<job>& jobs, base::unit* within) {
        std::vector<orders::failed_order> batch;
        std::vector<job*> members;
        const auto now = needs_.clock.now();
        for (auto& j : jobs)
            if (j.state == job_state::failed && j.known_id) {
                j.steps[step::failed] = now;
                batch.push_back(j.to_failure());
                members.push_back(&j);
            }
        if (batch.empty()) co_return base::result<>{};
        auto stands = co_await needs_.orders.record_failures(ctx.within(needs_.clock, needs_.limits.sql_deadline),
                                                             std::move(batch), within);
        if (!stands) co_return std::unexpected(std::move(stands.error()));
        if (stands->size() != members.size()) co_return base::fail(base::fault_kind::internal, "too few results");
        for (std::size_t i = 0; i < members.size(); ++i) members[i]->failure_stands = (*stands)[i];
        co_return base::result<>{};
    }

    base::task<> publish(const base::call_context& ctx, const std::vector<job>& jobs, base::unit* within) {
        std::vector<messaging::message> processed, failed;
        for (const auto& j : jobs) {
            if (j.tells_success()) processed.push_back(j.to_processed(needs_.ids.make_v7(needs_.clock).str()));
            if (j.tells_failure()) failed.push_back(j.to_failed(needs_.ids.make_v7(needs_.clock).str()));
        }
        const auto limited = ctx.within(needs_.clock, needs_.limits.publish_deadline);
        if (!processed.empty())
            if (auto done = co_await needs_.publisher.publish(limited, needs_.limits.processed_queue,
                                                              std::move(processed), within);
                !done)
                co_return done;
        if (!failed.empty())
            if (auto done =
                    co_await needs_.publisher.publish(limited, needs_.limits.failed_queue, std::move(failed), within);
                !done)
                co_return done;
        co_return base::result<>{};
    }

    static std::vector<workflow::change> changes_of(const std::vector<job>& jobs) {
        std::vector<workflow::change> changes;
        changes.reserve(jobs.size());
        for (const auto& j : jobs) {
            if (j.tells_success())
                changes.push_back({j.id(), j.customer(), {order_state::completed, j.order, {}}, j.steps, true});
            if (j.tells_failure())
                changes.push_back({*j.known_id, j.customer(), {order_state::failed, 0, j.reason_told}, j.steps, true});
        }
        return changes;
    }

    awaitable<void> tell_result(base::call_context ctx, std::vector<workflow::change> changes) {
        if (changes.empty()) co_return;
        const auto done = co_await needs_.workflow.apply(ctx.within(needs_.clock, needs_.limits.workflow_deadline),
                                                         std::move(changes));
        if (!done) ctx.log.warn("workflow state not updated", {{"Fault", done.error().message}});
    }

    awaitable<void> tell_result_after_commit(const base::call_context& ctx, const std::vector<job>& jobs,
                                             base::unit& within) {
        auto changes = std::make_shared<std::vector<workflow::change>>(changes_of(jobs));
        if (changes->empty()) co_return;
        const auto ex = co_await boost::asio::this_coro::executor;
        // The batch's deadline and this handler's frame end with it: the hook has what it needs by itself.
        base::call_context later{.trace = ctx.trace, .log = ctx.log};
        within.after_commit([self = shared_from_this(), ex, later, changes] {
            boost::asio::co_spawn(
                ex,
                [self, later, changes]() -> awaitable<void> { return self->tell_result(later, std::move(*changes)); },
                boost::asio::detached);
        });
    }

    // A port that failed after the insert. Away: everything is held, and done again as it is (it is
    // idempotent). Otherwise the attempt counts, but nothing becomes a dead letter whose failure could not be
    // recorded.
    std::vector<messaging::outcome> give_back(const base::call_context& ctx, const std::vector<job>& jobs,
                                              const base::fault& why) {
        if (base::is_away(why)) return hold_all(ctx, jobs, why);
        ctx.log.error("orders could not be finished", {{"Fault", why.message}});
        count_.retried.add(jobs.size());
        return std::vector<messaging::outcome>(jobs.size(), messaging::outcome{verdict::retry, {}, why.message});
    }

    std::vector<messaging::outcome> hold_all(const base::call_context& ctx, const std::vector<job>& jobs,
                                             const base::fault& why) {
        ctx.log.warn("a dependency is away; orders are held", {{"Fault", why.message}});
        count_.held.add(jobs.size());
        return std::vector<messaging::outcome>(jobs.size(), messaging::outcome{verdict::hold, {}, why.message});
    }

    std::vector<messaging::outcome> outcomes_of(const base::call_context& ctx, const std::vector<job>& jobs) {
        std::vector<messaging::outcome> out;
        out.reserve(jobs.size());
        for (const auto& j : jobs) {
            out.push_back(j.to_outcome());
            count(j);
            if (out.back().what == verdict::dead_letter)
                ctx.log.error("order dead-lettered", {{"CorrelationId", j.known_id ? j.known_id->str() : std::string{}},
                                                      {"Reason", j.reason}});
            else if (ctx.log.enabled(base::log_level::info) && j.tells_success())
                ctx.log.info("order processed",
                             {{"CorrelationId", j.known_id->str()}, {"OrderId", std::to_string(j.order)}});
        }
        return out;
    }

    void count(const job& j) {
        switch (j.state) {
            case job_state::stored:
                (j.repeated ? count_.repeated : count_.inserted).add();
                break;
            case job_state::failed:
                count_.failed.add();
                break;
            case job_state::reused:
                count_.reused.add();
                break;
            case job_state::again:
                count_.retried.add();
                break;
            case job_state::readable:
                break;
        }
    }

    const dependencies needs_;
    counters count_;
};

}  // namespace

messaging::batch_handler make_process_order(const dependencies& from) {
    const auto use_case = std::make_shared<process_order>(from);
    return
        [use_case](const base::call_context& ctx, const messaging::batch& batch) { return use_case->run(ctx, batch); };
}

}  // namespace order_process
