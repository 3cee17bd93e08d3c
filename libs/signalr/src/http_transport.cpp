#include "http_transport.hpp"

#include <utility>

namespace signalr {

using net::http::late_answer;
using net::http::request;
using net::http::response;

namespace {

constexpr std::size_t slice = 16 * 1024;  // no more than that goes to the hub's side after it asked to pause

}  // namespace

response plain(unsigned status, std::string text) {
    return net::http::make_response(status, "text/plain", std::move(text));
}

response uncached(response answer) {
    answer.set("Cache-Control", "no-cache, no-store");
    answer.set("Expires", "Thu, 01 Jan 1970 00:00:00 GMT");
    answer.set("Pragma", "no-cache");
    return answer;
}

response unknown_id() { return plain(404, "No Connection with that ID"); }

void http_transport::begin(const user_factory& make_user, std::string_view early) {
    user_ = make_user(*this);
    user_->opened();
    take(early);
    work_off_posts();
}

// --- from the client

response http_transport::post(const request& r, const principal& who) {
    bool taken = false;
    if (home_.in_this_thread() && user_ && !over_ && !feeding_ && !paused_ &&
        posts_.empty()) {  // nothing is in its way
        if (!admits(who)) return plain(403, "");
        take(r.body);
        if (over_ || !crowded()) return plain(200, "");
        taken = true;
    }
    if (!r.via) return plain(500, "");
    response waits;
    waits.later = [self = shared_from_this(), body = std::string{taken ? std::string_view{} : r.body}, who, taken,
                   at = &r.via->home()](std::unique_ptr<late_answer> late) mutable {
        auto letter = std::make_shared<waiting_post>(
            waiting_post{std::move(body), std::move(who), {std::move(late), *at}, taken});
        auto hand_over = [self, letter] { self->take_post(std::move(*letter)); };
        if (self->home_.in_this_thread()) return hand_over();
        self->home_.post(std::move(hand_over));
    };
    return waits;
}

void http_transport::take_post(waiting_post post) {
    if (over_) return post.answer.give(plain(404, ""));
    if (!admits(post.who)) return post.answer.give(plain(403, ""));
    if (posts_.size() >= core_->options.max_waiting_posts)
        return post.answer.give(plain(503, "").set("Retry-After", "1"));
    posts_.push_back(std::move(post));
    work_off_posts();
}

// In the order in which they came: each waits for those before it.
void http_transport::work_off_posts() {
    while (user_ && !over_ && !feeding_ && !posts_.empty()) {
        auto& next = posts_.front();
        if (!std::exchange(next.taken, true)) {
            const std::string body = std::move(next.body);
            take(body);
            if (over_ || crowded()) return;
        } else if (!roomy()) {
            return;
        }
        auto answer = std::move(next.answer);
        posts_.erase(posts_.begin());
        answer.give(plain(200, ""));
    }
}

bool http_transport::crowded() const noexcept {
    const std::size_t limit = core_->options.application_max_buffer_size;
    return limit > 0 && inbox_.size() >= limit;
}

bool http_transport::roomy() const noexcept {
    const std::size_t limit = core_->options.application_max_buffer_size;
    return limit == 0 || inbox_.size() <= limit / 2;
}

void http_transport::take(std::string_view bytes) {
    if (!inbox_.empty() || paused_) {
        inbox_.append(bytes);
        return;
    }
    inbox_.append(bytes.substr(feed(bytes)));
}

// Says how much the hub's side took before it asked to pause.
std::size_t http_transport::feed(std::string_view bytes) {
    const auto held = user_;  // the connection may end meanwhile
    std::size_t used = 0;
    feeding_ = true;
    while (used < bytes.size() && !paused_ && !over_) {
        const auto piece = bytes.substr(used, slice);
        used += piece.size();
        held->received(piece);
    }
    feeding_ = false;
    return used;
}

void http_transport::resume() {
    paused_ = false;
    if (feeding_ || over_ || !user_) return;
    if (!inbox_.empty()) {
        const std::string waiting = std::exchange(inbox_, {});
        const std::size_t used = feed(waiting);
        inbox_.insert(0, waiting, used);
    }
    work_off_posts();
}

// --- the end

void http_transport::over() {
    if (std::exchange(over_, true)) return;
    const auto self = shared_from_this();
    core_->tokens.remove(token_);
    for (auto& waiting : std::exchange(posts_, {})) waiting.answer.give(plain(waiting.taken ? 200 : 404, ""));
    let_go();
    if (!feeding_) inbox_ = {};
    if (const auto user = std::exchange(user_, nullptr))
        user->gone();
    else
        core_->attached.fetch_sub(1, std::memory_order_relaxed);  // nobody was made who would say so
}

}  // namespace signalr
