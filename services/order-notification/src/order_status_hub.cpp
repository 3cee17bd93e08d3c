#include "order_notification/order_status_hub.hpp"

#include <cmath>

#include "contracts/json.hpp"

namespace order_notification {
namespace {

using boost::asio::awaitable;
using contracts::order_state;

[[noreturn]] void unavailable() { throw signalr::hub_exception{"Unavailable"}; }

contracts::correlation_id correlation_of(const boost::json::value& argument) {
    const auto* text = argument.if_string();
    const auto id = text ? contracts::read_correlation_id({text->data(), text->size()}) : std::nullopt;
    if (!id) throw signalr::hub_exception{"Invalid correlationId"};
    return *id;
}

// Whole numbers come as such or, by MessagePack and some clients, as a double.
std::int64_t sequence_of(const boost::json::value& argument) {
    if (const auto* number = argument.if_int64(); number && *number >= 0) return *number;
    if (const auto* number = argument.if_uint64(); number && *number <= INT64_MAX)
        return static_cast<std::int64_t>(*number);
    if (const auto* number = argument.if_double();
        number && *number >= 0 && *number <= 9007199254740992.0 && std::trunc(*number) == *number)
        return static_cast<std::int64_t>(*number);
    throw signalr::hub_exception{"Invalid afterSequence"};
}

std::string status_json(order_state state, contracts::order_id order, const std::string& reason) {
    std::string out = R"({"status":")";
    out += contracts::to_string(state);
    out += R"(","orderId":)";
    out += order > 0 ? std::to_string(order) : "null";
    if (state == order_state::failed) {
        out += R"(,"reason":)";
        contracts::json::append_string(out, reason);
    }
    return out += '}';
}

std::string page_json(const workflow::feed_page& page) {
    std::string out =
        page.complete ? R"({"complete":true,"notifications":[)" : R"({"complete":false,"notifications":[)";
    for (const auto& n : page.notifications) {
        if (&n != page.notifications.data()) out += ',';
        out += contracts::to_json(n);
    }
    out += R"(],"latest":)";
    out += std::to_string(page.latest);
    return out += '}';
}

class order_status_hub {
public:
    explicit order_status_hub(const dependencies& from) : needs_{from} {}

    // Void always: whether the order exists, and whose it is, can't be told from the answer.
    awaitable<std::string> register_order(signalr::caller_context& caller, const boost::json::array& arguments) const {
        const auto id = correlation_of(arguments[0]);
        if (const auto user = user_of(caller))
            co_await needs_.workflow.touch(context(caller, needs_.limits.workflow_deadline), id, *user);
        co_return "null";
    }

    awaitable<std::string> current_status(signalr::caller_context& caller, const boost::json::array& arguments) const {
        const auto id = correlation_of(arguments[0]);
        const auto user = user_of(caller);
        if (!user) co_return "null";
        co_return co_await status_for(caller, *user, id);
    }

    awaitable<std::string> resume(signalr::caller_context& caller, const boost::json::array& arguments) const {
        const auto after = sequence_of(arguments[0]);
        const auto user = user_of(caller);
        if (!user) co_return page_json({});
        const auto page =
            co_await needs_.workflow.read_feed(context(caller, needs_.limits.workflow_deadline), *user, after);
        if (!page) unavailable();
        co_return page_json(*page);
    }

private:
    static std::optional<contracts::user_id> user_of(const signalr::caller_context& caller) {
        return caller.user() ? contracts::read_user_id(*caller.user()) : std::nullopt;
    }

    base::call_context context(const signalr::caller_context& caller, std::chrono::milliseconds limit) const {
        const base::call_context ctx{.trace = {}, .log = caller.log()};
        return ctx.within(needs_.clock, limit);
    }

    // The row, else the failure, else what the workflow store knows, as everywhere (contracts §4).
    awaitable<std::string> status_for(signalr::caller_context& caller, contracts::user_id user,
                                      contracts::correlation_id id) const {
        orders::found_order found;
        bool sql_away = false;
        if (needs_.orders) {
            auto answer = co_await needs_.orders->find_all(context(caller, needs_.limits.sql_deadline), {id});
            sql_away = !answer || answer->size() != 1;
            if (!sql_away) found = std::move(answer->front());
        }
        if (found.row && found.row->customer == user)
            co_return found.row->deleted ? "null" : status_json(order_state::completed, found.row->value.id, {});

        const auto view = co_await needs_.workflow.find(context(caller, needs_.limits.workflow_deadline), id);
        const bool own_view = view && view->owner == user && !found.row;
        if (own_view && view->state.state == order_state::completed)
            co_return status_json(order_state::completed, view->state.order, {});
        if (!found.row && found.failure &&
            (found.failure->customer == user || (found.failure->customer.empty() && own_view)))
            co_return status_json(order_state::failed, 0, found.failure->reason);
        if (!view || sql_away) unavailable();
        if (!own_view || view->state.state == order_state::none) co_return "null";
        co_return status_json(view->state.state, view->state.order, view->state.reason);
    }

    const dependencies needs_;
};

}  // namespace

void register_methods(signalr::hub& on, const dependencies& from) {
    const auto hub = std::make_shared<const order_status_hub>(from);
    using caller = signalr::caller_context;
    using list = boost::json::array;
    on.on("Ping", 0, [](caller&, const list&) -> awaitable<std::string> { co_return "null"; });
    on.on("RegisterOrder", 1, [hub](caller& c, const list& a) { return hub->register_order(c, a); });
    on.on("GetCurrentStatus", 1, [hub](caller& c, const list& a) { return hub->current_status(c, a); });
    on.on("Resume", 1, [hub](caller& c, const list& a) { return hub->resume(c, a); });
}

}  // namespace order_notification
