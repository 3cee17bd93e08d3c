// Coroutines from a test's thread: started on a loop, waited for with a limit.
#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <future>
#include <stdexcept>
#include <thread>
#include <type_traits>

#include "base/result.hpp"
#include "net/loop.hpp"
#include "redis/client.hpp"
#include "redis/subscriber.hpp"

namespace redis::testing {

using namespace std::chrono_literals;

// True as soon as `what` is; false after thirty seconds.
inline bool eventually(const std::function<bool()>& what) {
    const auto until = std::chrono::steady_clock::now() + 30s;
    while (std::chrono::steady_clock::now() < until) {
        if (what()) return true;
        std::this_thread::sleep_for(2ms);
    }
    return what();
}

template <class F>
using value_of = typename std::invoke_result_t<F>::value_type;

// Starts `f` (which gives a task) on `on`; its end is in the future.
template <class F>
std::future<value_of<F>> start(boost::asio::io_context& on, F f) {
    auto done = std::make_shared<std::promise<value_of<F>>>();
    auto result = done->get_future();
    boost::asio::co_spawn(
        on, [f = std::move(f)]() mutable -> std::invoke_result_t<F> { co_return co_await f(); },
        [done](std::exception_ptr failed, value_of<F> outcome) {
            failed ? done->set_exception(failed) : done->set_value(std::move(outcome));
        });
    return result;
}

template <class T>
T outcome(std::future<T> of) {
    if (of.wait_for(60s) != std::future_status::ready) throw std::runtime_error{"a call never ended"};
    return of.get();
}

// Two loops: Redis lives on the first, callers on the second.
class two_loops {
public:
    two_loops() { loops_.start(); }
    net::loop& redis() { return loops_.at(0); }
    net::loop& callers() { return loops_.at(1); }
    template <class F>
    value_of<F> run(F f) {
        return outcome(start(callers().context(), std::move(f)));
    }

private:
    net::loops loops_{2};
};

// The values, or one text that says what went wrong: reads well in an assertion.
inline std::string told(const base::result<reply>& r) {
    if (!r) return std::string{base::to_string(r.error().kind)} + ": " + r.error().message;
    if (r->is_nil()) return "(nil)";
    return r->what() == reply::kind::integer ? std::to_string(r->integer()) : std::string{r->text()};
}

template <class T>
std::string fault_of(const base::result<T>& r) {
    return r ? "no fault" : base::to_string(r.error().kind);
}

}  // namespace redis::testing
