#include "link.hpp"

#include <boost/asio/co_spawn.hpp>

#include "net/listener.hpp"
#include "net/tls.hpp"
#include "redis/batch.hpp"

namespace redis {

using base::fault_kind;

// --- connecting ------------------------------------------------------------------------------------------------------

base::result<connector> connect_by_net(net::loop& on, const settings& s) {
    net::connect_options to;
    to.timeout = s.connect_timeout;
    // Our own limits come first; above them net would cut the connection. Redis reads on whatever it has to say, so that
    // nothing is gained by not reading while we send.
    to.limits.outbox_max = s.max_command_bytes + 16 * 1024 * 1024;
    to.limits.outbox_high = to.limits.outbox_low = to.limits.outbox_max;
    if (s.tls) {
        for (const auto& e : s.endpoints)
            if (!s.tls_host.empty() && s.tls_host != e.host)
                return base::fail(fault_kind::invalid, "redis: sslHost must be the endpoint's own host");
        auto context = net::make_tls_client({s.tls_ca, s.tls_verify});
        if (!context) return std::unexpected(std::move(context.error()));
        to.tls = std::move(*context);
    }
    return [&on, to](const endpoint& e, std::unique_ptr<net::protocol> rider, auto then) {
        auto one = to;
        one.host = e.host;
        one.port = e.port;
        boost::asio::co_spawn(
            on.context(),
            [&on, one = std::move(one), rider = std::move(rider), then = std::move(then)]() mutable
                -> boost::asio::awaitable<void> { then(co_await net::connect(on, std::move(one), std::move(rider))); },
            [](std::exception_ptr failed) {
                if (failed) std::rethrow_exception(failed);
            });
    };
}

class link_rider final : public net::protocol {
public:
    link_rider(std::shared_ptr<link> of, std::uint64_t serial) : of_{std::move(of)}, serial_{serial} {}
    void attached(net::connection& c) override { of_->attached(serial_, c); }
    std::size_t absorb(std::string_view bytes) override { return of_->absorb(serial_, bytes); }
    void on_end(net::end_reason why) override {
        if (const auto of = std::move(of_)) of->ended(serial_, why);
    }

private:
    std::shared_ptr<link> of_;
    std::uint64_t serial_;
};

namespace {

std::string place(const endpoint& e) {
    const bool six = e.host.find(':') != std::string::npos;
    return (six ? "[" + e.host + "]" : e.host) + ":" + std::to_string(e.port);
}

const char* text_of(net::end_reason why) {
    switch (why) {
        case net::end_reason::peer_closed:
            return "the server closed the connection";
        case net::end_reason::overrun:
            return "the server did not take what was sent";
        case net::end_reason::broken:
        case net::end_reason::aborted:
            break;
    }
    return "the connection broke";
}

}  // namespace

link::link(net::loop& on, settings s, surroundings around, connector connect)
    : on_{on},
      settings_{std::move(s)},
      around_{around},
      connect_{std::move(connect)},
      backoff_{settings_.backoff_first, settings_.backoff_cap} {
    state_.since = around_.clock->now();
}

void link::open() {
    if (phase_ != phase::idle) return;
    ticker_ = on_.every(tick_period, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->tick();
    });
    connect_now();
}

void link::connect_now() {
    retry_.reset();
    if (phase_ == phase::shut) return;
    phase_ = phase::connecting;
    // net::connect keeps its own timeout; this is for a connector that never tells.
    phase_due_ = on_.now() + 2 * settings_.connect_timeout;
    const auto& to = settings_.endpoints[tried_++ % settings_.endpoints.size()];
    {
        const std::lock_guard held{guard_};
        state_.endpoint = place(to);
    }
    const auto serial = ++serial_;
    connect_(to, std::make_unique<link_rider>(shared_from_this(), serial),
             [self = shared_from_this(), serial](auto made) { self->connected(serial, std::move(made)); });
}

// What succeeds was told by attached().
void link::connected(std::uint64_t serial, base::result<std::shared_ptr<net::connection>> made) {
    const bool ours = serial == serial_ && phase_ != phase::shut;
    if (!made && ours) return lost(made.error().message);
    if (made && !ours) (*made)->abort();
}

void link::attached(std::uint64_t serial, net::connection& c) {
    if (serial != serial_ || phase_ != phase::connecting) return c.abort();
    wire_ = c.shared_from_this();
    reader_.emplace(settings_.max_reply_bytes);
    phase_ = phase::greeting;
    phase_due_ = on_.now() + settings_.connect_timeout;
    pinged_.reset();
    greet();
}

// --- the greeting ----------------------------------------------------------------------------------------------------

void link::greet() {
    batch hello;
    steps_.clear();
    if (!settings_.password.empty()) {
        settings_.user.empty() ? hello.add("AUTH", settings_.password)
                               : hello.add("AUTH", settings_.user, settings_.password);
        steps_.push_back(step::auth);
    }
    if (!settings_.name.empty()) {
        hello.add("CLIENT", "SETNAME", settings_.name);
        steps_.push_back(step::name);
    }
    if (settings_.database != 0) {
        hello.add("SELECT", settings_.database);
        steps_.push_back(step::database);
    }
    if (settings_.endpoints.size() > 1) {
        hello.add("ROLE");
        steps_.push_back(step::role);
    }
    hello.add("PING");
    steps_.push_back(step::ping);
    wire_->send(std::move(hello).take_bytes());
}

void link::take_greeting(const reply& r) {
    const auto now_answered = steps_.front();
    steps_.erase(steps_.begin());
    const auto kind = r.is_error() ? r.as_fault().kind : fault_kind::internal;
    const bool no_right = r.error_code() == "NOPERM";
    switch (now_answered) {
        case step::auth:
            // A server may repeat the arguments in its error, so only its code is kept.
            if (r.is_error()) return drop("AUTH was refused: " + std::string{r.error_code()});
            break;
        case step::name:  // nice to have
            break;
        case step::database:
            if (r.is_error()) return drop("SELECT was refused: " + std::string{r.text()});
            break;
        case step::role:
            if (!r.items().empty() && r.items()[0].text() == "slave") return drop("the server is a replica");
            break;
        case step::ping:
            if (r.is_error() && !no_right && kind != fault_kind::invalid)
                return drop("the server does not serve: " + std::string{r.text()});
            break;
    }
    if (steps_.empty()) greeted();
}

void link::greeted() {
    phase_ = phase::up;
    up_since_ = heard_ = on_.now();
    note_state(true, {});
    around_.log.info("redis: connected", {{"endpoint", state().endpoint}});
    on_up();
}

// --- while it is up --------------------------------------------------------------------------------------------------

std::size_t link::absorb(std::uint64_t serial, std::string_view bytes) {
    const auto held = shared_from_this();
    const auto listening = [&] { return serial == serial_ && (phase_ == phase::greeting || phase_ == phase::up); };
    if (!listening()) return bytes.size();
    heard_ = on_.now();
    pinged_.reset();
    const bool whole = reader_->feed(bytes, [&](reply r) {
        phase_ == phase::greeting ? take_greeting(r) : on_reply(std::move(r));
        return listening();
    });
    if (!whole && listening()) drop("the server broke the protocol: " + reader_->failure());
    return bytes.size();
}

void link::ended(std::uint64_t serial, net::end_reason why) {
    if (serial == serial_ && (phase_ == phase::greeting || phase_ == phase::up)) lost(text_of(why));
}

void link::tick() {
    const auto held = shared_from_this();
    const auto now = on_.now();
    if (phase_ == phase::connecting && now >= phase_due_) lost("timed out while connecting");
    if (phase_ == phase::greeting && now >= phase_due_) drop("the server did not answer the greeting in time");
    if (phase_ == phase::up) watch_silence();
    on_tick();
}

// A server that is gone without a word: noticed by what it should have answered, or else by a PING.
void link::watch_silence() {
    const auto now = on_.now();
    if (pinged_) {
        if (now - *pinged_ >= settings_.heartbeat_timeout) drop("the server does not answer");
        return;
    }
    if (const auto since = unanswered_since()) {
        if (now - std::max(*since, heard_) >= settings_.command_timeout) drop("the server does not answer");
        return;
    }
    if (now - heard_ < settings_.heartbeat_after) return;
    pinged_ = now;
    send_ping();
}

// --- its end, and the next -------------------------------------------------------------------------------------------

void link::drop(const std::string& why) {
    if (phase_ == phase::shut) return;
    if (const auto w = wire_) w->abort();
    lost(why);
}

void link::lost(const std::string& why) {
    const bool was_up = phase_ == phase::up;
    const auto held = shared_from_this();
    ++serial_;
    wire_.reset();
    phase_ = phase::waiting;
    if (was_up && on_.now() - up_since_ >= settings_.stable_after) failures_ = 0;
    const bool first = was_up || failures_ == 0;
    ++failures_;
    last_error_ = why;
    note_state(false, why);
    const auto level = first ? &base::log_scope::warn : &base::log_scope::debug;
    (around_.log.*level)("redis: no connection", {{"endpoint", state().endpoint}, {"why", why}});
    if (was_up) on_down(why);
    if (phase_ == phase::waiting) retry_later();
}

void link::retry_later() {
    // A round over all endpoints counts as one try.
    const auto rounds = 1 + (failures_ - 1) / static_cast<unsigned>(settings_.endpoints.size());
    retry_ = on_.every(backoff_.after(rounds, *around_.ids), [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->connect_now();
    });
}

void link::shut(const std::string& why) {
    if (phase_ == phase::shut) return;
    const auto held = shared_from_this();
    const bool was_up = phase_ == phase::up;
    phase_ = phase::shut;
    ++serial_;
    ticker_.reset();
    retry_.reset();
    last_error_ = why;
    note_state(false, why);
    if (const auto w = std::move(wire_)) was_up ? w->close() : w->abort();
    if (was_up) on_down(why);
}

void link::note_state(bool connected, std::string error) {
    const std::lock_guard held{guard_};
    if (connected != state_.connected) state_.since = around_.clock->now();
    state_.connected = connected;
    if (connected) state_.reconnects = ups_++;
    if (!error.empty()) state_.last_error = std::move(error);
}

link_state link::state() const {
    const std::lock_guard held{guard_};
    return state_;
}

}  // namespace redis
