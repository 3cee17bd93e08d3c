#include "order_notification/notify_order.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <span>
#include <utility>

#include "contracts/events.hpp"

namespace order_notification {
namespace {

using boost::asio::awaitable;
using contracts::order_state;
using messaging::outcome;
using messaging::verdict;

// One message of the batch on its way to its user.
struct item {
    std::size_t at = 0;  // in the batch
    contracts::notification news;
    bool owned = false;
};

outcome hold() { return {.what = verdict::hold, .reason = {}, .exception = {}}; }

contracts::notification read(const contracts::order_processed& e) {
    contracts::notification n;
    n.id = e.id;
    n.state = order_state::completed;
    n.order = e.order;
    return n;
}

contracts::notification read(const contracts::order_failed& e) {
    contracts::notification n;
    n.id = e.id;
    n.state = order_state::failed;
    n.reason = e.reason;
    return n;
}

class notifier {
public:
    notifier(const dependencies& needs, signalr::hub_clients& clients)
        : needs_{needs},
          clients_{clients},
          pushed_{needs.metrics.make_counter("order_notifications_total", "Notifications given a number and pushed.")},
          silent_{needs.metrics.make_counter("order_notifications_silent_total",
                                             "Not pushed: a higher status had been told.")},
          ownerless_{
              needs.metrics.make_counter("order_notifications_ownerless_total", "No owner known, in any store.")},
          delay_{needs.metrics.make_histogram("order_accept_to_notification_seconds",
                                              "From the order's acceptance to its push.")} {}

    // `read_event` makes an event of a body; `items` gets what was readable, the rest is dead-lettered.
    template <class ReadEvent>
    awaitable<std::vector<outcome>> run(base::call_context ctx, messaging::batch batch, ReadEvent read_event) const {
        std::vector<outcome> outcomes(batch.messages.size());
        std::vector<item> items;
        items.reserve(batch.messages.size());
        for (std::size_t i = 0; i < batch.messages.size(); ++i) {
            const auto event = read_event(batch.messages[i].content.body);
            if (!event) {
                outcomes[i] = {.what = verdict::dead_letter, .reason = event.error().message, .exception = {}};
                continue;
            }
            items.push_back({.at = i, .news = read(*event)});
            items.back().news.steps =
                contracts::read_timeline_header(batch.messages[i].content.text(messaging::header::timeline));
        }
        co_await tell_all(ctx, batch, std::move(items), outcomes);
        co_return outcomes;
    }

private:
    // Those whose owner is known first; the others wait without holding them up.
    awaitable<void> tell_all(const base::call_context& ctx, const messaging::batch& batch, std::vector<item> items,
                             std::vector<outcome>& outcomes) const {
        co_await leave_out_completed(ctx, items, outcomes);
        for (std::size_t pause = 0; !items.empty(); ++pause) {
            if (!co_await find_owners(ctx, items)) co_return hold_all(items, outcomes);
            auto known = take_owned(items);
            co_await tell(ctx, std::move(known), outcomes);
            if (items.empty() || pause >= needs_.limits.owner_pauses.size()) break;
            boost::asio::steady_timer timer{co_await boost::asio::this_coro::executor,
                                            needs_.limits.owner_pauses[pause]};
            co_await timer.async_wait(boost::asio::use_awaitable);
        }
        if (items.empty()) co_return;
        if (!co_await ask_sql_for_owners(ctx, items, outcomes)) co_return hold_all(items, outcomes);
        auto known = take_owned(items);
        co_await tell(ctx, std::move(known), outcomes);
        for (const auto& i : items) outcomes[i.at] = without_owner(ctx, i, batch.messages[i.at]);
    }

    static void hold_all(const std::vector<item>& items, std::vector<outcome>& outcomes) {
        for (const auto& i : items) outcomes[i.at] = hold();
    }

    static std::vector<item> take_owned(std::vector<item>& items) {
        std::vector<item> owned;
        std::erase_if(items, [&owned](item& i) {
            if (!i.owned) return false;
            owned.push_back(std::move(i));
            return true;
        });
        return owned;
    }

    static std::vector<contracts::correlation_id> ids_of(const std::vector<item>& items) {
        std::vector<contracts::correlation_id> ids;
        ids.reserve(items.size());
        for (const auto& i : items) ids.push_back(i.news.id);
        return ids;
    }

    // A failure that comes late, after a replay succeeded, is not told: the order is there (contracts §5).
    awaitable<void> leave_out_completed(const base::call_context& ctx, std::vector<item>& items,
                                        std::vector<outcome>& outcomes) const {
        if (!needs_.orders || items.empty() || items.front().news.state != order_state::failed) co_return;
        const auto found = co_await needs_.orders->find_all(within(ctx, needs_.limits.sql_deadline), ids_of(items));
        if (!found) co_return;  // the workflow store has its own say
        std::size_t at = 0;
        std::erase_if(items, [&](const item& i) {
            const bool completed = (*found)[at++].row.has_value();
            if (completed) {
                outcomes[i.at] = {};
                silent_.add();
            }
            return completed;
        });
    }

    // False: the workflow store is away.
    awaitable<bool> find_owners(const base::call_context& ctx, std::vector<item>& items) const {
        const auto views =
            co_await needs_.workflow.find_all(within(ctx, needs_.limits.workflow_deadline), ids_of(items));
        if (!views) {
            ctx.log.warn("workflow store away, notifications held", {{"Reason", views.error().message}});
            co_return false;
        }
        for (std::size_t i = 0; i < items.size(); ++i) {
            const auto& view = (*views)[i];
            if (!view.owner) continue;
            items[i].owned = true;
            items[i].news.user = *view.owner;
            items[i].news.steps.merge(view.steps);
        }
        co_return true;
    }

    // False: SQL is away, and it alone can still know. An order that its owner deleted since is nobody's news.
    awaitable<bool> ask_sql_for_owners(const base::call_context& ctx, std::vector<item>& items,
                                       std::vector<outcome>& outcomes) const {
        if (!needs_.orders) co_return true;
        const auto found = co_await needs_.orders->find_all(within(ctx, needs_.limits.sql_deadline), ids_of(items));
        if (!found) co_return !base::is_away(found.error());
        for (std::size_t i = 0; i < items.size(); ++i) {
            const auto& sql = (*found)[i];
            if (sql.row) {
                items[i].news.user = sql.row->customer;
                items[i].news.steps.merge(sql.row->steps);
            } else if (sql.failure) {
                items[i].news.user = sql.failure->customer;
            }
            items[i].owned = !items[i].news.user.empty();
        }
        std::size_t at = 0;
        std::erase_if(items, [&](const item& i) {
            const auto& row = (*found)[at++].row;
            if (!row || !row->deleted) return false;
            outcomes[i.at] = {};
            silent_.add();
            return true;
        });
        co_return true;
    }

    // Feed first, then the push, then the ack: a crash in between pushes once more, and never too little.
    awaitable<void> tell(const base::call_context& ctx, std::vector<item> items, std::vector<outcome>& outcomes) const {
        if (items.empty()) co_return;
        const auto now = needs_.clock.now();
        std::vector<contracts::notification> news;
        news.reserve(items.size());
        for (auto& i : items) {
            auto& at = i.news.steps[contracts::step::notified];
            if (!at) at = now;
            news.push_back(std::move(i.news));
        }
        const auto numbered =
            co_await needs_.workflow.append(within(ctx, needs_.limits.workflow_deadline), std::move(news));
        if (!numbered) {
            ctx.log.warn("notifications could not be numbered", {{"Reason", numbered.error().message}});
            const auto what = base::is_away(numbered.error()) ? verdict::hold : verdict::retry;
            for (const auto& i : items)
                outcomes[i.at] = {.what = what, .reason = {}, .exception = numbered.error().message};
            co_return;
        }
        for (const auto& n : *numbered) push(ctx, n);
        for (const auto& i : items) outcomes[i.at] = {};
        (void)co_await needs_.workflow.apply(within(ctx, needs_.limits.workflow_deadline), notified_steps(*numbered));
    }

    void push(const base::call_context& ctx, const contracts::notification& n) const {
        if (n.sequence == 0) return silent_.add();
        std::string arguments = "[";
        arguments += contracts::to_json(n);
        arguments += ']';
        clients_.user(n.user.str()).send_json("Notification", arguments);
        pushed_.add();
        const auto accepted = n.steps[contracts::step::accepted];
        if (accepted) delay_.observe(static_cast<double>(n.steps[contracts::step::notified] - accepted) / 1e6);
        if (ctx.log.enabled(base::log_level::debug))
            ctx.log.debug(
                "order notified",
                {{"CorrelationId", n.id.str()}, {"UserId", n.user.str()}, {"Status", contracts::to_string(n.state)}});
    }

    // The status stays with those who know it; here only the last step of the timeline is added.
    static std::vector<workflow::change> notified_steps(const std::vector<contracts::notification>& told) {
        std::vector<workflow::change> changes;
        changes.reserve(told.size());
        for (const auto& n : told) {
            if (n.sequence == 0) continue;
            workflow::change c;
            c.id = n.id;
            c.steps[contracts::step::notified] = n.steps[contracts::step::notified];
            changes.push_back(std::move(c));
        }
        return changes;
    }

    outcome without_owner(const base::call_context& ctx, const item& i, const messaging::delivery& d) const {
        ownerless_.add();
        ctx.log.error("nobody is known to own this order", {{"CorrelationId", i.news.id.str()}});
        return {
            .what = d.last_attempt ? verdict::dead_letter : verdict::retry, .reason = "owner unknown", .exception = {}};
    }

    base::call_context within(const base::call_context& ctx, std::chrono::milliseconds limit) const {
        return ctx.within(needs_.clock, limit);
    }

    const dependencies needs_;
    signalr::hub_clients& clients_;
    base::counter &pushed_, &silent_, &ownerless_;
    base::histogram& delay_;
};

// The handler keeps the notifier, and the consumer keeps the handler until its last call has ended.
template <class ReadEvent>
messaging::batch_handler handler_of(std::shared_ptr<const notifier> it, ReadEvent read_event) {
    return [it = std::move(it), read_event](const base::call_context& ctx, const messaging::batch& batch) {
        return it->run(ctx, batch, read_event);
    };
}

}  // namespace

messaging::batch_handler make_notify_processed(const dependencies& needs, signalr::hub_clients& clients) {
    return handler_of(std::make_shared<const notifier>(needs, clients), &contracts::read_order_processed);
}

messaging::batch_handler make_notify_failed(const dependencies& needs, signalr::hub_clients& clients) {
    return handler_of(std::make_shared<const notifier>(needs, clients), &contracts::read_order_failed);
}

}  // namespace order_notification
