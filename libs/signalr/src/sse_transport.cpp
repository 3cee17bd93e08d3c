#include "sse_transport.hpp"

namespace signalr {

using net::http::body_writer;
using net::http::response;

void append_event(std::string& out, std::string_view payload) {
    for (;;) {
        const auto end = payload.find('\n');
        auto line = payload.substr(0, end);
        if (end != std::string_view::npos && line.ends_with('\r')) line.remove_suffix(1);
        out.append("data: ").append(line).append("\r\n");
        if (end == std::string_view::npos) break;
        payload.remove_prefix(end + 1);
    }
    out.append("\r\n");
}

response sse_transport::open(net::connection& via, user_factory make_user, std::string early) {
    // An answer that is dropped before it begins gives the token back.
    const std::shared_ptr<http_transport> opening{this, [self = self_as<sse_transport>()](http_transport*) {
                                                      if (!self->writer_) self->over();
                                                  }};
    response answer;
    answer.set("Content-Type", "text/event-stream");
    answer.set("Cache-Control", "no-cache,no-store");
    answer.set("Content-Encoding", "identity");
    answer.set("Pragma", "no-cache");
    answer.set("X-Accel-Buffering", "no");  // reverse proxies must not wait for more
    answer.stream = [opening, self = this, &via, make_user = std::move(make_user), early = std::move(early)](
                        std::unique_ptr<body_writer> writer) { self->start(std::move(writer), via, make_user, early); };
    return answer;
}

void sse_transport::start(std::unique_ptr<body_writer> writer, net::connection& via, const user_factory& make_user,
                          std::string_view early) {
    const auto self = self_as<sse_transport>();
    writer_ = std::move(writer);
    wire_ = &via;
    writer_->on_gone([weak = std::weak_ptr{self}] {
        const auto transport = weak.lock();
        if (!transport) return;
        transport->wire_ = nullptr;
        transport->over();
    });
    writer_->on_drained([weak = std::weak_ptr{self}] {
        const auto transport = weak.lock();
        if (transport && transport->user()) transport->user()->drained();
    });
    writer_->write(":\r\n");  // browsers say `open` now
    begin(make_user, early);
}

void sse_transport::send(std::string_view message, bool) {
    if (closing_ || is_over()) return;
    if (batch_.empty())
        home().at_turn_end([weak = std::weak_ptr{self_as<sse_transport>()}] {
            if (const auto self = weak.lock()) self->flush();
        });
    batch_.append(message);
}

void sse_transport::flush() {
    if (batch_.empty() || !writer_) return;
    thread_local std::string event;
    event.clear();
    append_event(event, batch_);
    if (batch_.capacity() > 512)
        batch_ = {};
    else
        batch_.clear();
    writer_->write(event);
}

std::size_t sse_transport::backlog() const noexcept { return batch_.size() + (writer_ ? writer_->backlog() : 0); }

// Later: the hub's side is in the middle of something.
void sse_transport::close(std::uint16_t) {
    if (std::exchange(closing_, true)) return;
    home().post([self = self_as<sse_transport>()] { self->finish(); });
}

void sse_transport::finish() {
    if (is_over()) return;
    flush();
    wire_ = nullptr;
    writer_->finish();
    over();
}

void sse_transport::let_go() {
    wire_ = nullptr;
    if (writer_) writer_->on_gone({});
    writer_.reset();
}

}  // namespace signalr
