// A connection whose two directions are requests of their own: what Server-Sent Events and long polling have in common.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "hub_core.hpp"
#include "remote_answer.hpp"
#include "transport.hpp"

namespace signalr {

// Lives on the loop of its first GET; what comes by other loops is posted there. For that loop's thread, but for what is marked.
class http_transport : public transport, public token_carrier, public std::enable_shared_from_this<http_transport> {
public:
    http_transport(std::shared_ptr<hub_core> core, const connection_id& token, net::loop& home)
        : core_{std::move(core)}, token_{token}, home_{home} {}

    net::loop& home() noexcept override { return home_; }  // any thread
    // Answers a POST once the hub's side has room for it. Any thread: that of the request.
    net::http::response post(const net::http::request& r, const principal& who);

    void pause() override { paused_ = true; }
    void resume() override;

    // The connection is over: its token, its requests and the hub's side are let go of. Idempotent.
    void over() override;

protected:
    void begin(const user_factory& make_user, std::string_view early);
    virtual void let_go() = 0;  // of the requests that wait

    bool admits(const principal& who) { return !user_ || user_->admits(who); }
    transport_user* user() const noexcept { return user_.get(); }
    hub_core& core() const noexcept { return *core_; }
    const connection_id& token() const noexcept { return token_; }
    bool is_over() const noexcept { return over_; }
    template <class T>
    std::shared_ptr<T> self_as() {
        return std::static_pointer_cast<T>(shared_from_this());
    }

private:
    struct waiting_post {
        std::string body;
        principal who;
        remote_answer answer;
        bool taken = false;  // the body is in the inbox, which is too full to say so
    };
    void take_post(waiting_post post);
    void work_off_posts();
    void take(std::string_view bytes);
    std::size_t feed(std::string_view bytes);
    bool crowded() const noexcept;
    bool roomy() const noexcept;

    const std::shared_ptr<hub_core> core_;
    const connection_id token_;
    net::loop& home_;
    std::shared_ptr<transport_user> user_;
    std::string inbox_;                // from POSTs, not yet given to the hub's side
    std::vector<waiting_post> posts_;  // few: max_waiting_posts
    bool paused_ = false;
    bool feeding_ = false;
    bool over_ = false;
};

}  // namespace signalr
