// Helpers for tests on real sockets: a blocking peer, protocols that do one thing, and ways to wait with a limit.
#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "net/listener.hpp"

namespace net::testing {

// True as soon as `what` is; false after ten seconds.
bool eventually(const std::function<bool()>& what);
// Runs `f` on the loop's thread and waits for it.
void call_on(loop& on, std::function<void()> f);
base::result<std::shared_ptr<connection>> dial(loop& on, connect_options to, std::unique_ptr<protocol> rider);

// A blocking socket to a port on this machine; every call gives up after ten seconds.
class plain_socket {
public:
    explicit plain_socket(std::uint16_t port, const char* address = "127.0.0.1");
    ~plain_socket();
    plain_socket(const plain_socket&) = delete;
    plain_socket& operator=(const plain_socket&) = delete;

    static bool can_connect(std::uint16_t port);
    void write(std::string_view bytes);
    std::size_t write_until_full(std::size_t most);  // until the peer has taken nothing for a while
    std::string read(std::size_t n);
    std::string read_to_end();
    bool is_reset();  // the next read says so
    void shut_writing();
    void reset();  // closes with a reset

private:
    int fd_ = -1;
};

// Remembers what came. The log is read by the test's thread.
class recorder : public protocol {
public:
    class log {
    public:
        std::string text() const;
        std::optional<end_reason> ended() const;
        std::size_t turns() const, most_backlog() const;
        int deadlines() const;
        void add(std::string_view bytes);
        void end(end_reason why);
        void note_backlog(std::size_t n);
        void note_deadline();

    private:
        mutable std::mutex guard_;
        std::string text_;
        std::optional<end_reason> ended_;
        std::size_t turns_ = 0, most_backlog_ = 0;
        int deadlines_ = 0;
    };
    explicit recorder(std::shared_ptr<log> l) : log_{std::move(l)} {}
    void attached(connection& c) override { wire_ = &c; }
    std::size_t absorb(std::string_view bytes) override;
    void on_deadline() override;
    void on_end(end_reason why) override;

protected:
    connection* wire_ = nullptr;
    std::shared_ptr<log> log_;
};

// Factories of server protocols that do one thing each.
struct script {
    using log_ptr = std::shared_ptr<recorder::log>;
    static protocol_factory echo(log_ptr l = std::make_shared<recorder::log>());
    static protocol_factory lines(log_ptr l = std::make_shared<recorder::log>());  // "a\n" → "[a]"
    static protocol_factory flood(std::size_t bytes, log_ptr l);  // sends so much at once, in pieces of 64 KiB
    static protocol_factory goodbye(std::string text);            // after the first bytes: text, then close
    static protocol_factory abort_at_once();
    static protocol_factory answer_after_eof(std::string text);
    static protocol_factory deadline(std::chrono::milliseconds after, log_ptr l);  // sends "!" when it comes
    static protocol_factory switcher();                                            // "switch:" then an echo rides on
};

}  // namespace net::testing
