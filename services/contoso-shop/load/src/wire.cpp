#include "wire.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace load {

nanos steady_nanos() noexcept {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

std::chrono::milliseconds backoff::next(base::id_source& chance) {
    const auto half = next_ / 2;
    const auto extra = half.count() > 0 ? std::int64_t(chance.next_u64() % std::uint64_t(half.count() + 1)) : 0;
    next_ = std::min(next_ * 2, most_);
    return half + std::chrono::milliseconds{extra};
}

class wire::rider final : public net::protocol {
public:
    explicit rider(std::shared_ptr<anchor> to) : to_{std::move(to)} {}
    void attached(net::connection& c) override {
        if (to_->up)
            to_->up->attached(c);
        else
            c.abort();
    }
    std::size_t absorb(std::string_view bytes) override { return to_->up ? to_->up->absorb(bytes) : bytes.size(); }
    void on_end(net::end_reason) override {
        if (to_->up) to_->up->ended();
    }

private:
    std::shared_ptr<anchor> to_;
};

wire::wire(net::loop& on, net::connect_options to, unsigned window, wire_user& user, base::id_source& chance)
    : loop_{on},
      to_{std::move(to)},
      window_{window},
      user_{user},
      chance_{chance},
      backoff_{std::chrono::milliseconds{40}, std::chrono::milliseconds{1'000}},
      anchor_{std::make_shared<anchor>(anchor{this})} {}

wire::~wire() {
    anchor_->up = nullptr;
    if (connection_) connection_->abort();
}

void wire::open() {
    boost::asio::co_spawn(
        loop_.context(),
        [self = anchor_, &on = loop_, to = to_]() -> boost::asio::awaitable<void> {
            const auto made = co_await net::connect(on, to, std::make_unique<rider>(self));
            if (!made && self->up) self->up->come_back();
        },
        boost::asio::detached);
}

void wire::come_back() {
    if (closed_) return;
    boost::asio::co_spawn(
        loop_.context(),
        [self = anchor_, wait = backoff_.next(chance_)]() -> boost::asio::awaitable<void> {
            boost::asio::steady_timer timer{co_await boost::asio::this_coro::executor, wait};
            co_await timer.async_wait(boost::asio::use_awaitable);
            if (self->up && !self->up->closed_) self->up->open();
        },
        boost::asio::detached);
}

void wire::attached(net::connection& c) {
    connection_ = &c;
    ending_ = false;
    if (closed_) return c.abort();
    user_.room(*this);
}

void wire::send(std::uint64_t tag, std::initializer_list<std::string_view> pieces) {
    if (waiting_.empty()) heard_ = steady_nanos();
    waiting_.push_back(tag);
    for (const auto piece : pieces) connection_->send(piece);
}

std::size_t wire::absorb(std::string_view bytes) {
    std::size_t used = 0;
    while (used < bytes.size()) {
        const auto read = read_front(bytes.substr(used));
        if (read.what == reading::more) break;
        const bool interim = read.what == reading::done && read.value.status < 200;
        if (read.what == reading::broken || (waiting_.empty() && !interim)) {
            connection_->abort();
            return bytes.size();
        }
        used += read.used;
        if (interim) continue;
        const auto tag = waiting_.front();
        waiting_.pop_front();
        ending_ = ending_ || read.value.last;
        backoff_.reset();
        user_.answered(tag, read.value);
    }
    heard_ = steady_nanos();
    if (ending_)
        connection_->abort();
    else if (used > 0 && free())
        user_.room(*this);
    return used;
}

void wire::watch(nanos now) {
    if (connection_ && !waiting_.empty() && now - heard_ > patience) connection_->abort();
}

void wire::ended() {
    connection_ = nullptr;
    while (!waiting_.empty()) {
        const auto tag = waiting_.front();
        waiting_.pop_front();
        user_.lost(tag);
    }
    come_back();
}

void wire::close() {
    closed_ = true;
    if (connection_) connection_->close();
}

}  // namespace load
