// One client of a hub: handshake, calls, pings, and the one Close. Lives on its transport's loop.
#pragma once
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connection_id.hpp"
#include "hub_core.hpp"
#include "hub_protocol.hpp"
#include "loop_room.hpp"
#include "outgoing.hpp"
#include "transport.hpp"

namespace signalr {

class call;

// Loop thread only, but for what is marked.
class hub_connection final : public transport_user, public timed, public std::enable_shared_from_this<hub_connection> {
public:
    hub_connection(std::shared_ptr<hub_core> core, principal who, connection_id id, std::optional<connection_id> token,
                   transport& via);
    ~hub_connection() override;

    // Fixed once it is in the index; then safe from any thread.
    const connection_id& id() const noexcept { return id_; }
    const std::optional<std::string>& user() const noexcept { return who_.user; }
    const hub_protocol& protocol() const noexcept { return *protocol_; }
    loop_room& room() const noexcept { return *room_; }

    // Any thread: a message for this connection could not even be queued.
    void mark_lost() noexcept { lost_.store(true, std::memory_order_relaxed); }
    bool lost() const noexcept { return lost_.load(std::memory_order_relaxed); }

    void deliver(const outgoing& message);
    void close_as_slow();
    void go_away();       // the server stops
    void abort_by_hub();  // a method asked for it

    void opened() override;
    void received(std::string_view bytes) override;
    void drained() override { go_on(); }
    void peer_closed() override;
    void gone() override;
    steady_time on_time(steady_time now) override;

    const hub_core& core() const noexcept { return *core_; }
    const base::log_scope& log() const noexcept { return log_; }
    // A call has ended: its answer (framed; empty: none).
    void finished(call& c, std::string answer);
    void unserializable(call& c);

    std::size_t place_in_room = 0;

private:
    enum class state : unsigned char { handshaking, connecting, open, ended };
    struct last_words {
        std::string_view error;
        bool allow_reconnect = false;
    };

    // Input
    std::size_t consume(std::string_view bytes);
    std::size_t take_handshake(std::string_view bytes);
    std::size_t take_message(std::string_view bytes);
    bool ready() const noexcept;
    void block();
    void go_on();
    void shake_hands(std::string_view request);
    void refuse_handshake(std::string_view error);
    void take(std::string_view framed);
    void take_ping();
    void invoke(const incoming& message);
    std::string why_not(const incoming& message, std::string_view name) const;

    // Output
    void send(std::string_view message);
    void complete_with_error(std::string_view invocation_id, std::string_view error);

    // Life
    void connect();
    void hook_done(std::exception_ptr trouble);
    void run_disconnect_hook();
    void broken(std::string_view detail);  // the client broke the protocol, or fell silent
    void end(std::optional<last_words> words, std::uint16_t websocket_code = 1000);
    void leave();
    steady_time next_check(steady_time now) const;
    bool silent(steady_time now) const;
    bool expired() const;

    std::shared_ptr<hub_core> core_;
    std::shared_ptr<loop_room> room_;
    transport* transport_;
    const hub_protocol* protocol_;
    principal who_;
    base::log_scope log_;
    std::string input_;                         // of a message that is not whole, or that waits for a free slot
    std::vector<std::shared_ptr<call>> calls_;  // running
    steady_time opened_at_, last_ping_, last_heard_;
    std::size_t seen_ = 0;  // bytes of input_ that hold no separator
    connection_id id_;
    std::optional<connection_id> token_;
    std::atomic<bool> lost_{false};
    state state_ = state::handshaking;
    bool consuming_ = false;
    bool blocked_ = false;  // reading is paused until a slot or room is free
    bool heard_ = false;    // anything since the handshake
    bool pinged_ = false;   // the client timeout runs
    bool hooked_ = false;   // the connect hook has succeeded: the disconnect hook is owed
    bool hooking_ = false;  // the connect hook runs
    bool in_index_ = false;
};

}  // namespace signalr
