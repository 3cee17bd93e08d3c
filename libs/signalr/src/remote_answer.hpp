// Answers to requests that came by another loop than the one that answers them.
#pragma once
#include <memory>
#include <utility>

#include "net/http/message.hpp"
#include "net/loop.hpp"

namespace signalr {

net::http::response plain(unsigned status, std::string text);
// Long polls are told not to be kept by caches, also when they are refused.
net::http::response uncached(net::http::response answer);
net::http::response unknown_id();

// Owned by one thread at a time; the late_answer inside is touched by its own loop alone.
class remote_answer {
public:
    remote_answer(std::unique_ptr<net::http::late_answer> a, net::loop& at) : answer_{std::move(a)}, at_{&at} {}
    remote_answer(remote_answer&&) noexcept = default;
    remote_answer& operator=(remote_answer&& other) noexcept {
        std::swap(answer_, other.answer_);
        std::swap(at_, other.at_);
        return *this;
    }
    ~remote_answer() {
        if (answer_) give(unknown_id());  // whatever was to answer it is gone
    }

    void give(net::http::response r) {
        if (at_->in_this_thread()) return std::exchange(answer_, nullptr)->give(std::move(r));
        struct letter {
            std::unique_ptr<net::http::late_answer> to;
            net::http::response what;
        };
        auto sent = std::make_shared<letter>(letter{std::move(answer_), std::move(r)});
        at_->post([sent] { sent->to->give(std::move(sent->what)); });
    }

private:
    std::unique_ptr<net::http::late_answer> answer_;
    net::loop* at_;
};

}  // namespace signalr
