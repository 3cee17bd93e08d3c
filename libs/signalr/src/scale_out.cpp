#include "scale_out.hpp"

#include "hub_connection.hpp"

namespace signalr {

namespace asio = boost::asio;

described_error unknown_connection(std::string_view id) {
    return {"IOException", "Connection '" + std::string{id} + "' does not exist."};
}

scale_out::scale_out(std::shared_ptr<backplane> via, std::shared_ptr<local_delivery> local,
                     std::shared_ptr<client_questions> questions, base::log_scope log, const hub_options& options)
    : via_{std::move(via)},
      local_{std::move(local)},
      questions_{std::move(questions)},
      log_{std::move(log)},
      ack_timeout_{options.group_ack_timeout},
      passed_on_limit_{options.passed_on_question_limit},
      max_waiting_{options.max_open_questions},
      hub_{via_->hub_name()},
      all_{hub_ + ":all"},
      commands_{hub_ + ":internal:groups"},
      acks_{hub_ + ":internal:ack:" + via_->server_name()},
      answers_{hub_ + ":internal:return:" + via_->server_name()},
      aborts_{hub_ + ":contoso:abort"} {}

std::string scale_out::name_of(std::string_view kind, std::string_view name) const {
    std::string out;
    out.reserve(hub_.size() + kind.size() + name.size() + 2);
    return out.append(hub_).append(":").append(kind).append(":").append(name);
}

void scale_out::start() {
    via_->start({[weak = weak_from_this()](std::string_view channel, std::string_view payload) {
        if (const auto self = weak.lock()) self->arrived(channel, payload);
    }});
    for (const auto& channel : {all_, commands_, acks_, answers_, aborts_}) via_->subscribe(channel, nullptr);
}

asio::awaitable<void> scale_out::close() {
    for (const auto& channel : {all_, commands_, acks_, answers_, aborts_}) via_->unsubscribe(channel);
    co_await via_->close();
}

// --- who is here

void scale_out::came(const hub_connection& c, std::function<void()> then) {
    if (!c.user()) return via_->subscribe(name_of("connection", c.id().text()), std::move(then));
    const auto both = std::make_shared<std::atomic<int>>(2);
    const auto one = [both, then = std::move(then)] {
        if (both->fetch_sub(1) == 1) then();
    };
    via_->subscribe(name_of("connection", c.id().text()), one);
    via_->subscribe(name_of("user", *c.user()), one);
}

void scale_out::went(const hub_connection& c, const std::vector<std::string>& groups) {
    via_->unsubscribe(name_of("connection", c.id().text()));
    for (const auto& group : groups) left(group);
    if (c.user()) via_->unsubscribe(name_of("user", *c.user()));
}

asio::awaitable<void> scale_out::joined(std::string group) {
    const auto box = std::make_shared<ack_box>();
    via_->subscribe(name_of("group", group), [box] { box->put(true); });
    co_await box->take(ack_timeout_);
}

void scale_out::left(const std::string& group) { via_->unsubscribe(name_of("group", group)); }

// --- what this server says

void scale_out::publish_or_keep(std::string channel, const std::shared_ptr<const std::string>& payload) {
    const std::string& to = channel;
    // Not when the outcome is unknown: then the clients here may have heard it, and twice is worse than not at all.
    via_->publish(to, *payload, [weak = weak_from_this(), channel, payload](const base::result<std::int64_t>& heard) {
        const auto self = weak.lock();
        if (!self || heard || heard.error().kind != base::fault_kind::unavailable) return;
        self->kept_.fetch_add(1, std::memory_order_relaxed);
        self->arrived(channel, *payload);
    });
}

void scale_out::send(const recipients& to, const outgoing& message) {
    const auto payload = std::make_shared<const std::string>(
        backplane_payload::write({{to.except.begin(), to.except.end()}, message.unframed(), {}, {}}));
    if (to.what == recipients::kind::all) return publish_or_keep(all_, payload);
    const std::string_view kind = to.what == recipients::kind::users    ? "user"
                                  : to.what == recipients::kind::groups ? "group"
                                                                        : "connection";
    for (const auto name : to.names)
        if (!name.empty()) publish_or_keep(name_of(kind, name), payload);
}

void scale_out::ask(const std::string& connection, std::string_view id, const outgoing& message) {
    const auto payload = backplane_payload::write({{}, message.unframed(), id, answers_});
    via_->publish(name_of("connection", connection), payload,
                  [questions = questions_, id = std::string{id}](const base::result<std::int64_t>& heard) {
                      if (heard && *heard > 0) return;
                      client_questions::outcome none;
                      none.unknown = heard.has_value();
                      if (!heard) none.text = "The question could not be sent to the other servers.";
                      questions->settle(id, std::move(none));
                  });
}

void scale_out::abort(const recipients& whom) {
    using target = backplane_payload::abort_command::target;
    const bool users = whom.what == recipients::kind::users;
    for (const auto name : whom.names) {
        const backplane_payload::abort_command command{users ? target::user : target::connection, name};
        publish_or_keep(aborts_, std::make_shared<const std::string>(backplane_payload::write(command)));
    }
}

asio::awaitable<void> scale_out::command(action what, std::string connection, std::string group) {
    const auto box = std::make_shared<ack_box>();
    std::int32_t id = 0;
    {
        const std::scoped_lock lock{guard_};
        if (unacknowledged_.size() >= max_waiting_)
            throw hub_exception{"Too many group changes are waiting for other servers."};
        last_command_ = last_command_ == std::numeric_limits<std::int32_t>::max() ? 1 : last_command_ + 1;
        id = last_command_;
        unacknowledged_[id] = box;
    }
    const struct withdrawal {
        std::shared_ptr<scale_out> from;
        std::int32_t id;
        ~withdrawal() {
            const std::scoped_lock lock{from->guard_};
            from->unacknowledged_.erase(id);
        }
    } at_the_end{shared_from_this(), id};
    const auto payload = backplane_payload::write({id, via_->server_name(), what, group, connection});
    via_->publish(commands_, payload, [box](const base::result<std::int64_t>& heard) {
        if (!heard && heard.error().kind == base::fault_kind::unavailable) box->put(false);
    });
    const auto done = co_await box->take(ack_timeout_);
    if (!done) throw described_error{"TaskCanceledException", "A task was canceled."};
    if (!*done) throw described_error{"IOException", "The group change could not be sent to the other servers."};
}

void scale_out::acknowledge(const std::string& server, std::int32_t id) {
    via_->publish(hub_ + ":internal:ack:" + server, backplane_payload::write_ack(id), nullptr);
}

void scale_out::give_back(std::string_view channel, std::string_view id, const hub_protocol& p,
                          client_questions::outcome what) {
    std::string message;
    if (what.gone) {
        p.write_error(message, id, "Connection disconnected.");
    } else if (what.kind == completion_kind::error) {
        p.write_error(message, id, what.text);
    } else if (what.kind == completion_kind::nothing) {
        p.write_void(message, id);
    } else {
        const auto place = p.open_result(message, id);
        const auto untouched = p.writer(message);
        message += what.text;  // as the client wrote it, which is in this protocol
        p.close_message(message, place, untouched);
    }
    via_->publish(channel, backplane_payload::write({p.name(), message}), nullptr);
}

void scale_out::read(hub_stats& into) const {
    into.backplane = via_->state();
    into.kept_local = kept_.load(std::memory_order_relaxed);
    into.foreign_protocol = foreign_.load(std::memory_order_relaxed);
    into.malformed_payloads = malformed_.load(std::memory_order_relaxed);
}

}  // namespace signalr
