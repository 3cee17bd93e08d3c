#include "lifetime_manager.hpp"

#include <bit>

#include "answer_box.hpp"
#include "hub_connection.hpp"
#include "random_id.hpp"
#include "scale_out.hpp"

namespace signalr {

namespace asio = boost::asio;

lifetime_manager::lifetime_manager(const base::log_scope& log, const hub_options& options)
    : log_{log},
      options_{options},
      local_{std::make_shared<local_delivery>(options.loop_mailbox)},
      questions_{std::make_shared<client_questions>(options.max_open_questions)} {}

lifetime_manager::~lifetime_manager() = default;

void lifetime_manager::connect_servers(std::shared_ptr<backplane> through) {
    others_ = std::make_shared<scale_out>(std::move(through), local_, questions_, log_, options_);
    others_->start();
}

void lifetime_manager::add(const std::shared_ptr<hub_connection>& c, std::function<void()> then) {
    local_->index.add(c);
    if (!others_) return then();
    others_->came(*c, [c, then = std::move(then)]() mutable { c->room().home().post(std::move(then)); });
}

void lifetime_manager::remove(const hub_connection& c) {
    const auto groups = local_->index.remove(c);
    questions_->connection_gone(c.id().text());
    if (others_) others_->went(c, groups);
}

// --- sending

std::shared_ptr<outgoing> lifetime_manager::serialize(std::string_view id, std::string_view target,
                                                      const arguments& what, unsigned protocols) {
    auto made = std::make_shared<outgoing>(id, target, what, protocols, options_.protocols.json_names);
    const unsigned written = made->forms();
    serializations_.fetch_add(static_cast<unsigned>(std::popcount(written)), std::memory_order_relaxed);
    if (written != protocols)
        log_.error("a message can't be written as its clients would read it", {{"Target", target}});
    return written ? made : nullptr;
}

void lifetime_manager::send(const recipients& to, std::string_view target, const arguments& what) {
    const bool one_here =
        to.what == recipients::kind::connections && to.names.size() == 1 && local_->index.has(to.names[0]);
    if (!others_ || one_here) return send_here(to, target, what);
    if (const auto message = serialize({}, target, what, offered(options_.protocols))) others_->send(to, *message);
}

void lifetime_manager::send_here(const recipients& to, std::string_view target, const arguments& what) {
    if (to.what == recipients::kind::all) {
        const unsigned protocols = local_->index.protocols();
        const auto message = protocols ? serialize({}, target, what, protocols) : nullptr;
        if (!message) return;
        message->leave_out(to.except);
        return local_->to_all(message);
    }
    auto found = local_->collect(to);
    if (found.empty()) return;
    if (const auto message = serialize({}, target, what, local_delivery::protocols_of(found)))
        local_delivery::to(std::move(found), message);
}

// --- questions

answer_fate lifetime_manager::answered(const hub_connection& by, const incoming& completion) {
    return questions_->answer(by.id().text(), by.protocol().encoding(), completion);
}

std::string lifetime_manager::question_id() {
    if (others_) return random_id(options_.ids ? *options_.ids : base::system_ids());
    return "s" + std::to_string(last_question_.fetch_add(1, std::memory_order_relaxed) + 1);
}

void lifetime_manager::put_question(const std::string& connection_id, std::string_view id, std::string_view target,
                                    const arguments& what) {
    auto here = local_->index.find(connection_id);
    if (!here && !others_) throw unknown_connection(connection_id);
    const unsigned protocols = here ? 1U << here->protocol().index() : offered(options_.protocols);
    const auto message = serialize(id, target, what, protocols);
    if (!message) throw hub_exception{"The question can't be written as the client would read it."};
    if (!here) return others_->ask(connection_id, id, *message);
    loop_room& room = here->room();
    room.deliver(std::move(here), message);
}

asio::awaitable<client_answer> lifetime_manager::ask(std::string connection_id, std::string target,
                                                     const arguments& what, std::chrono::milliseconds limit) {
    const auto box = std::make_shared<answer_box<client_questions::outcome>>();
    const std::string id = question_id();
    // First of all: the answer may be here before put_question() returns.
    if (!questions_->put(
            id, connection_id, [box](client_questions::outcome o) { box->put(std::move(o)); },
            std::chrono::steady_clock::now(), client_questions::steady_time::max()))
        throw hub_exception{"Too many questions to clients are open."};
    // However this ends, nobody waits any more.
    const struct withdrawal {
        std::shared_ptr<client_questions> from;  // the hub may be gone by then
        const std::string& id;
        ~withdrawal() { from->withdraw(id); }
    } at_the_end{questions_, id};
    put_question(connection_id, id, target, what);

    auto got = co_await box->take(limit.count() > 0 ? limit : options_.client_result_timeout);
    if (!got) throw hub_exception{"Invocation canceled by the server."};
    if (got->gone) throw hub_exception{"Connection '" + connection_id + "' disconnected."};
    if (got->unknown) throw unknown_connection(connection_id);
    if (got->kind == completion_kind::error) throw hub_exception{got->text};
    if (got->kind == completion_kind::nothing)
        throw hub_exception{"Exception of type 'Microsoft.AspNetCore.SignalR.HubException' was thrown."};
    co_return client_answer{got->written_in, std::move(got->text)};
}

// --- groups

asio::awaitable<void> lifetime_manager::add(std::string connection_id, std::string group) {
    const auto change = local_->index.join(connection_id, group);
    if (!others_ || change == local_index::change::none) co_return;
    if (change == local_index::change::done) co_return co_await others_->joined(std::move(group));
    co_await others_->command(backplane_payload::group_command::action::add, std::move(connection_id),
                              std::move(group));
}

asio::awaitable<void> lifetime_manager::remove(std::string connection_id, std::string group) {
    const auto change = local_->index.leave(connection_id, group);
    if (!others_ || change == local_index::change::none) co_return;
    if (change == local_index::change::done) co_return others_->left(group);
    co_await others_->command(backplane_payload::group_command::action::remove, std::move(connection_id),
                              std::move(group));
}

// --- the rest

void lifetime_manager::abort(const recipients& whom) {
    if (others_) return others_->abort(whom);
    local_delivery::abort(local_->collect(whom));
}

asio::awaitable<void> lifetime_manager::close() {
    if (const auto others = others_) co_await others->close();
}

void lifetime_manager::read(hub_stats& into) const {
    into.connections = local_->index.connections();
    into.users = local_->index.users();
    into.groups = local_->index.groups();
    into.serializations = serializations();
    into.open_questions = static_cast<std::int64_t>(questions_->open());
    for (const auto& room : local_->rooms()) {
        into.messages_out += room->messages_out();
        into.slow_closed += room->slow_closed();
    }
    if (others_) others_->read(into);
}

}  // namespace signalr
