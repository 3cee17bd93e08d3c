// Streams: generator<T> is what a streaming method returns, upload<T> what a method takes that a client streams to.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/this_coro.hpp>
#include <coroutine>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "signalr/codec.hpp"

namespace signalr {
namespace detail {

// Where a generator runs: a stream of a connection.
class generator_host {
public:
    virtual boost::asio::any_io_executor executor() const = 0;
    // Runs `work` to its first suspension. True: it has ended. False: the host resumes the generator when it has.
    virtual bool await(boost::asio::awaitable<void> work) = 0;

protected:
    ~generator_host() = default;
};

// Why a generator gave control back.
enum class generator_stop : unsigned char { item, waiting, ended };

[[noreturn]] void throw_cancelled();

class generator_promise {
public:
    std::suspend_always initial_suspend() const noexcept { return {}; }
    std::suspend_always final_suspend() noexcept {
        stop = generator_stop::ended;
        return {};
    }
    void return_void() const noexcept {}
    void unhandled_exception() noexcept { trouble = std::current_exception(); }

    auto await_transform(boost::asio::this_coro::executor_t) const noexcept {
        struct at_hand {
            boost::asio::any_io_executor value;
            bool await_ready() const noexcept { return true; }
            void await_suspend(std::coroutine_handle<>) const noexcept {}
            boost::asio::any_io_executor await_resume() noexcept { return std::move(value); }
        };
        return at_hand{host->executor()};
    }
    template <class U>
    auto await_transform(boost::asio::awaitable<U> work);

    void check() const {
        if (cancelled) throw_cancelled();
    }

    generator_host* host = nullptr;
    std::exception_ptr trouble;
    generator_stop stop = generator_stop::waiting;
    bool cancelled = false;
};

// One awaitable that a generator waits for. Lives in the generator's frame, which stays until the work has ended.
template <class U>
class awaited_by_generator {
public:
    awaited_by_generator(generator_promise& by, boost::asio::awaitable<U> work) : by_{by}, work_{std::move(work)} {}

    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<>) {
        by_.stop = generator_stop::waiting;
        if (by_.cancelled) return true;  // its last suspension: nothing is begun any more
        return !by_.host->await(run(*this));
    }
    U await_resume() {
        if (trouble_) std::rethrow_exception(std::move(trouble_));
        by_.check();  // the work may not have minded
        if constexpr (!std::is_void_v<U>) return std::move(*value_);
    }

private:
    static boost::asio::awaitable<void> run(awaited_by_generator& self) {
        try {
            if constexpr (std::is_void_v<U>)
                co_await std::move(self.work_);
            else
                self.value_.emplace(co_await std::move(self.work_));
        } catch (...) {
            self.trouble_ = std::current_exception();
        }
    }

    generator_promise& by_;
    boost::asio::awaitable<U> work_;
    std::optional<std::conditional_t<std::is_void_v<U>, std::monostate, U>> value_;
    std::exception_ptr trouble_;
};

template <class U>
auto generator_promise::await_transform(boost::asio::awaitable<U> work) {
    return awaited_by_generator<U>{*this, std::move(work)};
}

}  // namespace detail

// A coroutine that yields values and may await Asio's awaitables between them:
//   signalr::generator<int> count(int to) { for (int i = 0; i < to; ++i) { co_await pause(); co_yield i; } }
// It may also await asio::this_coro::executor, which is the connection's loop. Its rules:
// - It begins when the stream does, runs on the connection's loop, and only as fast as the client takes its items: after co_yield it
//   goes on when there is room in the transport.
// - When the client cancels the stream or goes, what it awaits is cancelled, and the co_await or co_yield at which it stands throws
//   boost::system::system_error (operation_aborted), as Asio's own coroutines do. It may clean up and send a last word then; at
//   its next suspension it is destroyed. Work that ignores cancellation is waited for first.
// - What it throws ends the stream with an error; what it yielded before stays valid.
// - Parameters taken by reference are good for as long as it lives, as with other hub methods.
template <class T>
class [[nodiscard]] generator {
    static_assert(std::is_object_v<T> && !std::is_const_v<T>, "a generator yields values");

public:
    using value_type = T;

    class promise_type : public detail::generator_promise {
    public:
        generator get_return_object() { return generator{handle::from_promise(*this)}; }

        auto yield_value(T value) noexcept(std::is_nothrow_move_constructible_v<T>) {
            struct yielded {
                promise_type& by;
                T value;
                bool await_ready() const noexcept { return false; }
                void await_suspend(std::coroutine_handle<>) noexcept {
                    by.item = &value;
                    by.stop = detail::generator_stop::item;
                }
                void await_resume() const {
                    by.item = nullptr;
                    by.check();
                }
            };
            return yielded{*this, std::move(value)};
        }

        const T* item = nullptr;
    };

    generator() = default;  // none: the call fails
    generator(generator&& other) noexcept : frame_{std::exchange(other.frame_, {})} {}
    generator& operator=(generator&& other) noexcept {
        std::swap(frame_, other.frame_);
        return *this;
    }
    ~generator() {
        if (frame_) frame_.destroy();
    }
    explicit operator bool() const noexcept { return static_cast<bool>(frame_); }

    // The hub's side. Not while an awaited work runs, and not after `ended`.
    detail::generator_stop resume(detail::generator_host& host) {
        frame_.promise().host = &host;
        frame_.resume();
        return frame_.promise().stop;
    }
    const T& item() const noexcept { return *frame_.promise().item; }  // after `item`
    std::exception_ptr trouble() const noexcept { return frame_.promise().trouble; }
    void cancel() noexcept { frame_.promise().cancelled = true; }

private:
    using handle = std::coroutine_handle<promise_type>;
    explicit generator(handle frame) noexcept : frame_{frame} {}
    handle frame_;
};

namespace detail {

// What a connection sees of an upload. Loop thread only.
class upload_port {
public:
    virtual ~upload_port() = default;

    // `room`: items that may wait. `on_room`: one was taken of more than that. Before the first item.
    void open(std::size_t room, std::function<void()> on_room);
    void take(value_reader& item);     // one that is no T ends the stream with an error
    void end(std::exception_ptr why);  // null: in order. Once; later calls do nothing
    bool ended() const noexcept { return ended_; }
    bool overfull() const noexcept { return waiting() > room_; }
    void detach() noexcept { on_room_ = nullptr; }  // the connection is no longer interested

protected:
    // Waits for an item. False: the client has completed the stream. Throws what it ended with, once the items are used up.
    boost::asio::awaitable<bool> ready();
    void taken();

    virtual bool read(value_reader& item) = 0;
    virtual std::size_t waiting() const noexcept = 0;

private:
    class sleeper;
    void wake();

    std::size_t room_ = 0;
    std::function<void()> on_room_;
    std::exception_ptr why_;
    sleeper* asleep_ = nullptr;
    bool ended_ = false;
};

template <class T>
class upload_queue final : public upload_port {
public:
    boost::asio::awaitable<std::optional<T>> next(std::shared_ptr<upload_queue> self) {
        if (!co_await ready()) co_return std::nullopt;
        std::optional<T> first{std::move(self->items_.front())};
        items_.pop_front();
        taken();
        co_return first;
    }

private:
    bool read(value_reader& item) override {
        T value{};
        if (!codec<T>::read(item, value)) return false;
        items_.push_back(std::move(value));
        return true;
    }
    std::size_t waiting() const noexcept override { return items_.size(); }

    std::deque<T> items_;
};

}  // namespace detail

// The items that a client sends, at most hub_options::stream_buffer_capacity of them waiting; then nothing more is read from that
// client. A parameter of methods that return awaitable<…> or generator<…>. Loop thread only; good while the method runs.
template <class T>
class upload {
public:
    explicit upload(std::shared_ptr<detail::upload_queue<T>> queue) noexcept : queue_{std::move(queue)} {}

    // nullopt: the client has completed the stream. Throws hub_exception with the client's text when it ended with an error, or
    // with "Failed to bind Stream message." when an item is no T. One at a time.
    boost::asio::awaitable<std::optional<T>> next() { return queue_->next(queue_); }

private:
    std::shared_ptr<detail::upload_queue<T>> queue_;
};

}  // namespace signalr
