#include "hub_link.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "scan.hpp"

namespace load {
namespace {

constexpr char record_end = '\x1e';
constexpr std::size_t largest_record = 4 * 1024 * 1024;  // a Resume of a whole feed

progress read_status(std::string_view raw) noexcept {
    if (const auto number = scan::integer(raw))
        return *number == 2 ? progress::completed : *number == 1 ? progress::processing : progress::accepted;
    return read_progress(scan::text(raw));
}

}  // namespace

bool read_notice(std::string_view object, notice& into) noexcept {
    bool has_id = false;
    scan::members walk{object};
    for (std::string_view name, value; walk.next(name, value);) {
        if (name == "correlationId") {
            const auto id =
                base::uuid::parse(scan::text(value.starts_with('{') ? scan::member(value, "value") : value));
            if (!id) return false;
            into.id = *id;
            has_id = true;
        } else if (name == "status") {
            into.reached = read_status(value);
        } else if (name == "orderId") {
            into.order = scan::integer(value).value_or(0);
        } else if (name == "sequence") {
            into.sequence = scan::integer(value).value_or(0);
        } else if (name == "previous") {
            into.previous = scan::integer(value).value_or(0);
        }
    }
    return has_id && into.reached != progress::none;
}

class hub_link::rider final : public net::websocket::session_handler {
public:
    explicit rider(std::shared_ptr<anchor> to) : to_{std::move(to)} {}
    void on_open(net::websocket::session& s) override {
        if (to_->up)
            to_->up->on_open(s);
        else
            s.abort();
    }
    void on_data(std::string_view payload, net::websocket::opcode, bool) override {
        if (to_->up) to_->up->on_data(payload);
    }
    void on_gone(bool) override {
        if (to_->up) to_->up->on_gone();
    }

private:
    std::shared_ptr<anchor> to_;
};

hub_link::hub_link(net::loop& on, options o, hub_user& up, base::id_source& chance)
    : loop_{on},
      options_{std::move(o)},
      up_{up},
      chance_{chance},
      backoff_{std::chrono::milliseconds{100}, std::chrono::milliseconds{2'000}},
      anchor_{std::make_shared<anchor>(anchor{this})} {}

hub_link::~hub_link() {
    anchor_->up = nullptr;
    if (session_) session_->abort();
}

void hub_link::open() {
    boost::asio::co_spawn(
        loop_.context(),
        [self = anchor_, &on = loop_, to = options_.to]() -> boost::asio::awaitable<void> {
            const auto made = co_await net::websocket::connect(on, to, std::make_unique<rider>(self));
            if (!made && self->up) self->up->come_back();
        },
        boost::asio::detached);
}

void hub_link::come_back() {
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

void hub_link::on_open(net::websocket::session& s) {
    session_ = &s;
    if (closed_) return s.abort();
    greeted_ = asking_ = ready_ = false;
    partial_.clear();
    heard_ = pinged_ = steady_nanos();
    ++opened_;
    s.send_text("{\"protocol\":\"json\",\"version\":1}\x1e");
}

void hub_link::on_data(std::string_view payload) {
    heard_ = steady_nanos();
    while (!payload.empty()) {
        const auto end = payload.find(record_end);
        if (end == payload.npos) {
            partial_ += payload;
            if (partial_.size() > largest_record) session_->abort();
            return;
        }
        if (partial_.empty()) {
            record(payload.substr(0, end));
        } else {
            partial_ += payload.substr(0, end);
            const auto whole = std::exchange(partial_, {});
            record(whole);
        }
        if (!session_) return;
        payload.remove_prefix(end + 1);
    }
}

void hub_link::record(std::string_view text) {
    if (!greeted_) {
        if (!scan::member(text, "error").empty()) return session_->abort();
        greeted_ = true;
        return resume();
    }
    switch (scan::integer(scan::member(text, "type")).value_or(0)) {
        case 1:
            if (scan::text(scan::member(text, "target")) == "Notification") notification(text);
            break;
        case 3:
            completion(text);
            break;
        case 6:
            break;
        case 7:
            session_->close(1000);
            break;  // comes back by on_gone()
        default:
            up_.unreadable(*this, text);
    }
}

void hub_link::notification(std::string_view text) {
    scan::elements arguments{scan::member(text, "arguments")};
    std::string_view argument;
    notice n;
    if (!arguments.next(argument) || !read_notice(argument, n)) return up_.unreadable(*this, text);
    if (n.sequence != 0) {
        cursor_.pushed(n.sequence, n.previous);
        if (cursor_.gap() && !asking_) resume();
    }
    up_.told(*this, n, true);
}

void hub_link::resume() {
    asking_ = true;
    ready_ = false;
    session_->send_text(R"({"type":1,"invocationId":")" + std::to_string(++invocation_) +
                        R"(","target":"Resume","arguments":[)" + std::to_string(cursor_.last()) + "]}\x1e");
}

void hub_link::completion(std::string_view text) {
    if (scan::integer(scan::text(scan::member(text, "invocationId"))) != std::int64_t(invocation_)) return;
    asking_ = false;
    const auto result = scan::member(text, "result");
    if (result.empty()) {
        // An older hub has no Resume, and only pushes. Ours says Unavailable: watch() asks again.
        if (scan::text(scan::member(text, "error")).find("Method does not exist") != std::string_view::npos)
            ready_ = true;
        pinged_ = 0;
        return;
    }
    const bool complete = scan::member(result, "complete") == "true";
    scan::elements walk{scan::member(result, "notifications")};
    for (std::string_view object; walk.next(object);) {
        notice n;
        if (!read_notice(object, n)) {
            up_.unreadable(*this, object);
            continue;
        }
        cursor_.replayed(n.sequence, n.previous, complete);
        up_.told(*this, n, false);
    }
    cursor_.resumed(scan::integer(scan::member(result, "latest")).value_or(0), complete);
    backoff_.reset();
    if (cursor_.gap()) return resume();
    ready_ = true;
    up_.resumed(*this, complete);
}

void hub_link::watch(nanos now) {
    if (!session_) return;
    if (now - heard_ > patience) return session_->abort();
    if (now - pinged_ < ping_every) return;
    pinged_ = now;
    if (greeted_ && !ready_ && !asking_)
        resume();
    else if (greeted_)
        session_->send_text("{\"type\":6}\x1e");
}

void hub_link::on_gone() {
    session_ = nullptr;
    ready_ = false;
    come_back();
}

void hub_link::close() {
    closed_ = true;
    if (session_) session_->close(1000);
}

}  // namespace load
