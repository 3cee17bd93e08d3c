// Where one coroutine waits for something that any thread may bring, up to a limit.
#pragma once
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <memory>
#include <mutex>
#include <optional>

namespace signalr {

// Who brings may keep it longer than the waiter and its executor live: all that belongs to those is in the coroutine.
template <class T>
class answer_box : public std::enable_shared_from_this<answer_box<T>> {
public:
    // Any thread; the first counts.
    void put(T value) {
        const std::scoped_lock lock{guard_};
        if (got_) return;
        got_.emplace(std::move(value));
        if (!waiting_) return;
        boost::asio::post(waiting_->get_executor(), [self = this->shared_from_this()] {
            const std::scoped_lock still{self->guard_};
            if (self->waiting_) self->waiting_->cancel();
        });
    }

    // Once. nullopt: the time is over. When the caller is cancelled it throws operation_aborted.
    boost::asio::awaitable<std::optional<T>> take(std::chrono::milliseconds limit) {
        // The caller's executor may have several threads.
        auto strand = boost::asio::make_strand(co_await boost::asio::this_coro::executor);
        co_return co_await boost::asio::co_spawn(
            strand, [self = this->shared_from_this(), limit] { return self->wait(limit); }, boost::asio::use_awaitable);
    }

private:
    using timer = boost::asio::steady_timer;

    boost::asio::awaitable<std::optional<T>> wait(std::chrono::milliseconds limit) {
        timer until{co_await boost::asio::this_coro::executor, limit};
        const presence here{*this, until};
        if (here.came_too_late) co_return std::move(got_);
        const auto [ended] = co_await until.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
        const std::scoped_lock lock{guard_};
        if (ended && !got_) throw boost::system::system_error{ended};
        co_return std::move(got_);
    }

    struct presence {
        presence(answer_box& b, timer& t) : box{b} {
            const std::scoped_lock lock{box.guard_};
            came_too_late = box.got_.has_value();
            if (!came_too_late) box.waiting_ = &t;
        }
        ~presence() {
            const std::scoped_lock lock{box.guard_};
            box.waiting_ = nullptr;
        }
        answer_box& box;
        bool came_too_late = false;
    };

    std::mutex guard_;
    std::optional<T> got_;
    timer* waiting_ = nullptr;
};

}  // namespace signalr
