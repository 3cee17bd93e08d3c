#include "refill.hpp"

#include "contracts/events.hpp"
#include "contracts/identity.hpp"

namespace shop {
namespace {

constexpr std::size_t page_size = 500;

// The 201's body again. Names and covers of the lines are not in the message; what asks for them asks SQL later.
std::string answer_of(const contracts::order_accepted& e) {
    contracts::order o;
    o.correlation = e.id;
    o.created_at = e.accepted_at.value_or(0);
    for (const auto& i : e.items)
        o.items.push_back(
            {.product = i.product, .unit_price = i.unit_price.value_or(contracts::money{}), .quantity = i.quantity});
    std::string out;
    contracts::append_json(out, o);
    return out;
}

workflow::intake intake_of(const contracts::order_accepted& e, const messaging::message& m) {
    const auto steps = contracts::read_timeline_header(m.text(messaging::header::timeline));
    workflow::intake in;
    in.id = e.id;
    in.user = e.customer;
    in.pending = {contracts::fingerprint_of(std::span{e.items}), answer_of(e)};
    in.accepted_at = e.accepted_at.value_or(steps[contracts::step::accepted]);
    if (const auto trace = base::trace_context::parse(m.text(messaging::header::traceparent)))
        in.trace_id = trace->trace_id_hex();
    return in;
}

// Calls `each(page)` for every page of a queue.
template <class F>
base::task<> for_each_page(base::call_context ctx, messaging::inspector& queues, std::string_view queue, F each) {
    std::uint64_t after = 0;
    for (;;) {
        auto page = co_await queues.browse(ctx, queue, after, page_size);
        if (!page) co_return std::unexpected(page.error());
        if (page->empty()) co_return base::result<>{};
        after = page->back().position;
        if (auto done = co_await each(*page); !done) co_return done;
    }
}

workflow::change change_of(const contracts::correlation_id& id, const orders::found_order& found) {
    workflow::change c;
    c.id = id;
    if (found.row) {
        c.user = found.row->customer;
        c.to = {.state = contracts::order_state::completed, .order = found.row->value.id, .reason = {}};
        c.steps = found.row->steps;
    } else if (found.failure) {
        c.user = found.failure->customer;
        c.to = {.state = contracts::order_state::failed, .order = 0, .reason = found.failure->reason};
        c.steps = found.failure->steps;
    }
    return c;
}

}  // namespace

base::task<refilled> refill(base::call_context ctx, messaging::inspector& queues, orders::store& orders,
                            workflow::store& into) {
    refilled count;
    using page = std::vector<messaging::stored_message>;

    auto accept = [&](const page& p) -> base::task<> {
        for (const auto& m : p) {
            const auto e = contracts::read_order_accepted(m.content.body);
            if (!e) continue;  // poison: order-process will say so
            if (auto done = co_await into.accept(ctx, intake_of(*e, m.content)); !done)
                co_return std::unexpected(done.error());
            ++count.waiting;
        }
        co_return base::result<>{};
    };
    if (auto done = co_await for_each_page(ctx, queues, contracts::queue::accepted, accept); !done)
        co_return std::unexpected(done.error());

    auto finish = [&](const page& p) -> base::task<> {
        std::vector<contracts::correlation_id> ids;
        for (const auto& m : p)
            if (const auto id = contracts::read_event_id(m.content.body)) ids.push_back(*id);
        auto found = co_await orders.find_all(ctx, ids);
        if (!found) co_return std::unexpected(found.error());
        std::vector<workflow::change> changes;
        for (std::size_t i = 0; i < ids.size(); ++i)
            if ((*found)[i].row || (*found)[i].failure) changes.push_back(change_of(ids[i], (*found)[i]));
        count.finishing += changes.size();
        co_return co_await into.apply(ctx, std::move(changes));
    };
    for (const auto queue : {contracts::queue::processed, contracts::queue::failed})
        if (auto done = co_await for_each_page(ctx, queues, queue, finish); !done)
            co_return std::unexpected(done.error());
    co_return count;
}

}  // namespace shop
