// A hub among its servers: what they tell each other through the backplane (specification §9). Safe from any thread.
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "answer_box.hpp"
#include "backplane_payload.hpp"
#include "client_questions.hpp"
#include "local_delivery.hpp"
#include "signalr/backplane.hpp"
#include "signalr/hub.hpp"

namespace signalr {

// What the official server says when nobody has such a connection.
described_error unknown_connection(std::string_view id);

class scale_out : public std::enable_shared_from_this<scale_out> {
public:
    scale_out(std::shared_ptr<backplane> via, std::shared_ptr<local_delivery> local,
              std::shared_ptr<client_questions> questions, base::log_scope log, const hub_options& options);

    void start();
    boost::asio::awaitable<void> close();

    void came(const hub_connection& c, std::function<void()> then);  // `then` on any thread
    void went(const hub_connection& c, const std::vector<std::string>& groups);

    // To every server, this one included: its own clients hear it by way of the backplane, so that all have one order. Where
    // the backplane is away, they hear it at once, and the others never.
    void send(const recipients& to, const outgoing& message);
    void ask(const std::string& connection, std::string_view id, const outgoing& message);
    void abort(const recipients& whom);

    boost::asio::awaitable<void> joined(std::string group);  // done when other servers reach it
    void left(const std::string& group);
    using action = backplane_payload::group_command::action;
    boost::asio::awaitable<void> command(action what, std::string connection, std::string group);

    void read(hub_stats& into) const;

private:
    std::string name_of(std::string_view kind, std::string_view name) const;
    void publish_or_keep(std::string channel, const std::shared_ptr<const std::string>& payload);

    void arrived(std::string_view channel, std::string_view payload);
    void take_invocation(std::string_view kind, std::string_view name, std::string_view payload);
    void take_question(std::string_view connection, const backplane_payload::invocation& v);
    void take_group_command(std::string_view payload);
    void take_ack(std::string_view payload);
    void take_answer(std::string_view payload);
    void take_abort(std::string_view payload);
    void deliver_all(const backplane_payload::invocation& v);
    void deliver(local_index::handles to, const backplane_payload::invocation& v);
    void acknowledge(const std::string& server, std::int32_t id);
    void give_back(std::string_view channel, std::string_view id, const hub_protocol& p,
                   client_questions::outcome what);

    const std::shared_ptr<backplane> via_;
    const std::shared_ptr<local_delivery> local_;
    const std::shared_ptr<client_questions> questions_;
    const base::log_scope log_;
    const std::chrono::milliseconds ack_timeout_, passed_on_limit_;
    const std::size_t max_waiting_;
    const std::string hub_, all_, commands_, acks_, answers_, aborts_;  // channels

    using ack_box = answer_box<bool>;
    std::mutex guard_;
    std::unordered_map<std::int32_t, std::shared_ptr<ack_box>> unacknowledged_;
    std::int32_t last_command_ = 0;

    std::atomic<std::uint64_t> kept_{0}, foreign_{0}, malformed_{0};
};

}  // namespace signalr
