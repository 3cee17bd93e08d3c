#include "socket_line.hpp"

#include <string>
#include <utility>

#include "resumable_transport.hpp"

namespace signalr {

socket_line::socket_line(net::loop& near, transport& via, std::shared_ptr<resumable_transport> owner)
    : near_{near}, far_{via.home()}, via_{&via}, owner_{std::move(owner)} {}

socket_line::~socket_line() = default;

template <class F>
void socket_line::at_far(F f) {
    if (together()) {
        if (via_) f(*via_);
        return;
    }
    far_.post([self = shared_from_this(), f = std::move(f)] {
        if (!self->via_) return;
        f(*self->via_);
        self->note_backlog();
    });
}

template <class F>
void socket_line::at_near(F f) {
    const auto self = shared_from_this();
    if (together()) return f(*owner_, self);
    near_.post([self, f = std::move(f)] { f(*self->owner_, self); });
}

void socket_line::note_backlog() {
    far_backlog_.store(via_ ? via_->backlog() : 0, std::memory_order_relaxed);
    far_congested_.store(via_ && via_->congested(), std::memory_order_relaxed);
}

// What the socket tells. Lives on the far loop, owned by the socket.
class socket_line::end final : public transport_user {
public:
    end(std::shared_ptr<socket_line> line, principal who) : line_{std::move(line)}, who_{std::move(who)} {}

    void opened() override {
        line_->at_near([who = std::move(who_)](auto& owner, const auto& line) { owner.line_opened(line, who); });
    }
    void received(std::string_view bytes) override {
        if (line_->together())
            return line_->at_near([bytes](auto& owner, const auto& line) { owner.line_received(*line, bytes); });
        line_->at_near(
            [copy = std::string{bytes}](auto& owner, const auto& line) { owner.line_received(*line, copy); });
    }
    void drained() override {
        line_->note_backlog();
        line_->at_near([](auto& owner, const auto& line) { owner.line_drained(*line); });
    }
    void peer_closed() override {
        line_->at_near([](auto& owner, const auto& line) { owner.line_peer_closed(*line); });
    }
    void gone() override {
        line_->via_ = nullptr;
        line_->note_backlog();
        line_->at_near([](auto& owner, const auto& line) { owner.line_gone(*line); });
    }

private:
    const std::shared_ptr<socket_line> line_;
    principal who_;
};

std::shared_ptr<transport_user> socket_line::attach(transport& via, std::shared_ptr<resumable_transport> owner,
                                                    principal who) {
    auto& near = owner->home();
    return std::make_shared<end>(std::make_shared<socket_line>(near, via, std::move(owner)), std::move(who));
}

void socket_line::send(std::string_view message, bool binary) {
    if (together()) return at_far([=](transport& via) { via.send(message, binary); });
    under_way_.fetch_add(message.size(), std::memory_order_relaxed);
    at_far([copy = std::string{message}, binary, self = this](transport& via) {
        via.send(copy, binary);
        self->under_way_.fetch_sub(copy.size(), std::memory_order_relaxed);
    });
}

std::size_t socket_line::backlog() const noexcept {
    if (together()) return via_ ? via_->backlog() : 0;
    return under_way_.load(std::memory_order_relaxed) + far_backlog_.load(std::memory_order_relaxed);
}

bool socket_line::congested() const noexcept {
    return together() ? via_ && via_->congested() : far_congested_.load(std::memory_order_relaxed);
}

void socket_line::pause() {
    at_far([](transport& via) { via.pause(); });
}

void socket_line::resume() {
    at_far([](transport& via) { via.resume(); });
}

void socket_line::close(std::uint16_t websocket_code) {
    at_far([websocket_code](transport& via) { via.close(websocket_code); });
}

}  // namespace signalr
