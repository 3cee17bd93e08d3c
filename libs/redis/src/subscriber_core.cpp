#include "subscriber_core.hpp"

#include "redis/batch.hpp"

namespace redis {

using base::fault_kind;

// --- from any thread -------------------------------------------------------------------------------------------------

void subscriber_core::submit(request r) {
    const bool closing = r.what == request::kind::close;
    if (waiting_.fetch_add(1) >= limits().max_waiting_subscriptions && !closing)
        return settle(std::move(r.who),
                      base::fail(fault_kind::unavailable, "redis: too many subscriptions wait already"));
    if (box_.put(std::move(r))) wake();
}

void subscriber_core::wake() {
    auto later = [self = std::static_pointer_cast<subscriber_core>(shared_from_this())] { self->drain(); };
    home().in_this_thread() ? home().at_turn_end(std::move(later)) : home().post(std::move(later));
}

subscriber_stats subscriber_core::stats() const {
    return {messages_.value(), gaps_.value(), static_cast<std::size_t>(confirmed_gauge_.value()),
            static_cast<std::size_t>(wanted_gauge_.value())};
}

void subscriber_core::settle(waiter_ptr<void> who, base::result<> outcome) {
    if (!who) return;
    waiting_.fetch_sub(1);
    who->done(std::move(outcome));
}

// --- what is wanted --------------------------------------------------------------------------------------------------

void subscriber_core::drain() {
    std::vector<request> taken;
    box_.take(taken);
    for (auto& r : taken) {
        if (r.what == request::kind::close)
            take_close(r);
        else if (is_shut())
            settle(std::move(r.who), base::fail(fault_kind::unavailable, "redis: the subscriber is closed"));
        else
            r.what == request::kind::subscribe ? take_subscribe(r) : take_unsubscribe(r);
    }
    ask_gathered();
}

void subscriber_core::take_subscribe(request& r) {
    if (r.channel.empty() || r.channel.size() > limits().max_channel_name)
        return settle(std::move(r.who), base::fail(fault_kind::invalid, "redis: no name for a channel"));
    if (channels_.contains(r.channel))
        return settle(std::move(r.who), base::fail(fault_kind::conflict, "redis: the channel is subscribed already"));
    if (channels_.size() >= limits().max_channels)
        return settle(std::move(r.who), base::fail(fault_kind::unavailable, "redis: too many channels"));
    const auto id = ++ids_;
    auto handler = std::make_shared<const message_handler>(std::move(r.handler));
    channels_.emplace(r.channel, channel{std::move(handler), id, false, std::move(r.who)});
    wanted_gauge_.set(static_cast<std::int64_t>(channels_.size()));
    patience_.push_back({home().now() + limits().command_timeout, r.channel, id});
    if (wire()) gather(question::kind::subscribe, {std::move(r.channel), id, nullptr});
}

void subscriber_core::take_unsubscribe(request& r) {
    const auto at = channels_.find(r.channel);
    if (at == channels_.end()) return settle(std::move(r.who), {});
    auto left = std::move(at->second);
    channels_.erase(at);
    wanted_gauge_.set(static_cast<std::int64_t>(channels_.size()));
    if (left.confirmed) confirmed_gauge_.set(static_cast<std::int64_t>(--confirmed_count_));
    settle(std::move(left.who), base::fail(fault_kind::unavailable, "redis: unsubscribed meanwhile"));
    if (!wire()) return settle(std::move(r.who), {});
    gather(question::kind::unsubscribe, {std::move(r.channel), left.id, std::move(r.who)});
}

void subscriber_core::take_close(request& r) {
    abandon();
    settle(std::move(r.who), {});
}

// --- asking ----------------------------------------------------------------------------------------------------------

// Neighbours of one kind share a command, and their order stays.
void subscriber_core::gather(question::kind what, asked_channel c) {
    if (what != gathering_ || gathered_.size() >= channels_per_command) ask_gathered();
    gathering_ = what;
    gathered_.push_back(std::move(c));
}

void subscriber_core::ask_gathered() {
    if (!gathered_.empty()) ask(gathering_, std::exchange(gathered_, {}));
}

void subscriber_core::ask(question::kind what, std::vector<asked_channel> channels) {
    std::string bytes;
    append_array_head(bytes, 1 + channels.size());
    append_argument(bytes, what == question::kind::subscribe     ? std::string_view{"SUBSCRIBE"}
                           : what == question::kind::unsubscribe ? std::string_view{"UNSUBSCRIBE"}
                                                                 : std::string_view{"PING"});
    for (const auto& c : channels) append_argument(bytes, std::string_view{c.name});
    questions_.push_back({what, std::move(channels), 0, home().now(), ++numbers_});
    if (wire()) wire()->send(std::move(bytes));
}

void subscriber_core::send_ping() { ask(question::kind::ping, {}); }

std::optional<base::steady_time> subscriber_core::unanswered_since() const {
    if (questions_.empty()) return std::nullopt;
    return questions_.front().sent_at;
}

// --- hearing ---------------------------------------------------------------------------------------------------------

void subscriber_core::on_reply(reply r) {
    const auto items = r.items();
    const auto what = items.empty() ? r.text() : items[0].text();
    if (items.size() == 3 && what == "message") return deliver(items[1].text(), items[2].text());
    if (questions_.empty()) return drop("the server answered what nobody asked");
    if (r.is_error()) return refused(r);
    if (items.size() == 3 && what == "subscribe") return confirmation(question::kind::subscribe, items[1].text());
    if (items.size() == 3 && what == "unsubscribe") return confirmation(question::kind::unsubscribe, items[1].text());
    const bool pong = r.is_status("PONG") || (items.size() == 2 && what == "pong");
    if (!pong || questions_.front().what != question::kind::ping) return drop("the server sent what is not expected");
    answered_all();
}

void subscriber_core::deliver(std::string_view name, std::string_view payload) {
    const auto at = channels_.find(name);
    if (at == channels_.end()) return;  // left a moment ago
    messages_.add();
    const auto handler = at->second.handler;  // it may end the subscriber
    if (*handler && !silent_.load(std::memory_order_relaxed)) (*handler)(name, payload);
}

void subscriber_core::confirmation(question::kind what, std::string_view name) {
    auto& q = questions_.front();
    if (q.what != what || q.channels[q.answered].name != name) return drop("the server confirmed what was not asked");
    auto& c = q.channels[q.answered++];
    what == question::kind::subscribe ? confirmed(c) : settle(std::move(c.who), {});
    if (q.answered == q.channels.size()) answered_all();
}

void subscriber_core::confirmed(const asked_channel& c) {
    auto* known = find(c.name, c.id);
    if (!known || known->confirmed) return;
    known->confirmed = true;
    confirmed_gauge_.set(static_cast<std::int64_t>(++confirmed_count_));
    settle(std::move(known->who), {});
}

// One error for a whole command: if it had many channels each is asked alone, to learn which are meant.
void subscriber_core::refused(const reply& error) {
    auto q = std::move(questions_.front());
    questions_.pop_front();
    const auto why = error.as_fault();
    const bool alone = q.channels.size() == 1;
    for (auto& c : q.channels) {
        if (alone && q.what == question::kind::subscribe) {
            not_allowed(c, why);
        } else if (alone) {
            settle(std::move(c.who), std::unexpected(why));
        } else {
            std::vector<asked_channel> one;
            one.push_back(std::move(c));
            ask(q.what, std::move(one));
        }
    }
    if (!alone && !q.channels.empty() && q.number <= restored_with_) restored_with_ = numbers_;
    if (q.number == restored_with_) report_gap();
}

void subscriber_core::not_allowed(const asked_channel& c, const base::fault& why) {
    auto* known = find(c.name, c.id);
    if (!known) return;
    around().log.warn("redis: a channel was refused", {{"channel", c.name}, {"why", why.message}});
    if (!known->who) {
        ++refused_count_;  // it was allowed once: tried again with the next connection
        return;
    }
    auto who = std::move(known->who);
    channels_.erase(c.name);
    wanted_gauge_.set(static_cast<std::int64_t>(channels_.size()));
    settle(std::move(who), std::unexpected(why));
}

void subscriber_core::answered_all() {
    const auto number = questions_.front().number;
    questions_.pop_front();
    if (number == restored_with_) report_gap();
}

subscriber_core::channel* subscriber_core::find(const std::string& name, std::uint64_t id) {
    const auto at = channels_.find(name);
    return at != channels_.end() && at->second.id == id ? &at->second : nullptr;
}

// --- losing and restoring --------------------------------------------------------------------------------------------

void subscriber_core::on_up() {
    refused_count_ = 0;
    for (const auto& [name, c] : channels_) gather(question::kind::subscribe, {name, c.id, nullptr});
    ask_gathered();
    restored_with_ = numbers_;
    if (channels_.empty()) lost_at_.reset();
    tell_link(true);
}

void subscriber_core::on_down(const std::string&) {
    if (confirmed_count_ > 0 && !lost_at_) lost_at_ = around().clock->now();
    confirmed_count_ = 0;
    confirmed_gauge_.set(0);
    for (auto& [name, c] : channels_) c.confirmed = false;
    for (auto& q : std::exchange(questions_, {}))  // what was to be left is left
        for (auto& c : q.channels) settle(std::move(c.who), {});
    tell_link(false);
}

// Copied first: whoever is told may end the subscriber.
void subscriber_core::tell_link(bool connected) {
    const auto tell = events_.on_link;
    if (tell && !silent_.load(std::memory_order_relaxed)) tell(connected);
}

void subscriber_core::report_gap() {
    if (!lost_at_) return;
    const gap g{*std::exchange(lost_at_, std::nullopt), around().clock->now(), confirmed_count_, refused_count_};
    gaps_.add();
    around().log.warn("redis: messages may have been missed", {{"channels", std::to_string(g.channels)}});
    const auto tell = events_.on_gap;
    if (tell && !silent_.load(std::memory_order_relaxed)) tell(g);
}

void subscriber_core::on_tick() {
    time_out();
    // Confirmations come in order behind at most what is in the pipe: so late, they won't come any more.
    const auto late = 2 * limits().command_timeout;
    if (wire() && !questions_.empty() && home().now() - questions_.front().sent_at >= late)
        drop("the server does not confirm");
}

void subscriber_core::time_out() {
    while (!patience_.empty() && patience_.front().due <= home().now()) {
        const auto p = std::move(patience_.front());
        patience_.pop_front();
        auto* known = find(p.name, p.id);
        if (!known || !known->who) continue;
        auto who = std::move(known->who);
        channels_.erase(p.name);
        wanted_gauge_.set(static_cast<std::int64_t>(channels_.size()));
        if (wire()) gather(question::kind::unsubscribe, {p.name, p.id, nullptr});
        settle(std::move(who), wire() ? base::fail(fault_kind::timeout, "redis: no confirmation in time")
                                      : base::fail(fault_kind::unavailable, "redis: not connected: " + last_error()));
    }
    ask_gathered();
}

void subscriber_core::abandon() {
    silent_ = true;
    events_ = {};
    shut("the subscriber was closed");
    auto left = std::exchange(channels_, {});
    wanted_gauge_.set(0);
    for (auto& [name, c] : left)
        settle(std::move(c.who), base::fail(fault_kind::unavailable, "redis: the subscriber was closed"));
    drain();
}

}  // namespace redis
