// How clients are reached: all, by connection, user, group; in this process, or through a backplane on all servers of the hub.
// Safe from any thread.
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "client_questions.hpp"
#include "local_delivery.hpp"
#include "signalr/hub.hpp"

namespace signalr {

class scale_out;

class lifetime_manager final : public hub_clients, public hub_groups {
public:
    lifetime_manager(const base::log_scope& log, const hub_options& options);
    ~lifetime_manager() override;

    bool among_servers() const noexcept { return others_ != nullptr; }
    void connect_servers(std::shared_ptr<backplane> through);  // once, before the first connection

    // On the connection's loop, once each. Its id, user and protocol do not change in between. `then`: the other servers can reach
    // it, or that would take too long to wait for; on its loop, at once where there are no other servers.
    void add(const std::shared_ptr<hub_connection>& c, std::function<void()> then);
    void remove(const hub_connection& c);
    // A client's message of type 3 that belongs to none of its uploads.
    answer_fate answered(const hub_connection& by, const incoming& completion);

    void send(const recipients& to, std::string_view target, const arguments& what) override;
    boost::asio::awaitable<client_answer> ask(std::string connection_id, std::string target, const arguments& what,
                                              std::chrono::milliseconds limit) override;

    boost::asio::awaitable<void> add(std::string connection_id, std::string group) override;
    boost::asio::awaitable<void> remove(std::string connection_id, std::string group) override;

    void abort(const recipients& whom);    // users or connections, wherever they are
    boost::asio::awaitable<void> close();  // leaves the other servers

    local_delivery& local() noexcept { return *local_; }
    std::shared_ptr<loop_room> room_of(net::loop& home) { return local_->room_of(home); }
    std::uint64_t serializations() const noexcept { return serializations_.load(std::memory_order_relaxed); }
    std::size_t open_questions() const noexcept { return questions_->open(); }
    void read(hub_stats& into) const;

private:
    std::shared_ptr<outgoing> serialize(std::string_view id, std::string_view target, const arguments& what,
                                        unsigned protocols);
    void send_here(const recipients& to, std::string_view target, const arguments& what);
    std::string question_id();
    void put_question(const std::string& connection_id, std::string_view id, std::string_view target,
                      const arguments& what);

    const base::log_scope log_;
    const hub_options& options_;
    const std::shared_ptr<local_delivery> local_;
    const std::shared_ptr<client_questions> questions_;
    std::shared_ptr<scale_out> others_;  // null: there are none
    std::atomic<std::uint64_t> serializations_{0}, last_question_{0};
};

}  // namespace signalr
