#include "news.hpp"

#include "base/trace.hpp"
#include "contracts/events.hpp"

namespace order_notification {
namespace {

news start(const messaging::delivery& from) {
    news n;
    n.last_attempt = from.last_attempt;
    n.what.steps = contracts::read_timeline_header(from.content.text(messaging::header::timeline));
    if (const auto trace = base::trace_context::parse(from.content.text(messaging::header::traceparent)))
        n.what.steps.trace_id = trace->trace_id_hex();
    return n;
}

}  // namespace

news read_processed(const messaging::delivery& from) {
    auto n = start(from);
    const auto event = contracts::read_order_processed(from.content.body);
    if (!event) {
        n.reason = event.error().message;
        return n;
    }
    n.state = news_state::owner_unknown;
    n.what.id = event->id;
    n.what.order = event->order;
    n.what.state = contracts::order_state::completed;
    return n;
}

news read_failed(const messaging::delivery& from) {
    auto n = start(from);
    auto event = contracts::read_order_failed(from.content.body);
    if (!event) {
        n.reason = event.error().message;
        return n;
    }
    n.state = news_state::owner_unknown;
    n.what.id = event->id;
    n.what.reason = std::move(event->reason);
    n.what.state = contracts::order_state::failed;
    return n;
}

void news::belongs_to(contracts::user_id owner) {
    what.user = std::move(owner);
    state = news_state::owned;
}

void news::fail(const base::fault& why) {
    state = base::is_away(why) ? news_state::held : news_state::failed;
    reason = "notification failed";
    exception = why.message;
}

messaging::outcome news::to_outcome() const {
    using messaging::verdict;
    switch (state) {
        case news_state::told:
        case news_state::dropped:
            return {verdict::ack, {}, {}};
        case news_state::held:
            return {verdict::hold, {}, exception};
        case news_state::unreadable:
            return {verdict::dead_letter, reason, {}};
        case news_state::owner_unknown:
        case news_state::owned:
        case news_state::failed:
            break;
    }
    if (last_attempt) return {verdict::dead_letter, reason.empty() ? "owner unknown" : reason, exception};
    return {verdict::retry, {}, exception.empty() ? "owner unknown" : exception};
}

}  // namespace order_notification
