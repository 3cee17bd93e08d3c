#include "encoding.hpp"

#include <charconv>

namespace workflow::encoding {
namespace {

using contracts::order_state;

std::string_view word(order_state s) noexcept {
    switch (s) {
        case order_state::none:
            return "";
        case order_state::accepted:
            return "ACCEPTED";
        case order_state::processing:
            return "PROCESSING";
        case order_state::failed:
            return "FAILED";
        case order_state::completed:
            return "COMPLETED";
    }
    return "";
}

}  // namespace

std::int64_t number(std::string_view digits) noexcept {
    std::int64_t value = 0;
    const auto [end, ec] = std::from_chars(digits.begin(), digits.end(), value);
    return ec == std::errc{} && end == digits.end() ? value : 0;
}

std::int64_t sequence_of(std::string_view entry) noexcept { return number(entry.substr(0, entry.find('-'))); }

std::string to_text(const status& s) {
    std::string text{word(s.state)};
    if (s.state == order_state::completed) text += '|' + std::to_string(s.order);
    if (s.state == order_state::failed) text += '|' + s.reason;
    return text;
}

status read_status(std::string_view text) {
    const auto bar = text.find('|');
    const auto name = text.substr(0, bar);
    const auto rest = bar == std::string_view::npos ? std::string_view{} : text.substr(bar + 1);
    for (const auto s : {order_state::accepted, order_state::processing, order_state::failed, order_state::completed}) {
        if (name != word(s)) continue;
        status read{.state = s, .order = 0, .reason = {}};
        if (s == order_state::completed) read.order = number(rest);
        if (s == order_state::failed) read.reason = rest;
        return read;
    }
    return {};
}

std::string to_text(const pending_order& p) { return contracts::to_hex(p.print) + ' ' + p.body; }

std::optional<pending_order> read_pending(std::string_view text) {
    const auto blank = text.find(' ');
    if (blank == std::string_view::npos) return std::nullopt;
    const auto print = contracts::read_fingerprint(text.substr(0, blank));
    if (!print) return std::nullopt;
    return pending_order{.print = *print, .body = std::string{text.substr(blank + 1)}};
}

contracts::timeline read_timeline(std::span<const redis::reply> hash) {
    contracts::timeline t;
    for (std::size_t i = 0; i + 1 < hash.size(); i += 2) {
        const auto field = hash[i].text(), value = hash[i + 1].text();
        if (const auto s = contracts::read_step(field))
            t[*s] = number(value);
        else if (field == "attempts")
            t.attempts = static_cast<std::int32_t>(number(value));
        else if (field == "trace")
            t.trace_id = value;
    }
    return t;
}

contracts::notification read_entry(const contracts::user_id& user, std::int64_t sequence, const redis::reply& fields) {
    contracts::notification n;
    n.user = user;
    n.sequence = sequence;
    const auto all = fields.items();
    for (std::size_t i = 0; i + 1 < all.size(); i += 2) {
        const auto field = all[i].text(), value = all[i + 1].text();
        if (field == "id") {
            if (const auto id = contracts::correlation_id::parse(value)) n.id = *id;
        } else if (field == "state") {
            n.state = read_status(value).state;
        } else if (field == "order") {
            n.order = number(value);
        } else if (field == "reason") {
            n.reason = value;
        } else if (field == "steps") {
            n.steps = contracts::read_timeline_row(value);
        } else if (field == "previous") {
            n.previous = number(value);
        }
    }
    return n;
}

}  // namespace workflow::encoding
