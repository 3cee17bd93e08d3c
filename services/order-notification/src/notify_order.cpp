#include "order_notification/notify_order.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "news.hpp"

namespace order_notification {
namespace {

using boost::asio::awaitable;
using contracts::order_state;
using contracts::step;
using messaging::verdict;

struct counters {
    base::counter &pushed, &dropped, &unknown, &held, &refused;
};

base::counter& news_counter(base::metrics& m, const char* outcome) {
    return m.make_counter("contoso_notifications_total", "Messages for users, by outcome.",
                          std::string{"outcome=\""} + outcome + '"');
}

class notify_order {
public:
    notify_order(const dependencies& from, pusher push, read_news read)
        : needs_{from},
          push_{std::move(push)},
          read_{read},
          count_{news_counter(from.metrics, "pushed"), news_counter(from.metrics, "dropped"),
                 news_counter(from.metrics, "owner_unknown"), news_counter(from.metrics, "held"),
                 news_counter(from.metrics, "refused")} {}

    awaitable<std::vector<messaging::outcome>> run(const base::call_context& ctx, const messaging::batch& batch) {
        std::vector<news> all;
        all.reserve(batch.messages.size());
        for (const auto& m : batch.messages) all.push_back(read_(m));

        co_await drop_overtaken_failures(ctx, all);
        co_await ask_workflow(ctx, all);
        co_await deliver(ctx, all);  // who is known does not wait for who isn't
        for (const auto delay : needs_.limits.owner_delays) {
            if (!anybody(all, news_state::owner_unknown)) break;
            co_await wait(delay);
            co_await ask_workflow(ctx, all);
            co_await deliver(ctx, all);
        }
        co_await ask_sql(ctx, all);
        co_await deliver(ctx, all);
        co_return outcomes_of(ctx, all);
    }

private:
    static bool anybody(const std::vector<news>& all, news_state what) {
        return std::any_of(all.begin(), all.end(), [&](const auto& n) { return n.state == what; });
    }

    static std::vector<contracts::correlation_id> ids_of(const std::vector<news*>& some) {
        std::vector<contracts::correlation_id> ids;
        ids.reserve(some.size());
        for (const auto* n : some) ids.push_back(n->what.id);
        return ids;
    }

    static std::vector<news*> those(std::vector<news>& all, news_state what) {
        std::vector<news*> out;
        for (auto& n : all)
            if (n.state == what) out.push_back(&n);
        return out;
    }

    awaitable<void> wait(std::chrono::milliseconds delay) const {
        boost::asio::steady_timer timer{co_await boost::asio::this_coro::executor, delay};
        co_await timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    }

    // A late order.failed of an order that has a row since (a replay succeeded) tells nobody anything.
    awaitable<void> drop_overtaken_failures(const base::call_context& ctx, std::vector<news>& all) {
        if (!needs_.orders) co_return;
        std::vector<news*> failures;
        for (auto& n : all)
            if (n.state == news_state::owner_unknown && n.what.state == order_state::failed) failures.push_back(&n);
        if (failures.empty()) co_return;
        const auto found =
            co_await needs_.orders->find_all(ctx.within(needs_.clock, needs_.limits.sql_deadline), ids_of(failures));
        if (!found || found->size() != failures.size()) co_return;  // the workflow store's own rule still holds
        for (std::size_t i = 0; i < failures.size(); ++i)
            if ((*found)[i].row) failures[i]->state = news_state::dropped;
    }

    awaitable<void> ask_workflow(const base::call_context& ctx, std::vector<news>& all) {
        const auto asked = those(all, news_state::owner_unknown);
        if (asked.empty()) co_return;
        auto views =
            co_await needs_.workflow.find_all(ctx.within(needs_.clock, needs_.limits.workflow_deadline), ids_of(asked));
        if (views && views->size() != asked.size()) views = base::fail(base::fault_kind::internal, "too few answers");
        for (std::size_t i = 0; i < asked.size(); ++i) {
            if (!views) {
                asked[i]->fail(views.error());
            } else if (auto& view = (*views)[i]; view.owner) {
                view.steps.merge(asked[i]->what.steps);
                asked[i]->what.steps = std::move(view.steps);
                asked[i]->belongs_to(std::move(*view.owner));
            }
        }
    }

    // SQL is asked last and only for owners; when it is away that is a failed attempt, not a reason to stop for everybody.
    awaitable<void> ask_sql(const base::call_context& ctx, std::vector<news>& all) {
        const auto asked = those(all, news_state::owner_unknown);
        if (asked.empty() || !needs_.orders) co_return;
        auto found =
            co_await needs_.orders->find_all(ctx.within(needs_.clock, needs_.limits.sql_deadline), ids_of(asked));
        if (!found || found->size() != asked.size()) co_return;
        for (std::size_t i = 0; i < asked.size(); ++i) {
            auto& [row, failure] = (*found)[i];
            if (row && row->deleted)
                asked[i]->state = news_state::dropped;  // its owner knows
            else if (row)
                asked[i]->belongs_to(std::move(row->customer));
            else if (failure && !failure->customer.empty())
                asked[i]->belongs_to(std::move(failure->customer));
        }
    }

    // Feed, then connections, then the timeline: a crash in between repeats, and the feed keeps the number.
    awaitable<void> deliver(const base::call_context& ctx, std::vector<news>& all) {
        const auto ready = those(all, news_state::owned);
        if (ready.empty()) co_return;
        std::vector<contracts::notification> batch;
        batch.reserve(ready.size());
        const auto now = needs_.clock.now();
        for (auto* n : ready) {
            if (n->what.steps[step::notified] == 0) n->what.steps[step::notified] = now;
            batch.push_back(n->what);
        }
        auto numbered = co_await needs_.workflow.append(ctx.within(needs_.clock, needs_.limits.workflow_deadline),
                                                        std::move(batch));
        if (numbered && numbered->size() != ready.size())
            numbered = base::fail(base::fault_kind::internal, "too few answers");
        if (!numbered) {
            for (auto* n : ready) n->fail(numbered.error());
            co_return;
        }
        std::vector<workflow::change> changes;
        for (std::size_t i = 0; i < ready.size(); ++i) {
            const auto& told = (*numbered)[i];
            ready[i]->state = told.sequence == 0 ? news_state::dropped : news_state::told;
            if (told.sequence == 0) continue;
            push_(told.user, '[' + contracts::to_json(told) + ']');
            workflow::change c{.id = told.id, .user = {}, .to = {}, .steps = {}};
            c.steps[step::notified] = now;
            changes.push_back(std::move(c));
        }
        // The feed has it; the timeline's last step may be lost.
        if (!changes.empty())
            co_await needs_.workflow.apply(ctx.within(needs_.clock, needs_.limits.workflow_deadline),
                                           std::move(changes));
    }

    std::vector<messaging::outcome> outcomes_of(const base::call_context& ctx, const std::vector<news>& all) {
        std::vector<messaging::outcome> out;
        out.reserve(all.size());
        for (const auto& n : all) {
            out.push_back(n.to_outcome());
            count(n);
            if (out.back().what == verdict::dead_letter)
                ctx.log.error("notification dead-lettered",
                              {{"CorrelationId", n.what.id.str()}, {"Reason", out.back().reason}});
        }
        if (anybody(all, news_state::held)) ctx.log.warn("the workflow store is away; notifications are held");
        return out;
    }

    void count(const news& n) {
        switch (n.state) {
            case news_state::told:
                count_.pushed.add();
                break;
            case news_state::dropped:
                count_.dropped.add();
                break;
            case news_state::held:
                count_.held.add();
                break;
            case news_state::unreadable:
                count_.refused.add();
                break;
            case news_state::owner_unknown:
            case news_state::owned:
            case news_state::failed:
                count_.unknown.add();
                break;
        }
    }

    const dependencies needs_;
    const pusher push_;
    const read_news read_;
    counters count_;
};

messaging::batch_handler make(const dependencies& from, pusher push, read_news read) {
    const auto use_case = std::make_shared<notify_order>(from, std::move(push), read);
    return
        [use_case](const base::call_context& ctx, const messaging::batch& batch) { return use_case->run(ctx, batch); };
}

}  // namespace

pusher push_to(signalr::hub_clients& clients) {
    return [&clients](const contracts::user_id& user, std::string_view arguments_json) {
        clients.user(user.str(), "Notification", arguments_json);
    };
}

messaging::batch_handler make_notify_processed(const dependencies& from, pusher push) {
    return make(from, std::move(push), &read_processed);
}
messaging::batch_handler make_notify_failed(const dependencies& from, pusher push) {
    return make(from, std::move(push), &read_failed);
}

}  // namespace order_notification
