#include "job.hpp"

#include "base/trace.hpp"
#include "order_process/process_order.hpp"

namespace order_process {
namespace {

namespace header = messaging::header;
using contracts::step;

constexpr std::size_t longest_told = 200;  // bytes of what a user is told

// Cut at a code point's border.
std::string shortened(std::string text) {
    if (text.size() <= longest_told) return text;
    std::size_t end = longest_told;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    text.resize(end);
    return text + "…";
}

// Of a body that can't be read at all the headers may still tell whose order it was: who has a 201 shall
// learn its end.
std::optional<contracts::correlation_id> id_in_headers(const messaging::message& m) {
    if (auto id = contracts::read_correlation_id(m.correlation_id)) return id;
    return contracts::read_correlation_id(m.text(header::correlation_id));
}

contracts::timeline steps_of(const messaging::delivery& from, base::unix_micros now) {
    auto steps = contracts::read_timeline_header(from.content.text(header::timeline));
    steps[step::processing] = now;
    // A replay's message may carry what happened to it before it failed.
    steps[step::persisted] = steps[step::notified] = steps[step::failed] = 0;
    steps.attempts = from.attempt;
    if (const auto trace = base::trace_context::parse(from.content.text(header::traceparent)))
        steps.trace_id = trace->trace_id_hex();
    return steps;
}

}  // namespace

job read_job(const messaging::delivery& from, base::unix_micros now) {
    job j;
    j.source = &from;
    j.steps = steps_of(from, now);
    auto event = contracts::read_order_accepted(from.content.body);
    if (event) {
        j.known_id = event->id;
        if (j.steps[step::accepted] == 0) j.steps[step::accepted] = event->accepted_at.value_or(0);
        j.event = std::move(*event);
        return j;
    }
    auto readable = contracts::salvage_order(from.content.body);
    j.known_id = readable.id ? readable.id : id_in_headers(from.content);
    j.salvaged_customer = std::move(readable.customer);
    j.fail(event.error().message, event.error().message, {});
    return j;
}

contracts::user_id job::customer() const {
    if (event) return event->customer;
    return salvaged_customer.value_or(contracts::user_id{});
}

void job::take(orders::inserted_order&& result, base::unix_micros persisted) {
    using what = orders::insert_result;
    switch (result.what) {
        case what::inserted:
        case what::already_there:
            state = job_state::stored;
            order = result.id;
            repeated = result.what == what::already_there;
            deleted = result.deleted;
            steps[step::persisted] = persisted;
            return;
        case what::key_reused:
            state = job_state::reused;
            reason = reason::key_reused;
            return;
        case what::unknown_product:
            return fail(reason::unknown_product, std::string{reason::unknown_product} + ' ' + result.detail,
                        result.detail);
        case what::rejected:
            return fail(reason::rejected, std::string{reason::rejected}, result.detail);
    }
}

void job::fail(std::string_view why, std::string told, std::string details) {
    state = job_state::failed;
    reason = why;
    reason_told = shortened(std::move(told));
    exception = std::move(details);
}

void job::fail_or_retry(const std::string& details) {
    if (source->last_attempt) return fail(reason::processing_failed, std::string{reason::processing_failed}, details);
    state = job_state::again;
    exception = details;
}

orders::new_order job::to_row(base::unix_micros now) const {
    orders::new_order row{.id = event->id,
                          .customer = event->customer,
                          .items = event->items,
                          .print = contracts::fingerprint_of(event->items),
                          .accepted_at = event->accepted_at.value_or(now),
                          .steps = steps};
    row.steps[step::persisted] = now;  // as near as a row can tell its own commit
    return row;
}

orders::failed_order job::to_failure() const {
    orders::failed_order out{
        .id = *known_id, .customer = {}, .items_json = {}, .reason = reason_told, .accepted_at = 0, .steps = steps};
    if (event) {
        out.customer = event->customer;
        out.items_json = contracts::items_json(event->items);
        out.accepted_at = event->accepted_at.value_or(0);
    } else {
        out.customer = salvaged_customer;
    }
    return out;
}

messaging::message job::with_headers(std::string body, const contracts::correlation_id& correlation,
                                     std::string message_id) const {
    messaging::message m;
    m.body = std::move(body);
    m.message_id = std::move(message_id);
    m.correlation_id = correlation.str();
    m.headers.reserve(5);
    for (const auto name : {header::traceparent, header::tracestate})
        if (const auto text = source->content.text(name); !text.empty())
            m.headers.emplace_back(name, std::string{text});
    m.headers.emplace_back(header::baggage, "correlation_id=" + m.correlation_id);
    m.headers.emplace_back(header::correlation_id, m.correlation_id);
    m.headers.emplace_back(header::timeline, contracts::to_header(steps));
    return m;
}

messaging::message job::to_processed(std::string message_id) const {
    return with_headers(contracts::to_json(contracts::order_processed{event->id, order}), event->id,
                        std::move(message_id));
}

messaging::message job::to_failed(std::string message_id) const {
    return with_headers(contracts::to_json(contracts::order_failed{*known_id, reason_told}), *known_id,
                        std::move(message_id));
}

messaging::outcome job::to_outcome() const {
    using messaging::verdict;
    switch (state) {
        case job_state::stored:
            return {verdict::ack, {}, {}};
        case job_state::again:
            return {verdict::retry, {}, exception};
        case job_state::readable:
        case job_state::failed:
        case job_state::reused:
            break;
    }
    return {verdict::dead_letter, reason, exception};
}

}  // namespace order_process
