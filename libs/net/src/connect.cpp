#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "loop_core.hpp"
#include "net/listener.hpp"
#include "socket_connection.hpp"
#include "tls_channel.hpp"

namespace net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using socket_type = asio::basic_stream_socket<tcp, asio::io_context::executor_type>;
constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

std::string place(const connect_options& o) { return o.host + ":" + std::to_string(o.port); }

std::unexpected<base::fault> away(const connect_options& o, const std::string& why) {
    return base::fail(base::fault_kind::unavailable, "cannot connect to " + place(o) + ": " + why);
}

// What a deadline has to stop, whichever step is under way.
struct attempt {
    explicit attempt(asio::io_context& on) : resolver{on}, socket{on}, timer{on} {}
    tcp::resolver resolver;
    socket_type socket;
    asio::steady_timer timer;
    std::weak_ptr<connection> made;
    bool late = false;

    void give_up() {
        late = true;
        resolver.cancel();
        boost::system::error_code ignored;
        socket.close(ignored);
        if (auto c = made.lock()) c->abort();
    }
};

asio::awaitable<std::string> reach(std::shared_ptr<attempt> a, std::string host, std::uint16_t port) {
    boost::system::error_code ec;
    const auto literal = asio::ip::make_address(host, ec);
    if (!ec) {
        auto [failed] = co_await a->socket.async_connect(tcp::endpoint{literal, port}, as_result);
        co_return failed ? failed.message() : std::string{};
    }
    auto [unknown, found] = co_await a->resolver.async_resolve(host, std::to_string(port), as_result);
    if (unknown) co_return unknown.message();
    auto [failed, where] = co_await asio::async_connect(a->socket, found, as_result);
    co_return failed ? failed.message() : std::string{};
}

// Starts the connection and waits until its rider was attached: at once, or after the TLS handshake.
asio::awaitable<std::string> begin(std::shared_ptr<socket_connection> c, std::unique_ptr<tls_channel> tls) {
    auto initiate = [](auto handler, std::shared_ptr<socket_connection> begun, std::unique_ptr<tls_channel> channel) {
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        begun->start(std::move(channel), [shared](std::string failure) {
            // Posted: the awaiting coroutine must not run inside the connection's own call.
            auto ex = asio::get_associated_executor(*shared);
            asio::post(ex,
                       [shared, failure = std::move(failure)]() mutable { std::move (*shared)(std::move(failure)); });
        });
    };
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(std::string)>(
        initiate, asio::use_awaitable, std::move(c), std::move(tls));
}

}  // namespace

base::task<std::shared_ptr<connection>> connect(loop& on, connect_options options, std::unique_ptr<protocol> rider) {
    auto& home = static_cast<loop_core&>(on);
    auto a = std::make_shared<attempt>(home.context());
    a->timer.expires_after(options.timeout);
    a->timer.async_wait([a](const boost::system::error_code& ec) {
        if (!ec) a->give_up();
    });

    auto failure = co_await reach(a, options.host, options.port);
    if (a->late) co_return away(options, "timed out");
    if (!failure.empty()) {
        a->timer.cancel();
        co_return away(options, failure);
    }
    boost::system::error_code ec;
    a->socket.native_non_blocking(true, ec);
    descriptor socket{ec ? -1 : a->socket.release(ec)};
    if (ec) co_return away(options, ec.message());
    auto origin = std::make_shared<connection_origin>();
    origin->limits = options.limits;
    origin->open = 1;
    home.expect_one();
    auto c = std::make_shared<socket_connection>(home, std::move(socket), std::move(origin), std::move(rider));
    a->made = c;
    auto tls = options.tls ? tls_channel::make(options.tls, options.host) : nullptr;
    failure = co_await begin(c, std::move(tls));
    a->timer.cancel();
    if (a->late) co_return away(options, "timed out");
    if (!failure.empty()) co_return away(options, failure);
    co_return c;
}

}  // namespace net
