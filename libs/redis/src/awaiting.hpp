// How a coroutine on any executor waits for something that a loop finishes.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <memory>

#include "base/result.hpp"

namespace redis {

// Somebody who waits; told once, or destroyed when the loop is.
template <class T>
class waiter {
public:
    virtual ~waiter() = default;
    virtual void done(base::result<T> outcome) = 0;
};
template <class T>
using waiter_ptr = std::unique_ptr<waiter<T>>;

template <class T>
class calling final : public waiter<T> {
public:
    explicit calling(std::function<void(base::result<T>)> then) : then_{std::move(then)} {}
    void done(base::result<T> outcome) override { then_(std::move(outcome)); }

private:
    std::function<void(base::result<T>)> then_;
};

template <class T>
waiter_ptr<T> call_with(std::function<void(base::result<T>)> then) {
    if (!then) return nullptr;
    return std::make_unique<calling<T>>(std::move(then));
}

// Resumes by post: the coroutine must not run inside a connection's call. Its executor is kept from running dry.
template <class T, class Handler>
class resuming final : public waiter<T> {
public:
    explicit resuming(Handler handler)
        : handler_{std::move(handler)},
          on_{boost::asio::prefer(boost::asio::any_io_executor{boost::asio::get_associated_executor(handler_)},
                                  boost::asio::execution::outstanding_work.tracked)} {}
    void done(base::result<T> outcome) override {
        boost::asio::post(on_, [handler = std::move(handler_), outcome = std::move(outcome)]() mutable {
            std::move(handler)(std::move(outcome));
        });
    }

private:
    Handler handler_;
    boost::asio::any_io_executor on_;
};

// Calls start(waiter_ptr<T>) and waits until that is told.
template <class T, class Start>
base::task<T> awaiting(Start start) {
    auto initiate = [](auto handler, Start begin) {
        using handler_type = std::decay_t<decltype(handler)>;
        begin(std::make_unique<resuming<T, handler_type>>(std::move(handler)));
    };
    co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(base::result<T>)>(
        initiate, boost::asio::use_awaitable, std::move(start));
}

}  // namespace redis
