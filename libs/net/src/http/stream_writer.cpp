#include "stream_writer.hpp"

#include "chunked.hpp"

namespace net::http {
namespace {

class writer final : public body_writer {
public:
    explicit writer(std::shared_ptr<stream_link> link) : link_{std::move(link)} {}
    ~writer() override { link_->drop(); }
    void write(std::string_view piece) override { link_->write(piece); }
    void finish() override { link_->finish(); }
    std::size_t backlog() const noexcept override { return link_->backlog(); }
    bool gone() const noexcept override { return link_->gone(); }
    void on_gone(std::function<void()> f) override { link_->on_gone(std::move(f)); }
    void on_drained(std::function<void()> f) override { link_->on_drained(std::move(f)); }

private:
    std::shared_ptr<stream_link> link_;
};

}  // namespace

void stream_link::write(std::string_view piece) {
    if (!owner_ || finished_ || gone_ || piece.empty()) return;
    if (!chunked_) return owner_->stream_bytes(piece);
    thread_local std::string framed;
    framed.clear();
    append_chunk(framed, piece);
    owner_->stream_bytes(framed);
}

void stream_link::finish() {
    if (finished_ || gone_ || !owner_) return;
    finished_ = true;
    if (chunked_) owner_->stream_bytes("0\r\n\r\n");
    auto held = std::move(held_);
    std::exchange(owner_, nullptr)->stream_finished();
}

void stream_link::drop() {
    on_gone_ = nullptr;
    on_drained_ = nullptr;
    if (finished_ || gone_ || !owner_) return;
    finished_ = true;
    auto held = std::move(held_);
    std::exchange(owner_, nullptr)->stream_dropped();
}

void stream_link::peer_gone() {
    gone_ = true;
    owner_ = nullptr;
    auto tell = std::exchange(on_gone_, nullptr);
    if (auto sent = take_sent()) sent();
    if (tell) tell();
    held_.reset();
}

std::unique_ptr<body_writer> make_body_writer(std::shared_ptr<stream_link> link) {
    return std::make_unique<writer>(std::move(link));
}

}  // namespace net::http
