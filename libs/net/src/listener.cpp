#include "net/listener.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <cstring>

#include "loop_core.hpp"
#include "socket_connection.hpp"
#include "tls_channel.hpp"

namespace net {
namespace {

using boost::asio::ip::tcp;
constexpr int accepts_per_turn = 64;                  // then others on that loop get their turn
constexpr std::chrono::milliseconds first_pause{50};  // no file descriptors left: wait, twice as long each time
constexpr std::chrono::milliseconds longest_pause{1'000};

// The acceptor and what it needs; shared with handlers that are under way. The mutex makes stop() good from any thread.
class acceptor : public std::enable_shared_from_this<acceptor> {
public:
    acceptor(loops& on, listen_options options, protocol_factory make)
        : loops_{on},
          home_{static_cast<loop_core&>(on.at(0))},
          options_{std::move(options)},
          make_{std::move(make)},
          socket_{home_.context()},
          pause_{home_.context()} {
        origin_->limits = options_.limits;
    }

    base::result<> open();
    void start();
    void stop();
    std::uint16_t port() const noexcept { return port_; }
    std::size_t open_connections() const noexcept { return origin_->open.load(std::memory_order_relaxed); }
    void for_each(const std::function<void(connection&)>& f);

private:
    using socket_type = boost::asio::basic_socket_acceptor<tcp, boost::asio::io_context::executor_type>;

    void arm();
    void accept_some();
    bool accept_one();
    void wait_for_descriptors();
    void room();
    void hand_over(descriptor socket);
    loop_core& quietest() const;

    loops& loops_;
    loop_core& home_;
    const listen_options options_;
    const protocol_factory make_;
    std::shared_ptr<connection_origin> origin_ = std::make_shared<connection_origin>();
    std::mutex guard_;
    socket_type socket_;
    boost::asio::steady_timer pause_;
    std::chrono::milliseconds next_pause_ = first_pause;
    std::atomic<bool> full_{false};
    std::uint16_t port_ = 0;
};

base::result<> acceptor::open() {
    boost::system::error_code ec;
    const bool every = options_.address == "*" || options_.address == "+";
    const auto address = every ? boost::asio::ip::address{boost::asio::ip::address_v6::any()}
                               : boost::asio::ip::make_address(options_.address, ec);
    if (ec)
        return base::fail(base::fault_kind::invalid, "cannot listen on " + options_.address + ": not an IP address");
    tcp::endpoint where{address, options_.port};
    socket_.open(where.protocol(), ec);
    if (ec && every) {  // a machine without IPv6
        where = {boost::asio::ip::address_v4::any(), options_.port};
        socket_.open(where.protocol(), ec);
    }
    const auto at = [&] { return options_.address + " port " + std::to_string(options_.port); };
    if (ec) return base::fail(base::fault_kind::unavailable, "cannot listen on " + at() + ": " + ec.message());
    socket_.set_option(tcp::acceptor::reuse_address{true}, ec);
    if (every && where.address().is_v6()) socket_.set_option(boost::asio::ip::v6_only{false}, ec);
    socket_.bind(where, ec);
    if (!ec) socket_.listen(options_.backlog, ec);
    if (ec == boost::asio::error::address_in_use)
        return base::fail(base::fault_kind::unavailable, "port " + std::to_string(options_.port) + " is in use");
    if (ec) return base::fail(base::fault_kind::unavailable, "cannot listen on " + at() + ": " + ec.message());
    socket_.native_non_blocking(true, ec);
    port_ = socket_.local_endpoint(ec).port();
    return {};
}

void acceptor::start() {
    // Weak: a connection may outlive the listener.
    origin_->on_room = [weak = weak_from_this()] {
        if (auto a = weak.lock()) a->room();
    };
    std::lock_guard lock{guard_};
    arm();
}

void acceptor::stop() {
    std::lock_guard lock{guard_};
    if (!socket_.is_open()) return;
    while (open_connections() < options_.max_connections && accept_one()) {
    }  // closing would reset what waits in the kernel's queue
    boost::system::error_code ignored;
    socket_.close(ignored);
}

void acceptor::arm() {
    if (!socket_.is_open()) return;
    socket_.async_wait(socket_type::wait_read, [self = shared_from_this()](const boost::system::error_code& ec) {
        if (!ec) self->accept_some();
    });
}

void acceptor::accept_some() {
    std::lock_guard lock{guard_};
    if (!socket_.is_open()) return;
    for (int i = 0; i < accepts_per_turn; ++i) {
        if (open_connections() >= options_.max_connections) {
            full_ = true;
            if (open_connections() >= options_.max_connections) return;  // room() arms again
            full_ = false;
        }
        errno = 0;
        if (accept_one()) continue;
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) return wait_for_descriptors();
        break;
    }
    arm();
}

// False: nothing to accept, or it could not be (errno).
bool acceptor::accept_one() {
    int accepted = -1;
    do accepted = ::accept4(socket_.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    while (accepted < 0 && (errno == EINTR || errno == ECONNABORTED));
    if (accepted < 0) return false;
    next_pause_ = first_pause;
    hand_over(descriptor{accepted});
    return true;
}

// The queue stays readable while accept fails, so waiting for readability would spin.
void acceptor::wait_for_descriptors() {
    pause_.expires_after(next_pause_);
    next_pause_ = std::min(next_pause_ * 2, longest_pause);
    pause_.async_wait([self = shared_from_this()](const boost::system::error_code& ec) {
        std::lock_guard lock{self->guard_};
        if (!ec) self->arm();
    });
}

void acceptor::room() {
    if (!full_.load() || !full_.exchange(false)) return;
    boost::asio::post(home_.context(), [self = shared_from_this()] {
        std::lock_guard lock{self->guard_};
        self->arm();
    });
}

loop_core& acceptor::quietest() const {
    std::size_t best = 0;
    for (std::size_t i = 1; i < loops_.size(); ++i)
        if (loops_.at(i).connections() < loops_.at(best).connections()) best = i;
    return static_cast<loop_core&>(loops_.at(best));
}

void acceptor::hand_over(descriptor socket) {
    auto& home = quietest();
    home.expect_one();
    origin_->open.fetch_add(1, std::memory_order_relaxed);
    boost::asio::post(home.context(), [self = shared_from_this(), &home, socket = std::move(socket)]() mutable {
        auto c = std::make_shared<socket_connection>(home, std::move(socket), self->origin_, self->make_(home));
        auto tls = self->options_.tls ? tls_channel::make(self->options_.tls, {}) : nullptr;
        c->start(std::move(tls));
    });
}

void acceptor::for_each(const std::function<void(connection&)>& f) {
    for (std::size_t i = 0; i < loops_.size(); ++i) {
        auto& home = static_cast<loop_core&>(loops_.at(i));
        boost::asio::post(home.context(), [f, &home, origin = origin_] {
            for (auto& c : home.residents())
                if (c->came_by(origin.get())) f(*c);
        });
    }
}

class listener_handle final : public listener {
public:
    explicit listener_handle(std::shared_ptr<acceptor> inside) : inside_{std::move(inside)} {}
    ~listener_handle() override { inside_->stop(); }
    std::uint16_t port() const noexcept override { return inside_->port(); }
    void stop_accepting() override { inside_->stop(); }
    std::size_t open_connections() const noexcept override { return inside_->open_connections(); }
    void for_each(std::function<void(connection&)> f) override { inside_->for_each(f); }

private:
    std::shared_ptr<acceptor> inside_;
};

}  // namespace

base::result<std::unique_ptr<listener>> listen(loops& on, listen_options options, protocol_factory make) {
    auto inside = std::make_shared<acceptor>(on, std::move(options), std::move(make));
    if (auto opened = inside->open(); !opened) return std::unexpected(opened.error());
    inside->start();
    return std::make_unique<listener_handle>(std::move(inside));
}

}  // namespace net
