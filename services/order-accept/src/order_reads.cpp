#include "order_accept/order_reads.hpp"

#include "failed_order.hpp"

namespace order_accept {

using boost::asio::awaitable;
using contracts::order_state;

// Only what is the asking user's.
struct order_reads::knowledge {
    reading what = reading::missing;
    std::optional<orders::stored_order> row;
    std::optional<orders::stored_failure> failure;
    workflow::order_view view;
};

namespace {

constexpr reading reading_of(bool away) noexcept { return away ? reading::away : reading::missing; }

std::string render(const contracts::order& o) {
    std::string out;
    out.reserve(192 + o.items.size() * 192);
    contracts::append_json(out, o);
    return out;
}

std::string render(const contracts::correlation_id& id, const contracts::timeline& steps) {
    std::string out;
    out.reserve(512);
    contracts::append_timeline_json(out, id, steps);
    return out;
}

}  // namespace

order_reads::order_reads(const dependencies& from, const catalogue& products, order_lookup& lookup)
    : needs_{from}, products_{products}, lookup_{lookup} {}

awaitable<order_reads::knowledge> order_reads::know(const base::call_context& ctx, const contracts::user_id& user,
                                                    const contracts::correlation_id& id, depth how) {
    knowledge k;
    auto found = co_await lookup_.find(ctx, id);
    const bool sql_away = !found;
    const bool has_row = found && found->row;
    if (has_row && found->row->customer == user) {
        if (found->row->deleted) co_return k;  // it ends every search
        k.what = reading::found;
        k.row = std::move(found->row);
        if (how == depth::row_is_enough) co_return k;
    }
    auto view = co_await needs_.workflow.find(ctx.within(needs_.clock, needs_.limits.workflow_deadline), id);
    const bool workflow_away = !view;
    // A row's customer is the owner, whatever the map says.
    const bool own_view = view && view->owner && *view->owner == user && (!has_row || k.row);
    if (own_view) k.view = std::move(*view);
    if (k.row) co_return k;

    if (!has_row && found && found->failure) {
        const auto& owner = found->failure->customer;
        if (owner == user || (owner.empty() && own_view)) k.failure = std::move(found->failure);
    }
    const bool believed = own_view && (!sql_away || k.view.state.state == order_state::completed);
    k.what = k.failure || believed ? reading::found : reading_of(sql_away || workflow_away);
    co_return k;
}

awaitable<void> order_reads::keep_alive(const base::call_context& ctx, const contracts::user_id& user,
                                        const contracts::correlation_id& id, const knowledge& k) {
    if (!k.row && !k.failure && k.view.owner)
        co_await needs_.workflow.touch(ctx.within(needs_.clock, needs_.limits.workflow_deadline), id, user);
}

awaitable<answer> order_reads::page(base::call_context ctx, contracts::user_id user, std::int64_t offset,
                                    std::int64_t size) {
    const auto found =
        co_await needs_.orders.page(ctx.within(needs_.clock, needs_.limits.sql_deadline), user, offset, size);
    if (!found) co_return answer{reading::away, {}};
    co_return answer{reading::found, contracts::page_json(offset, size, found->total, found->items)};
}

awaitable<base::result<std::optional<orders::stored_order>>> order_reads::own_row(const base::call_context& ctx,
                                                                                  const contracts::user_id& user,
                                                                                  contracts::order_id id) {
    auto row = co_await needs_.orders.find(ctx.within(needs_.clock, needs_.limits.sql_deadline), id);
    if (row && *row && ((*row)->deleted || (*row)->customer != user)) row->reset();
    co_return row;
}

awaitable<answer> order_reads::order(base::call_context ctx, contracts::user_id user, contracts::order_id id) {
    const auto row = co_await own_row(ctx, user, id);
    if (!row || !*row) co_return answer{reading_of(!row), {}};
    co_return answer{reading::found, render((*row)->value)};
}

awaitable<answer> order_reads::order(base::call_context ctx, contracts::user_id user, contracts::correlation_id id) {
    const auto k = co_await know(ctx, user, id, depth::row_is_enough);
    if (k.what != reading::found) co_return answer{k.what, {}};
    if (k.row) co_return answer{reading::found, render(k.row->value)};
    co_await keep_alive(ctx, user, id, k);
    if (k.view.pending)
        if (auto first = contracts::read_order(k.view.pending->body)) {
            first->state =
                std::max({first->state, k.view.state.state, k.failure ? order_state::failed : order_state::none});
            first->id = k.view.state.order;
            co_return answer{reading::found, render(*first)};
        }
    if (k.failure)
        co_return answer{reading::found, render(order_of_failure(id, *k.failure, products_.current().get()))};
    // Redis says that it is completed, but its lines are in a SQL that does not answer, or does not have it
    // yet.
    co_return answer{reading_of(k.view.state.state == order_state::completed), {}};
}

awaitable<answer> order_reads::status(base::call_context ctx, contracts::user_id user, contracts::correlation_id id) {
    const auto k = co_await know(ctx, user, id, depth::row_is_enough);
    if (k.what != reading::found) co_return answer{k.what, {}};
    if (k.row)
        co_return answer{reading::found, contracts::status_json(id, order_state::completed, k.row->value.id, {})};
    co_await keep_alive(ctx, user, id, k);
    const auto& known = k.view.state;
    if (k.failure && known.state != order_state::completed)
        co_return answer{reading::found, contracts::status_json(id, order_state::failed, 0, k.failure->reason)};
    if (known.state == order_state::none && !k.view.pending) co_return answer{};
    const auto state = std::max(known.state, order_state::accepted);
    co_return answer{reading::found, contracts::status_json(id, state, known.order, known.reason)};
}

awaitable<answer> order_reads::timeline(base::call_context ctx, contracts::user_id user, contracts::order_id id) {
    const auto row = co_await own_row(ctx, user, id);
    if (!row || !*row) co_return answer{reading_of(!row), {}};
    const auto correlation = (*row)->value.correlation;
    const auto view =
        co_await needs_.workflow.find(ctx.within(needs_.clock, needs_.limits.workflow_deadline), correlation);
    // What was measured as it happened comes before what was written into the row just before its commit.
    auto steps = view && view->owner == user ? view->steps : contracts::timeline{};
    steps.merge((*row)->steps);
    co_return answer{reading::found, render(correlation, steps)};
}

awaitable<answer> order_reads::timeline(base::call_context ctx, contracts::user_id user, contracts::correlation_id id) {
    const auto k = co_await know(ctx, user, id, depth::all);
    if (k.what != reading::found) co_return answer{k.what, {}};
    co_await keep_alive(ctx, user, id, k);
    auto steps = k.view.steps;
    if (k.row) steps.merge(k.row->steps);
    if (k.failure) steps.merge(k.failure->steps);
    co_return answer{reading::found, render(id, steps)};
}

awaitable<answer> order_reads::remove(base::call_context ctx, contracts::user_id user, contracts::order_id id) {
    const auto gone =
        co_await needs_.orders.soft_delete(ctx.within(needs_.clock, needs_.limits.sql_deadline), user, id);
    if (!gone || !*gone) co_return answer{reading_of(!gone), {}};
    // The row is what counts; keys that stay because the store is away expire, and no reader lets them bring
    // it back.
    co_await needs_.workflow.forget(ctx.within(needs_.clock, needs_.limits.workflow_deadline), **gone);
    co_return answer{reading::found, {}};
}

}  // namespace order_accept
