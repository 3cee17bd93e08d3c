#include "order_accept/accept_order.hpp"

#include "failed_order.hpp"

namespace order_accept {

using contracts::order_state;

struct accept_order::draft {
    contracts::correlation_id id;
    contracts::user_id user;
    contracts::fingerprint print{};
    contracts::order order;  // empty items: there is no catalogue, or products are missing
    base::unix_micros accepted_at = 0;
    std::vector<contracts::product_id> missing;
    bool has_catalogue = false;
    bool keyed = false;

    bool complete() const noexcept { return has_catalogue && missing.empty(); }
};

struct accept_order::knowledge {
    bool workflow_away = false;
    bool sql_away = false;
    bool wrote = false;    // this request's own keys stand in the workflow store now
    bool foreign = false;  // the id is another user's
    bool unread = false;   // a status stands there whose order is not known
    bool proof = false;    // SQL has it, or it is completed or failed: not published again
    bool deleted = false;
    std::optional<contracts::fingerprint> print;
    std::optional<contracts::order> first;
    workflow::status state;
};

namespace {

std::string render(const contracts::order& o) {
    std::string out;
    out.reserve(192 + o.items.size() * 192);
    contracts::append_json(out, o);
    return out;
}

placed refusal(placement what, const contracts::correlation_id& id, std::vector<contracts::product_id> products = {}) {
    return {what, id, {}, std::move(products)};
}

bool is_final(order_state s) noexcept { return s == order_state::completed || s == order_state::failed; }

base::counter& order_counter(base::metrics& m, const char* outcome) {
    return m.make_counter("contoso_orders_placed_total", "Answers to POST /api/orders, by outcome.",
                          std::string{"outcome=\""} + outcome + '"');
}

}  // namespace

accept_order::accept_order(const dependencies& from, const catalogue& products, order_lookup& lookup)
    : needs_{from},
      products_{products},
      lookup_{lookup},
      count_{order_counter(from.metrics, "accepted"), order_counter(from.metrics, "repeated"),
             order_counter(from.metrics, "refused"), order_counter(from.metrics, "unavailable"),
             order_counter(from.metrics, "unconfirmed")} {}

boost::asio::awaitable<placed> accept_order::run(base::call_context ctx, place_order order) {
    return order.key.empty() ? run_new(std::move(ctx), std::move(order)) : run_keyed(std::move(ctx), std::move(order));
}

placed accept_order::counted(placed answer) {
    switch (answer.what) {
        case placement::accepted:
            count_.accepted.add();
            break;
        case placement::unavailable:
            count_.unavailable.add();
            break;
        case placement::unconfirmed:
            count_.unconfirmed.add();
            break;
        default:
            count_.refused.add();
    }
    return answer;
}

accept_order::draft accept_order::make_draft(place_order&& order, base::steady_time now) const {
    draft d;
    d.user = std::move(order.user);
    d.print = contracts::fingerprint_of(order.lines);
    d.accepted_at = needs_.clock.now();
    // Milliseconds are what the 201, the message and the row all can hold.
    d.order.created_at = d.accepted_at / 1000 * 1000;
    const auto snapshot = products_.current(now);
    d.has_catalogue = snapshot != nullptr;
    if (!snapshot) return d;
    d.order.items.reserve(order.lines.size());
    for (auto& line : order.lines) {
        const auto* p = snapshot->find(line.product.str());
        if (p && p->active)
            d.order.items.push_back({std::move(line.product), p->name, p->image_url, p->price, line.quantity});
        else if (std::find(d.missing.begin(), d.missing.end(), line.product) == d.missing.end())
            d.missing.push_back(std::move(line.product));
    }
    return d;
}

boost::asio::awaitable<placed> accept_order::run_new(base::call_context ctx, place_order order) {
    const auto now = needs_.clock.steady_roughly();
    auto d = make_draft(std::move(order), now);
    d.order.correlation = d.id = needs_.ids.make_v7(d.accepted_at);
    if (!d.has_catalogue) co_return counted(refusal(placement::unavailable, d.id));
    if (!d.missing.empty()) co_return counted(refusal(placement::unknown_products, d.id, std::move(d.missing)));
    auto body = render(d.order);
    co_await needs_.workflow.accept(ctx.within(now, needs_.limits.workflow_deadline),
                                    {d.id, d.user, {d.print, body}, d.accepted_at, ctx.trace.trace_id_hex()});
    co_return counted(co_await publish(ctx, d, d.order, std::move(body)));
}

boost::asio::awaitable<placed> accept_order::run_keyed(base::call_context ctx, place_order order) {
    auto key = std::move(order.key);
    auto d = make_draft(std::move(order), needs_.clock.steady_roughly());
    d.keyed = true;
    d.order.correlation = d.id = contracts::keyed_correlation_id(d.user, key);
    co_return counted(co_await answer_keyed(ctx, std::move(d), std::move(key)));
}

boost::asio::awaitable<placed> accept_order::answer_keyed(const base::call_context& ctx, draft d, std::string key) {
    auto k = co_await ask_workflow(ctx, d);
    if (k.foreign || (k.print && *k.print != d.print)) co_return refusal(placement::key_reused, d.id);

    const bool certainly_new = !k.workflow_away && !k.unread && !k.print && workflow_would_know(key);
    if (!k.proof && !certainly_new) {
        co_await ask_sql(ctx, d, k);
        co_await correct_workflow(ctx, d, k);
    }
    if (k.foreign || (k.print && *k.print != d.print)) co_return refusal(placement::key_reused, d.id);
    // It ended, but as what order can't be read: neither "the same" nor "another" may be said.
    if (k.unread && is_final(k.state.state) && !k.print) co_return refusal(placement::unavailable, d.id);

    if (k.first) {
        count_.repeated.add();
        k.first->state = std::max(k.first->state, k.state.state);
        if (k.state.order > 0) k.first->id = k.state.order;
        auto body = render(*k.first);
        if (k.proof) co_return placed{placement::accepted, d.id, std::move(body), {}};
        co_return co_await publish(ctx, d, *k.first, std::move(body));
    }
    if (!d.has_catalogue) co_return refusal(placement::unavailable, d.id);
    if (!d.missing.empty()) co_return refusal(placement::unknown_products, d.id, std::move(d.missing));
    co_return co_await publish(ctx, d, d.order, render(d.order));
}

// One atomic step. A draft that can't be ordered writes nothing: it only asks, so that the repeat of an order
// whose product was withdrawn since still gets its answer.
boost::asio::awaitable<accept_order::knowledge> accept_order::ask_workflow(const base::call_context& ctx,
                                                                           const draft& d) {
    const auto limited = ctx.within(needs_.clock, needs_.limits.workflow_deadline);
    knowledge k;
    workflow::known_order known;
    if (d.complete()) {
        auto answer = co_await needs_.workflow.accept(
            limited, {d.id, d.user, {d.print, render(d.order)}, d.accepted_at, ctx.trace.trace_id_hex()});
        k.workflow_away = !answer;
        if (answer) known = std::move(*answer);
        k.wrote = answer && !known.known && !known.foreign;
    } else {
        auto view = co_await needs_.workflow.find(limited, d.id);
        k.workflow_away = !view;
        if (view) {
            known.foreign = view->owner && *view->owner != d.user;
            known.known = view->owner || view->pending || view->state.state != order_state::none;
            known.pending = std::move(view->pending);
            known.state = std::move(view->state);
        }
    }
    if (k.workflow_away) blind_until_.store(needs_.clock.now(), std::memory_order_relaxed);
    k.foreign = known.foreign;
    if (!known.known || known.foreign) co_return k;

    k.state = std::move(known.state);
    if (known.pending) {
        auto first = contracts::read_order(known.pending->body);
        if (first) {
            k.print = known.pending->print;
            k.first = std::move(*first);
            k.proof = is_final(k.state.state);
        }
    }
    k.unread = !k.print;
    co_return k;
}

boost::asio::awaitable<void> accept_order::ask_sql(const base::call_context& ctx, const draft& d, knowledge& k) {
    auto found = co_await lookup_.find(ctx, d.id);
    k.sql_away = !found;
    if (!found) co_return;
    if (found->row) {
        auto& row = *found->row;
        k.foreign = row.customer != d.user;
        k.print = row.print;
        k.deleted = row.deleted;
        k.state = {order_state::completed, row.value.id, {}};
        k.first = std::move(row.value);
        k.proof = true;
    } else if (found->failure) {
        const auto& failure = *found->failure;
        k.foreign = !failure.customer.empty() && failure.customer != d.user;
        const auto items = contracts::read_items_json(failure.items_json);
        // Lines that nobody could read can't be compared; the key's order failed, whatever it held.
        k.print = items ? contracts::fingerprint_of(*items) : d.print;
        const auto snapshot = products_.current();
        k.state = {order_state::failed, 0, failure.reason};
        if (!k.first) k.first = items ? order_of_failure(d.id, failure, snapshot.get()) : d.order;
        if (k.first->created_at == 0) k.first->created_at = d.order.created_at;
        k.proof = true;
    }
}

// This request wrote its own order where SQL knows the first: what it wrote must not be taken for that.
boost::asio::awaitable<void> accept_order::correct_workflow(const base::call_context& ctx, const draft& d,
                                                            const knowledge& k) {
    if (!k.proof || !k.wrote) co_return;
    const auto limited = ctx.within(needs_.clock, needs_.limits.workflow_deadline);
    if (k.foreign || k.deleted) {
        co_await needs_.workflow.forget(limited, d.id);
        co_return;
    }
    std::vector<workflow::change> changes;
    changes.push_back({.id = d.id, .user = d.user, .to = k.state, .steps = {}, .drop_pending = true});
    co_await needs_.workflow.apply(limited, std::move(changes));
}

// "Never heard of it" proves something only for a key that can't be older than what the store remembers. Its
// time is the client's own word, so it must be recent, and not in the future.
bool accept_order::workflow_would_know(std::string_view key) const {
    const auto made_ms = contracts::key_time_ms(key);
    if (!made_ms) return false;
    const auto now = needs_.clock.now(), made = *made_ms * 1000;
    const auto trusted =
        std::chrono::microseconds{std::min(needs_.limits.trusted_key_age, needs_.limits.workflow_ttl)}.count();
    return made <= now && now - made < trusted && made > needs_.workflow.knows_since() &&
           made > blind_until_.load(std::memory_order_relaxed);
}

boost::asio::awaitable<placed> accept_order::publish(const base::call_context& ctx, const draft& d,
                                                     const contracts::order& what, std::string body) {
    contracts::timeline queued;
    queued[contracts::step::queued] = needs_.clock.now();
    std::vector<messaging::message> messages;
    messages.push_back(make_message(ctx, d, what, queued[contracts::step::queued]));
    const auto done = co_await needs_.publisher.publish(ctx.within(needs_.clock, needs_.limits.publish_deadline),
                                                        needs_.limits.queue, std::move(messages));

    const auto limited =
        base::call_context{.trace = ctx.trace, .log = ctx.log}.within(needs_.clock, needs_.limits.workflow_deadline);
    if (done) {
        // From now on the order may be kept alive by its owner's asking: it is known to be in the queue.
        std::vector<workflow::change> changes;
        changes.push_back({.id = d.id, .user = {}, .to = {}, .steps = queued, .drop_pending = false});
        co_await needs_.workflow.apply(limited, std::move(changes));
        if (ctx.log.enabled(base::log_level::info)) ctx.log.info("order accepted", {{"CorrelationId", d.id.str()}});
        co_return placed{placement::accepted, d.id, std::move(body), {}};
    }
    ctx.log.warn("order not confirmed by the broker", {{"CorrelationId", d.id.str()}, {"Fault", done.error().message}});
    const bool certainly_not =
        done.error().kind == base::fault_kind::unavailable || done.error().kind == base::fault_kind::timeout;
    if (d.keyed) co_return refusal(placement::unavailable, d.id);
    if (!certainly_not) co_return refusal(placement::unconfirmed, d.id);
    co_await needs_.workflow.forget(limited, d.id);
    co_return refusal(placement::unavailable, d.id);
}

messaging::message accept_order::make_message(const base::call_context& ctx, const draft& d,
                                              const contracts::order& what, base::unix_micros queued_at) const {
    contracts::timeline steps;
    const bool own = what.created_at == d.order.created_at;
    steps[contracts::step::accepted] = own ? d.accepted_at : what.created_at;
    steps[contracts::step::queued] = queued_at;

    namespace header = messaging::header;
    messaging::message m;
    m.body = contracts::accepted_json(d.id, d.user, what);
    m.message_id = needs_.ids.make_v7(queued_at).str();
    m.correlation_id = d.id.str();
    m.headers.reserve(5);
    if (ctx.trace.valid()) {
        m.headers.emplace_back(header::traceparent, ctx.trace.traceparent());
        if (!ctx.trace.state.empty()) m.headers.emplace_back(header::tracestate, ctx.trace.state);
    }
    m.headers.emplace_back(header::baggage, "correlation_id=" + m.correlation_id);
    m.headers.emplace_back(header::correlation_id, m.correlation_id);
    m.headers.emplace_back(header::timeline, contracts::to_header(steps));
    return m;
}

}  // namespace order_accept
