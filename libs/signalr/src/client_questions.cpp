#include "client_questions.hpp"

#include <utility>

namespace signalr {

bool client_questions::put(std::string id, std::string connection, waiter who, steady_time now, steady_time until) {
    std::vector<waiter> old;
    const auto good = [&] {
        const std::scoped_lock lock{guard_};
        old = take_old(now);
        return enter(std::move(id), std::move(connection), std::move(who), until);
    }();
    for (const auto& each : old)
        each({completion_kind::error, encoding::json, "Invocation canceled by the server.", false, false});
    return good;
}

std::vector<client_questions::waiter> client_questions::take_old(steady_time now) {
    std::vector<waiter> old;
    for (; !ageing_.empty() && ageing_.front().first <= now; ageing_.pop_front())
        if (const auto at = questions_.find(ageing_.front().second); at != questions_.end()) old.push_back(take(at));
    // Most are answered long before: they don't wait here for their time.
    if (ageing_.size() > 2 * questions_.size() + 64)
        std::erase_if(ageing_, [&](const auto& aged) { return !questions_.contains(aged.second); });
    return old;
}

// Under the lock, as the next two.
bool client_questions::enter(std::string id, std::string connection, waiter who, steady_time until) {
    if (questions_.size() >= limit_) return false;
    const auto [at, fresh] = questions_.try_emplace(std::move(id));
    if (!fresh) return false;
    asked_of_[connection].push_back(at->first);
    at->second = {std::move(connection), std::move(who)};
    if (until != steady_time::max()) ageing_.emplace_back(until, at->first);
    open_.store(questions_.size(), std::memory_order_relaxed);
    return true;
}

client_questions::waiter client_questions::take(by_name<question>::iterator at) {
    if (const auto asked = asked_of_.find(at->second.connection); asked != asked_of_.end()) {
        std::erase(asked->second, at->first);
        if (asked->second.empty()) asked_of_.erase(asked);
    }
    auto who = std::move(at->second.who);
    questions_.erase(at);
    open_.store(questions_.size(), std::memory_order_relaxed);
    return who;
}

void client_questions::withdraw(std::string_view id) {
    waiter who;  // destroyed without the lock
    const std::scoped_lock lock{guard_};
    if (const auto at = questions_.find(id); at != questions_.end()) who = take(at);
}

bool client_questions::settle(std::string_view id, outcome what) {
    waiter who;
    {
        const std::scoped_lock lock{guard_};
        const auto at = questions_.find(id);
        if (at == questions_.end()) return false;
        who = take(at);
    }
    who(std::move(what));
    return true;
}

answer_fate client_questions::answer(std::string_view connection, encoding e, const incoming& completion) {
    waiter who;
    {
        const std::scoped_lock lock{guard_};
        const auto at = questions_.find(completion.invocation_id);
        if (at == questions_.end()) return answer_fate::unknown;
        if (at->second.connection != connection) return answer_fate::wrong_connection;
        who = take(at);
    }
    const bool failed = completion.outcome == completion_kind::error;
    who({completion.outcome, e, std::string{failed ? completion.error : completion.result}, false, false});
    return answer_fate::taken;
}

void client_questions::connection_gone(std::string_view connection) {
    if (open() == 0) return;
    std::vector<waiter> all;
    {
        const std::scoped_lock lock{guard_};
        const auto asked = asked_of_.find(connection);
        if (asked == asked_of_.end()) return;
        for (const auto ids = asked->second; const auto& id : ids) all.push_back(take(questions_.find(id)));
    }
    for (const auto& who : all) who({completion_kind::error, encoding::json, {}, true, false});
}

}  // namespace signalr
