// One client of a hub: handshake, calls, streams, pings, and the one Close. Lives on its transport's loop.
#pragma once
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "connection_id.hpp"
#include "connection_work.hpp"
#include "hub_core.hpp"
#include "hub_protocol.hpp"
#include "loop_room.hpp"
#include "outgoing.hpp"
#include "transport.hpp"

namespace signalr {

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
    void go_away();       // the server stops; methods that run may end first
    void abort_by_hub();  // a method asked for it

    void opened() override;
    void received(std::string_view bytes) override;
    void drained() override;
    void peer_closed() override;
    void terminated() override;
    bool admits(const principal& who) override;
    void resumed() override;
    void gone() override;
    steady_time on_time(steady_time now) override;

    hub_core& core() const noexcept { return *core_; }
    base::log_scope log() const { return core_->log.with("ConnectionId", id_.text()); }
    connection_work& busy();  // makes it
    std::string_view parting_error() const noexcept {
        return work_ ? std::string_view{work_->parting_error} : std::string_view{};
    }

    // What calls and streams of this connection say and ask. Nothing is sent once it has ended.
    void answer(std::string_view message);
    void complete_with_error(std::string_view invocation_id, std::string_view error);
    void unwritable();  // a result can't be written: that ends the connection
    bool has_room() const noexcept;
    void began(running_call& c, bool takes_slot);
    void ended(running_call& c);
    void slot_is_free();
    void began(std::shared_ptr<stream_call> s);
    void ended(stream_call& s);
    void open_upload(std::string_view stream_id, std::shared_ptr<detail::upload_port> port, const call& by);
    void close_uploads(const call& by);

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
    bool slots_full() const noexcept;
    void block();
    void go_on();
    void shake_hands(std::string_view request);
    void refuse_handshake(std::string_view error);
    void take(std::string_view framed);
    void take_ping();
    void take_close(const incoming& message);
    void take_item(const incoming& message);
    void take_completion(const incoming& message);
    void take_answer(const incoming& message);
    void cancel_stream(std::string_view invocation_id);
    void invoke(const incoming& message);
    bool refused(const incoming& message, const hub_method* method);
    void run(const incoming& message, const hub_method& method);
    void open_stream(const incoming& message, const hub_method& method);
    template <class Which>
    void close_uploads(Which which);

    // Output
    void send(std::string_view message) { transport_->send(message, protocol_->binary()); }
    void send_counted(std::string_view message) { transport_->send_counted(message, protocol_->binary()); }

    // Life
    void connect();
    void hook_done(std::exception_ptr trouble);
    void run_disconnect_hook();
    void broken(std::string_view detail);  // the client broke the protocol, or fell silent
    void part(std::string error);
    void end(std::optional<last_words> words, std::uint16_t websocket_code = 1000);
    void leave();
    void cancel_work();
    bool leaving() const noexcept { return work_ && work_->leave_by != steady_time::max(); }
    steady_time next_check(steady_time now) const;
    bool silent(steady_time now) const;
    bool expired() const;

    std::shared_ptr<hub_core> core_;
    loop_room* room_;  // the core keeps it
    transport* transport_;
    const hub_protocol* protocol_;
    principal who_;
    steady_time opened_at_, last_ping_, last_heard_;
    std::uint32_t seen_ = 0;   // bytes of the input that hold no separator
    std::uint32_t slots_ = 0;  // taken, of maximum_parallel_invocations
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
    std::unique_ptr<connection_work> work_;  // goes first: what it holds knows the connection
};

// The budget: with its socket, WebSocket, entry in the index and user an idle client is to have about 1 KB.
static_assert(sizeof(hub_connection) <= 256);

}  // namespace signalr
