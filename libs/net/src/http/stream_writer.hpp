// A streamed answer in two halves: the body_writer that the handler holds, and the exchange it belongs to.
#pragma once
#include <functional>
#include <memory>
#include <string_view>

#include "net/http/message.hpp"

namespace net::http {

class stream_owner {
public:
    virtual void stream_bytes(std::string_view piece) = 0;
    virtual void stream_finished() = 0;
    virtual void stream_dropped() = 0;
    virtual std::size_t stream_backlog() const noexcept = 0;

protected:
    ~stream_owner() = default;
};

// Loop thread only. Either half may go first.
class stream_link {
public:
    stream_link(stream_owner& owner, bool chunked, std::shared_ptr<connection> held, std::function<void()> sent)
        : owner_{&owner}, held_{std::move(held)}, sent_{std::move(sent)}, chunked_{chunked} {}
    ~stream_link() {
        if (sent_) sent_();
    }
    stream_link(const stream_link&) = delete;
    stream_link& operator=(const stream_link&) = delete;

    // The writer's side.
    void write(std::string_view piece);
    void finish();
    void drop();  // aborts unless it is finished
    bool gone() const noexcept { return gone_; }
    std::size_t backlog() const noexcept { return owner_ ? owner_->stream_backlog() : 0; }
    void on_gone(std::function<void()> f) { on_gone_ = std::move(f); }
    void on_drained(std::function<void()> f) { on_drained_ = std::move(f); }

    // The exchange's side.
    void peer_gone();
    void drained() {
        if (on_drained_) on_drained_();
    }
    void lose_owner() noexcept { owner_ = nullptr; }
    std::function<void()> take_sent() { return std::exchange(sent_, nullptr); }

private:
    stream_owner* owner_;
    std::shared_ptr<connection> held_;  // owns the owner
    std::function<void()> sent_, on_gone_, on_drained_;
    bool chunked_;
    bool finished_ = false, gone_ = false;
};

std::unique_ptr<body_writer> make_body_writer(std::shared_ptr<stream_link> link);

}  // namespace net::http
