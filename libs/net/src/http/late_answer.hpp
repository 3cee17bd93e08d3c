// An answer that comes later, in two halves: the late_answer that the handler holds, and the exchange it belongs to.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "net/http/message.hpp"

namespace net::http {

class late_owner {
public:
    virtual void late_given(response&& r) = 0;
    virtual void late_dropped() = 0;

protected:
    ~late_owner() = default;
};

// Loop thread only. Either half may go first.
class late_link {
public:
    using header_list = std::vector<std::pair<std::string, std::string>>;

    // `headers`: what the layers between handler and server have said already.
    late_link(late_owner& owner, std::shared_ptr<connection> held, header_list headers)
        : owner_{&owner}, held_{std::move(held)}, headers_{std::move(headers)} {}

    // The handler's side.
    void give(response r) {
        on_gone_ = nullptr;
        if (!owner_) return;
        for (auto& h : headers_) r.headers.push_back(std::move(h));
        const auto held = std::move(held_);
        std::exchange(owner_, nullptr)->late_given(std::move(r));
    }
    void drop() {
        on_gone_ = nullptr;
        if (!owner_) return;
        const auto held = std::move(held_);
        std::exchange(owner_, nullptr)->late_dropped();
    }
    bool gone() const noexcept { return owner_ == nullptr; }
    void on_gone(std::function<void()> f) { on_gone_ = std::move(f); }

    // The exchange's side.
    void peer_gone() {
        owner_ = nullptr;
        if (const auto tell = std::exchange(on_gone_, nullptr)) tell();
        held_.reset();
    }
    void lose_owner() noexcept { owner_ = nullptr; }

private:
    late_owner* owner_;
    std::shared_ptr<connection> held_;  // owns the owner
    header_list headers_;
    std::function<void()> on_gone_;
};

class late_handle final : public late_answer {
public:
    explicit late_handle(std::shared_ptr<late_link> link) : link_{std::move(link)} {}
    ~late_handle() override { link_->drop(); }
    void give(response r) override { link_->give(std::move(r)); }
    bool gone() const noexcept override { return link_->gone(); }
    void on_gone(std::function<void()> f) override { link_->on_gone(std::move(f)); }

private:
    std::shared_ptr<late_link> link_;
};

}  // namespace net::http
