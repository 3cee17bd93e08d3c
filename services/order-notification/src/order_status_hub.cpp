#include "order_notification/order_status_hub.hpp"

#include <utility>

#include "contracts/json.hpp"
#include "contracts/orders.hpp"

namespace order_notification {
namespace {

using boost::asio::awaitable;
using contracts::order_state;
using signalr::json_text;

contracts::correlation_id id_argument(const boost::json::value& v) {
    const auto* text = v.if_string();
    const auto id = text ? contracts::read_correlation_id({text->data(), text->size()}) : std::nullopt;
    if (!id) throw signalr::hub_exception{"Invalid correlationId"};
    return *id;
}

std::int64_t sequence_argument(const boost::json::value& v) {
    boost::system::error_code not_exact;
    const auto i =
        v.is_number() ? v.to_number<std::int64_t>(not_exact) : -1;  // 42 and 42.0, as clients have only one kind
    if (not_exact || i < 0) throw signalr::hub_exception{"Invalid afterSequence"};
    return i;
}

// The hub closes connections without a user before any method is called; this holds should it ever not.
contracts::user_id user_of(const signalr::caller_context& caller) {
    if (!caller.user() || caller.user()->empty()) throw signalr::hub_exception{"Missing user identifier"};
    return contracts::user_id{*caller.user()};
}

[[noreturn]] void unavailable() { throw signalr::hub_exception{"Unavailable"}; }

json_text nothing() { return {"null"}; }

json_text state_json(order_state s, contracts::order_id order, std::string_view reason) {
    std::string out = "{\"status\":\"";
    out += contracts::to_string(s);
    out += "\",\"orderId\":";
    out += order ? std::to_string(order) : "null";
    if (s == order_state::failed) {
        out += ",\"reason\":";
        contracts::json::append_string(out, reason);
    }
    out += '}';
    return {std::move(out)};
}

// The methods' own state: the dependencies, and a caller's context for ports.
class methods {
public:
    explicit methods(dependencies needs) : needs_{std::move(needs)} {}

    awaitable<void> register_order(signalr::caller_context& caller, const boost::json::value& argument) const {
        const auto id = id_argument(argument);
        // Whatever comes back, the answer is the same: the caller can't tell a foreign order from none.
        (void)co_await needs_.workflow.touch(workflow_context(caller), id, user_of(caller));
    }

    awaitable<json_text> current_status(signalr::caller_context& caller, const boost::json::value& argument) const {
        const auto id = id_argument(argument);
        const auto user = user_of(caller);
        const auto view = co_await needs_.workflow.find(workflow_context(caller), id);
        const bool own = view && view->owner == user;
        if (own && view->state.state == order_state::completed)
            co_return state_json(order_state::completed, view->state.order, {});
        if (needs_.orders) {
            auto found = co_await needs_.orders->find_all(sql_context(caller), {id});
            if (!found) unavailable();
            const auto& sql = found->front();
            if (sql.row && sql.row->customer == user)
                co_return sql.row->deleted ? nothing() : state_json(order_state::completed, sql.row->value.id, {});
            if (!view)
                unavailable();  // for everything that is not the caller's own row, so that the two can't be told apart
            if (sql.row) co_return nothing();
            if (sql.failure && (sql.failure->customer == user || (sql.failure->customer.empty() && own)))
                co_return state_json(order_state::failed, 0, sql.failure->reason);
        }
        if (!view) unavailable();
        if (!own || view->state.state == order_state::none) co_return nothing();
        co_return state_json(view->state.state, view->state.order, view->state.reason);
    }

    awaitable<json_text> resume(signalr::caller_context& caller, const boost::json::value& argument) const {
        const auto after = sequence_argument(argument);
        const auto page = co_await needs_.workflow.read_feed(workflow_context(caller), user_of(caller), after);
        if (!page) unavailable();
        std::string out = "{\"complete\":";
        out += page->complete ? "true" : "false";
        out += ",\"notifications\":[";
        for (std::size_t i = 0; i < page->notifications.size(); ++i) {
            if (i) out += ',';
            out += contracts::to_json(page->notifications[i]);
        }
        out += "],\"latest\":" + std::to_string(page->latest);
        out += '}';
        co_return json_text{std::move(out)};
    }

private:
    base::call_context workflow_context(const signalr::caller_context& caller) const {
        return context(caller, needs_.limits.workflow_deadline);
    }
    base::call_context sql_context(const signalr::caller_context& caller) const {
        return context(caller, needs_.limits.sql_deadline);
    }
    base::call_context context(const signalr::caller_context& caller, std::chrono::milliseconds limit) const {
        base::call_context ctx;
        ctx.log = caller.log();
        ctx.due = needs_.clock.steady() + limit;
        return ctx;
    }

    dependencies needs_;
};

}  // namespace

void add_methods(signalr::hub& hub, const dependencies& needs) {
    hub.on("Ping", [] {});
    hub.with(std::make_shared<const methods>(needs))
        .on("RegisterOrder", &methods::register_order)
        .on("GetCurrentStatus", &methods::current_status)
        .on("Resume", &methods::resume);
}

}  // namespace order_notification
