// A connection on a TCP socket; see net/connection.hpp for what it promises and loop_core.hpp for what it borrows.
#pragma once
#include <functional>

#include "descriptor.hpp"
#include "loop_core.hpp"
#include "net/connection.hpp"
#include "net/protocol.hpp"

namespace net {

class tls_channel;

// What connections of one listener have in common.
struct connection_origin {
    connection_limits limits;
    std::chrono::milliseconds handshake_timeout{10'000};  // TLS
    std::atomic<std::size_t> open{0};
    std::function<void()> on_room;  // called, on any loop, after `open` fell; may be null
};

// The life of one: start → (TLS handshake) → attached → absorb… → closing (outbox leaves) → FIN sent, what still comes is
// thrown away → ended. It owns itself while its socket is open.
class socket_connection final : public connection, public deadline_wheel::entry, public resident, public pollable {
public:
    // `socket` is connected.
    socket_connection(loop_core& home, descriptor socket, std::shared_ptr<connection_origin> origin,
                      std::unique_ptr<protocol> rider);
    ~socket_connection() override;

    // `tls`: null for plain. `ready` is called once: with an empty text when the rider was attached, else with what failed.
    void start(std::unique_ptr<tls_channel> tls, std::function<void(std::string)> ready = {});
    void settle_turn();   // by the loop, at the end of a turn
    void end_for_stop();  // the loop stops
    bool came_by(const connection_origin* o) const noexcept { return origin_.get() == o; }

    loop& home() noexcept override { return home_; }
    const boost::asio::ip::address& peer_address() const noexcept override { return peer_; }
    bool secure() const noexcept override { return tls_ != nullptr; }
    void send(std::string_view bytes) override;
    void send(std::string&& bytes) override;
    void send(shared_bytes bytes) override;
    std::size_t backlog() const noexcept override;
    bool congested() const noexcept override { return congested_; }
    void when_sent(std::function<void()> f) override;
    void pause_reading() override { paused_ = true; }
    void resume_reading() override;
    void set_deadline(std::chrono::steady_clock::time_point at) override;
    void close() override;
    void abort() override;
    void switch_to(std::unique_ptr<protocol> next) override;

private:
    using self_ptr = std::shared_ptr<socket_connection>;
    static constexpr std::size_t kept_leftover = 512;  // capacity that an idle connection may keep

    self_ptr self() { return std::static_pointer_cast<socket_connection>(shared_from_this()); }
    template <class Bytes>
    void queue(Bytes&& bytes);
    template <class F>
    void inside_rider(F f) {
        ++depth_;
        f();
        --depth_;
    }

    bool wants_input() const noexcept;
    void update_interest();
    early_input read_ahead(std::uint32_t events, char* into, std::size_t room) override;
    void on_ready(std::uint32_t events, early_input input) override;
    void after_ready() override;
    void receive();
    void take(std::ptrdiff_t received, std::string_view bytes);
    bool decrypt(std::string_view cipher);
    void absorb(std::string_view bytes);
    void keep(std::string_view rest);
    void replay_leftover();
    void peer_fin();
    void throw_away();
    void attach();
    void take_next();

    void wait_for_room();
    void flush();
    bool flush_plain();
    bool flush_sealed();
    std::ptrdiff_t send_pieces();
    void note_progress(bool progressed);
    void note_room();
    void drop_outbox();

    void settle();
    void settle_soon();
    void on_due() override;
    void reset_wheel();
    void finish_sending();
    void begin_linger();
    void end(end_reason why, bool reset);
    void tell_rider();
    void retire();
    bool may_absorb() const noexcept { return !paused_ && !congested_ && !closing_ && !ended_ && attached_; }

    loop_core& home_;
    descriptor socket_;
    std::shared_ptr<connection_origin> origin_;
    self_ptr keep_alive_;
    std::unique_ptr<protocol> rider_, next_;
    std::unique_ptr<outbox> outbox_;  // null: nothing to send
    std::unique_ptr<tls_channel> tls_;
    std::unique_ptr<std::function<void(std::string)>> ready_;
    std::string leftover_;
    std::chrono::steady_clock::time_point rider_due_ = std::chrono::steady_clock::time_point::max();
    boost::asio::ip::address peer_;
    std::uint32_t interest_ = 0;     // what epoll is asked for
    std::uint32_t thrown_away_ = 0;  // bytes that came after our FIN
    end_reason why_ = end_reason::aborted;
    std::uint8_t depth_ = 0;  // > 0: the rider is being called
    bool attached_ = false;
    bool writing_ = false;    // the kernel is full: EPOLLOUT is awaited
    bool paused_ = false;     // by the rider
    bool congested_ = false;  // the outbox is above its mark
    bool drained_ = false;    // on_drained is owed
    bool replay_ = false;     // the leftover is to be absorbed though nothing new came
    bool in_dirty_ = false;
    bool eof_ = false;      // the peer's FIN was read
    bool closing_ = false;  // nothing more is absorbed; ends when the outbox has left
    bool fin_sent_ = false;
    bool ended_ = false;  // the socket is closed
    bool told_ = false;   // on_end was called
    bool retired_ = false;
};

}  // namespace net
