#include "net/http/client.hpp"

#include <boost/asio/associated_executor.hpp>

#include "chunked.hpp"
#include "head_parser.hpp"
#include "text.hpp"

namespace net::http {
namespace {

using answer = base::result<client_response>;
using then_type = std::function<void(answer)>;
constexpr head_limits answer_limits{64 * 1024, 64 * 1024, 256};
constexpr std::size_t answer_trailers = 8 * 1024;

struct exchange {
    client_request asked;  // emptied once it was sent
    then_type then;
    std::chrono::steady_clock::time_point due;
    bool to_head = false;
    bool sent = false;
};

std::string to_bytes(const client_request& r, const std::string& host) {
    std::string out;
    out.reserve(r.body.size() + 256);
    out.append(r.method).append(" ").append(r.target).append(" HTTP/1.1\r\n");
    bool has_host = false;
    for (const auto& [name, value] : r.headers) {
        has_host = has_host || same_text(name, "Host");
        if (!same_text(name, "Content-Length")) out.append(name).append(": ").append(value).append("\r\n");
    }
    if (!has_host) out.append("Host: ").append(host).append("\r\n");
    const bool usual_body = r.method == "POST" || r.method == "PUT" || r.method == "PATCH";
    if (!r.body.empty() || usual_body)
        out.append("Content-Length: ").append(std::to_string(r.body.size())).append("\r\n");
    return out.append("\r\n").append(r.body);
}

std::string host_of(const connect_options& to) {
    std::string host = to.host.find(':') == std::string::npos ? to.host : "[" + to.host + "]";
    if (to.port != (to.tls ? 443 : 80)) host.append(":").append(std::to_string(to.port));
    return host;
}

answer lost(const exchange& e, const char* why) {
    return e.sent ? base::fail(base::fault_kind::unconfirmed, why) : base::fail(base::fault_kind::unavailable, why);
}

// What client and connection share: either may go first.
class client_core : public std::enable_shared_from_this<client_core> {
public:
    client_core(loop& on, client_options options)
        : on_{on}, options_{std::move(options)}, host_{host_of(options_.to)} {}

    void send(client_request r, then_type then);
    void close();
    std::size_t in_flight() const noexcept { return waiting_.size(); }

    // The wire's side.
    std::size_t absorb(std::string_view bytes);
    void peer_ended();  // its FIN
    void ended(connection* c);
    void on_deadline();

private:
    void connect_now();
    void connected(base::result<std::shared_ptr<connection>> made);
    void send_waiting();
    std::size_t take_head(std::string_view bytes);
    std::size_t take_body(std::string_view bytes);
    void complete();
    void broken(const char* why);
    void fail_all(const char* why, bool sent_only);
    void watch();

    loop& on_;
    const client_options options_;
    const std::string host_;
    std::deque<exchange> waiting_;  // oldest first; answers come in this order
    std::shared_ptr<connection> wire_;
    bool connecting_ = false, closed_ = false, in_body_ = false, last_answer_ = false;
    client_response coming_;
    response_head head_;
    std::optional<chunked_reader> chunks_;
};

class client_wire final : public protocol {
public:
    explicit client_wire(std::shared_ptr<client_core> core) : core_{std::move(core)} {}
    void attached(connection& c) override { wire_ = &c; }
    std::size_t absorb(std::string_view bytes) override { return core_->absorb(bytes); }
    void on_deadline() override { core_->on_deadline(); }
    void on_end(end_reason) override { core_->ended(wire_); }
    bool peer_eof() override {
        core_->peer_ended();
        return true;
    }

private:
    std::shared_ptr<client_core> core_;
    connection* wire_ = nullptr;
};

void client_core::send(client_request r, then_type then) {
    if (closed_) return then(base::fail(base::fault_kind::unavailable, "the client is closed"));
    exchange e;
    e.to_head = r.method == "HEAD";
    e.asked = std::move(r);
    e.then = std::move(then);
    e.due = on_.now() + options_.answer_timeout;
    waiting_.push_back(std::move(e));
    if (wire_)
        send_waiting();
    else
        connect_now();
}

void client_core::connect_now() {
    if (std::exchange(connecting_, true)) return;
    boost::asio::co_spawn(
        on_.context(),
        [core = shared_from_this()]() -> boost::asio::awaitable<void> {
            auto made = co_await connect(core->on_, core->options_.to, std::make_unique<client_wire>(core));
            core->connected(std::move(made));
        },
        [](std::exception_ptr failed) {
            if (failed) std::rethrow_exception(failed);
        });
}

void client_core::connected(base::result<std::shared_ptr<connection>> made) {
    connecting_ = false;
    if (!made) return fail_all(made.error().message.c_str(), false);
    if (closed_) return (*made)->close();
    wire_ = std::move(*made);
    last_answer_ = false;
    send_waiting();
}

void client_core::send_waiting() {
    if (last_answer_) return;  // the server ends the connection after the answer under way: the rest goes by the next
    for (auto& e : waiting_) {
        if (e.sent) continue;
        wire_->send(to_bytes(e.asked, host_));
        e.asked = {};
        e.sent = true;
    }
    watch();
}

void client_core::watch() {
    if (wire_)
        wire_->set_deadline(waiting_.empty() ? std::chrono::steady_clock::time_point::max() : waiting_.front().due);
}

std::size_t client_core::absorb(std::string_view bytes) {
    const auto offered = bytes.size();
    const auto held = shared_from_this();  // a callback may drop the client
    while (!bytes.empty() && wire_) {
        if (waiting_.empty()) {
            broken("an answer to nothing");
            return offered;
        }
        const auto n = in_body_ ? take_body(bytes) : take_head(bytes);
        if (n == 0) break;
        bytes.remove_prefix(n);
    }
    return offered - bytes.size();
}

std::size_t client_core::take_head(std::string_view bytes) {
    line_ends ends;
    const auto size = find_head(bytes, answer_limits, ends);
    if (!size) return broken("malformed answer"), bytes.size();
    if (*size == 0) return 0;
    coming_ = {};
    auto head = parse_response_head(bytes.substr(0, *size), ends, waiting_.front().to_head, coming_);
    if (!head || coming_.status == 101) return broken("malformed answer"), bytes.size();
    if (coming_.status < 200) return *size;  // 100 Continue and the like
    head_ = *head;
    if (head_.plan.length > options_.body_limit) return broken("the answer is too large"), bytes.size();
    if (!head_.keep_alive) last_answer_ = true;
    if (head_.plan.how == body_plan::framing::none) {
        complete();
    } else {
        in_body_ = true;
        chunks_.emplace(options_.body_limit, answer_trailers);
    }
    return *size;
}

std::size_t client_core::take_body(std::string_view bytes) {
    auto& body = coming_.body;
    switch (head_.plan.how) {
        case body_plan::framing::length: {
            const auto n = std::min(bytes.size(), static_cast<std::size_t>(head_.plan.length) - body.size());
            body.append(bytes.substr(0, n));
            if (body.size() == head_.plan.length) complete();
            return n;
        }
        case body_plan::framing::chunked: {
            const auto n = chunks_->take(bytes, body);
            if (chunks_->fault() != 0) return broken("malformed or too large an answer"), bytes.size();
            if (chunks_->done()) complete();
            return n;
        }
        case body_plan::framing::until_close:
            if (body.size() + bytes.size() > options_.body_limit)
                return broken("the answer is too large"), bytes.size();
            body.append(bytes);
            return bytes.size();
        case body_plan::framing::none:
            break;
    }
    return bytes.size();
}

void client_core::complete() {
    in_body_ = false;
    auto then = std::move(waiting_.front().then);
    waiting_.pop_front();
    const bool keep = head_.keep_alive;
    watch();
    if (!keep && wire_) std::exchange(wire_, nullptr)->close();
    then(std::move(coming_));
    if (keep || closed_) return;
    fail_all("the server closed before this request was answered", true);
    if (!waiting_.empty() && !wire_) connect_now();
}

void client_core::peer_ended() {
    if (!in_body_ || head_.plan.how != body_plan::framing::until_close) return;
    complete();
}

void client_core::broken(const char* why) {
    in_body_ = false;
    if (auto w = std::move(wire_)) w->abort();
    fail_all(why, true);
    if (!waiting_.empty() && !closed_) connect_now();
}

void client_core::ended(connection* c) {
    if (!wire_ || wire_.get() != c) return;  // let go before
    in_body_ = false;
    wire_.reset();
    fail_all("the connection ended before the answer", true);
    if (!waiting_.empty() && !closed_) connect_now();
}

void client_core::on_deadline() {
    if (!waiting_.empty() && waiting_.front().due <= on_.now()) return broken("no answer in time");
    watch();
}

// `sent_only`: those that were never sent go by the next connection. Callbacks may call back in, so the list is taken first.
void client_core::fail_all(const char* why, bool sent_only) {
    std::deque<exchange> failed;
    while (!waiting_.empty() && (!sent_only || waiting_.front().sent)) {
        failed.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
    }
    const std::string reason = why;
    for (auto& e : failed) e.then(lost(e, reason.c_str()));
}

void client_core::close() {
    closed_ = true;
    if (auto w = std::move(wire_)) w->close();
    fail_all("the client was closed", false);
}

class keep_alive_client final : public client {
public:
    keep_alive_client(loop& on, client_options options)
        : core_{std::make_shared<client_core>(on, std::move(options))} {}
    ~keep_alive_client() override { core_->close(); }

    void send(client_request r, std::function<void(base::result<client_response>)> then) override {
        core_->send(std::move(r), std::move(then));
    }
    base::task<client_response> fetch(client_request r) override {
        auto start = [](auto handler, std::shared_ptr<client_core> core, client_request asked) {
            auto kept = std::make_shared<decltype(handler)>(std::move(handler));
            core->send(std::move(asked), [kept](answer a) {
                // Posted: the caller must not run inside the connection's call.
                auto ex = boost::asio::get_associated_executor(*kept);
                boost::asio::post(ex, [kept, a = std::move(a)]() mutable { std::move (*kept)(std::move(a)); });
            });
        };
        co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(answer)>(
            start, boost::asio::use_awaitable, core_, std::move(r));
    }
    std::size_t in_flight() const noexcept override { return core_->in_flight(); }
    void close() override { core_->close(); }

private:
    std::shared_ptr<client_core> core_;
};

}  // namespace

std::string_view client_response::get(std::string_view name) const noexcept {
    for (const auto& [known, value] : headers)
        if (same_text(known, name)) return value;
    return {};
}

std::unique_ptr<client> make_client(loop& on, client_options options) {
    return std::make_unique<keep_alive_client>(on, std::move(options));
}

}  // namespace net::http
