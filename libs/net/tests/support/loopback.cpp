#include "loopback.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>
#include <stdexcept>
#include <thread>

namespace net::testing {

using namespace std::chrono_literals;

bool eventually(const std::function<bool()>& what) {
    for (int i = 0; i < 5'000; ++i) {
        if (what()) return true;
        std::this_thread::sleep_for(2ms);
    }
    return what();
}

void call_on(loop& on, std::function<void()> f) {
    std::promise<void> done;
    on.post([&] {
        f();
        done.set_value();
    });
    done.get_future().wait();
}

base::result<std::shared_ptr<connection>> dial(loop& on, connect_options to, std::unique_ptr<protocol> rider) {
    using made_type = base::result<std::shared_ptr<connection>>;
    std::promise<made_type> done;
    auto kept = std::make_shared<std::unique_ptr<protocol>>(std::move(rider));
    boost::asio::co_spawn(
        on.context(),
        [&on, to, kept]() -> base::task<std::shared_ptr<connection>> { return connect(on, to, std::move(*kept)); },
        [&](std::exception_ptr failed, made_type made) {
            done.set_value(failed ? made_type{base::fail(base::fault_kind::internal, "exception")} : std::move(made));
        });
    return done.get_future().get();
}

// --- plain_socket ----------------------------------------------------------------------------------------------------

namespace {

int connect_to(std::uint16_t port, const char* address) {
    const bool six = std::string_view{address}.find(':') != std::string_view::npos;
    const int fd = ::socket(six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    timeval limit{10, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    sockaddr_storage where{};
    socklen_t size = 0;
    if (six) {
        auto& in6 = reinterpret_cast<sockaddr_in6&>(where);
        in6.sin6_family = AF_INET6;
        in6.sin6_port = htons(port);
        ::inet_pton(AF_INET6, address, &in6.sin6_addr);
        size = sizeof in6;
    } else {
        auto& in = reinterpret_cast<sockaddr_in&>(where);
        in.sin_family = AF_INET;
        in.sin_port = htons(port);
        ::inet_pton(AF_INET, address, &in.sin_addr);
        size = sizeof in;
    }
    if (::connect(fd, reinterpret_cast<sockaddr*>(&where), size) == 0) return fd;
    ::close(fd);
    return -1;
}

}  // namespace

plain_socket::plain_socket(std::uint16_t port, const char* address) : fd_{connect_to(port, address)} {
    if (fd_ < 0) throw std::runtime_error{"cannot connect"};
}

plain_socket::~plain_socket() {
    if (fd_ >= 0) ::close(fd_);
}

bool plain_socket::can_connect(std::uint16_t port) {
    const int fd = connect_to(port, "127.0.0.1");
    if (fd >= 0) ::close(fd);
    return fd >= 0;
}

void plain_socket::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
}

std::size_t plain_socket::write_until_full(std::size_t most) {
    const std::string piece(64 * 1024, 'f');
    std::size_t taken = 0;
    while (taken < most) {
        pollfd room{fd_, POLLOUT, 0};
        if (::poll(&room, 1, 500) <= 0) break;
        const auto n = ::send(fd_, piece.data(), piece.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n > 0) taken += static_cast<std::size_t>(n);
        if (n < 0 && errno != EAGAIN) break;
    }
    return taken;
}

std::string plain_socket::read(std::size_t n) {
    std::string got(n, '\0');
    std::size_t have = 0;
    while (have < n) {
        const auto r = ::recv(fd_, got.data() + have, n - have, 0);
        if (r <= 0) break;
        have += static_cast<std::size_t>(r);
    }
    got.resize(have);
    return got;
}

std::string plain_socket::read_to_end() { return read(16 * 1024 * 1024); }

bool plain_socket::is_reset() {
    char byte = 0;
    return ::recv(fd_, &byte, 1, 0) < 0 && errno == ECONNRESET;
}

void plain_socket::shut_writing() { ::shutdown(fd_, SHUT_WR); }

void plain_socket::reset() {
    const linger now{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    ::close(std::exchange(fd_, -1));
}

// --- recorder --------------------------------------------------------------------------------------------------------

std::string recorder::log::text() const { return std::lock_guard{guard_}, text_; }
std::optional<end_reason> recorder::log::ended() const { return std::lock_guard{guard_}, ended_; }
std::size_t recorder::log::turns() const { return std::lock_guard{guard_}, turns_; }
std::size_t recorder::log::most_backlog() const { return std::lock_guard{guard_}, most_backlog_; }
int recorder::log::deadlines() const { return std::lock_guard{guard_}, deadlines_; }
void recorder::log::add(std::string_view bytes) {
    std::lock_guard lock{guard_};
    text_.append(bytes);
    ++turns_;
}
void recorder::log::end(end_reason why) {
    std::lock_guard lock{guard_};
    if (ended_) throw std::logic_error{"on_end came twice"};
    ended_ = why;
}
void recorder::log::note_backlog(std::size_t n) {
    std::lock_guard lock{guard_};
    most_backlog_ = std::max(most_backlog_, n);
}
void recorder::log::note_deadline() {
    std::lock_guard lock{guard_};
    ++deadlines_;
}

std::size_t recorder::absorb(std::string_view bytes) {
    log_->add(bytes);
    return bytes.size();
}
void recorder::on_deadline() { log_->note_deadline(); }
void recorder::on_end(end_reason why) { log_->end(why); }

// --- scripts ---------------------------------------------------------------------------------------------------------

namespace {

using log_ptr = script::log_ptr;

template <class P, class... Args>
protocol_factory factory(Args... args) {
    return [args...](loop&) { return std::make_unique<P>(args...); };
}

// One log for many connections: only the first end counts.
struct scripted : recorder {
    using recorder::recorder;
    void on_end(end_reason why) override {
        if (!log_->ended()) log_->end(why);
    }
};

struct echo_protocol final : scripted {
    using scripted::scripted;
    std::size_t absorb(std::string_view bytes) override {
        wire_->send(bytes);
        log_->note_backlog(wire_->backlog());
        return bytes.size();
    }
};

struct line_protocol final : scripted {
    using scripted::scripted;
    std::size_t absorb(std::string_view bytes) override {
        std::size_t used = 0;
        for (auto at = bytes.find('\n'); at != std::string_view::npos; at = bytes.find('\n', used)) {
            wire_->send("[" + std::string{bytes.substr(used, at - used)} + "]");
            used = at + 1;
        }
        return used;
    }
};

struct flood_protocol final : scripted {
    flood_protocol(std::size_t bytes, log_ptr l) : scripted{std::move(l)}, left{bytes} {}
    void attached(connection& c) override {
        scripted::attached(c);
        const auto piece = std::make_shared<const std::string>(64 * 1024, 'f');
        for (; left > 0; left -= std::min(left, piece->size())) {
            c.send(piece);
            log_->note_backlog(c.backlog());
        }
    }
    std::size_t left;
};

struct goodbye_protocol final : scripted {
    explicit goodbye_protocol(std::string t) : scripted{std::make_shared<log>()}, text{std::move(t)} {}
    std::size_t absorb(std::string_view bytes) override {
        wire_->send(std::string_view{text});
        wire_->close();
        return bytes.size();
    }
    std::string text;
};

struct abort_protocol final : scripted {
    abort_protocol() : scripted{std::make_shared<log>()} {}
    std::size_t absorb(std::string_view bytes) override {
        wire_->abort();
        return bytes.size();
    }
};

struct late_protocol final : scripted {
    explicit late_protocol(std::string t) : scripted{std::make_shared<log>()}, text{std::move(t)} {}
    std::size_t absorb(std::string_view bytes) override { return bytes.size(); }
    bool peer_eof() override {
        wire_->home().post([this, held = wire_->shared_from_this()] {
            held->send(std::string_view{text});
            held->close();
        });
        return false;
    }
    std::string text;
};

struct deadline_protocol final : scripted {
    deadline_protocol(std::chrono::milliseconds a, log_ptr l) : scripted{std::move(l)}, after{a} {}
    void attached(connection& c) override {
        scripted::attached(c);
        c.set_deadline(c.home().now() + after);
    }
    void on_deadline() override {
        scripted::on_deadline();
        wire_->send(std::string_view{"!"});
    }
    std::chrono::milliseconds after;
};

struct switch_protocol final : scripted {
    switch_protocol() : scripted{std::make_shared<log>()} {}
    std::size_t absorb(std::string_view bytes) override {
        if (bytes.size() < 7) return 0;
        wire_->switch_to(std::make_unique<echo_protocol>(std::make_shared<log>()));
        return 7;
    }
};

}  // namespace

protocol_factory script::echo(log_ptr l) { return factory<echo_protocol>(std::move(l)); }
protocol_factory script::lines(log_ptr l) { return factory<line_protocol>(std::move(l)); }
protocol_factory script::flood(std::size_t bytes, log_ptr l) { return factory<flood_protocol>(bytes, std::move(l)); }
protocol_factory script::goodbye(std::string text) { return factory<goodbye_protocol>(std::move(text)); }
protocol_factory script::abort_at_once() { return factory<abort_protocol>(); }
protocol_factory script::answer_after_eof(std::string text) { return factory<late_protocol>(std::move(text)); }
protocol_factory script::deadline(std::chrono::milliseconds after, log_ptr l) {
    return factory<deadline_protocol>(after, std::move(l));
}
protocol_factory script::switcher() { return factory<switch_protocol>(); }

}  // namespace net::testing
