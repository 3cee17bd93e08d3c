#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "platform/service.hpp"

namespace platform {
namespace {

using boost::asio::awaitable;
using std::chrono::milliseconds;
using step = std::function<awaitable<void>()>;

constexpr milliseconds glance{10};  // how often what is in hand is looked at

awaitable<void> sleep_for(milliseconds time) {
    boost::asio::steady_timer timer{co_await boost::asio::this_coro::executor, time};
    co_await timer.async_wait(boost::asio::use_awaitable);
}

class shutdown {
public:
    shutdown(shutdown_plan plan, base::log_scope log) : plan_{std::move(plan)}, log_{std::move(log)} {
        if (!plan_.wait) plan_.wait = sleep_for;
    }

    awaitable<bool> run() {
        log_.info("shutdown begins", {{"LameDuckMs", std::to_string(plan_.lame_duck.count())}});
        for (const auto& f : plan_.begin) take("begin", f);
        co_await pass(plan_.lame_duck, [this] { return !hurried(); });
        auto left = co_await take_all("stop intake", plan_.stop_intake, plan_.finish);
        co_await pass(left, [this] { return work_left() && !hurried(); });
        const bool clean = !work_left();
        if (!clean) log_.warn("work was left in hand; it will be done elsewhere");
        co_await take_all("goodbye", plan_.goodbye, plan_.farewell);
        log_.info("shutdown done");
        for (const auto& f : plan_.flush) take("flush", f);
        co_return clean;
    }

private:
    bool hurried() const { return plan_.hurry && plan_.hurry(); }

    bool work_left() const {
        for (const auto& some : plan_.in_hand)
            if (some()) return true;
        return false;
    }

    // Until `limit` is over or there is nothing more to wait for; says what is left of the limit.
    template <class F>
    awaitable<milliseconds> pass(milliseconds limit, F go_on) {
        while (limit.count() > 0 && go_on()) {
            const auto nap = std::min(glance, limit);
            co_await plan_.wait(nap);
            limit -= nap;
        }
        co_return limit;
    }

    void take(const char* what, const std::function<void()>& f) const {
        try {
            f();
        } catch (const std::exception& e) {
            failed(what, e.what());
        }
    }

    void failed(std::string_view step, std::string_view why) const {
        log_.error("shutdown step failed", {{"Step", step}, {"What", why}});
    }

    // One after the other, within one budget. A step that is not done by then goes on by itself.
    awaitable<milliseconds> take_all(std::string what, std::vector<step> steps, milliseconds budget) {
        const auto executor = co_await boost::asio::this_coro::executor;
        for (const auto& f : steps) {
            const auto done = std::make_shared<std::atomic<bool>>(false);
            boost::asio::co_spawn(
                executor, [f]() -> awaitable<void> { co_await f(); },
                [done, what, log = log_](std::exception_ptr broke) {
                    *done = true;
                    try {
                        if (broke) std::rethrow_exception(broke);
                    } catch (const std::exception& e) {
                        log.error("shutdown step failed", {{"Step", what}, {"What", e.what()}});
                    }
                });
            co_await boost::asio::post(executor, boost::asio::use_awaitable);  // let it finish at once if it can
            budget = co_await pass(budget, [&] { return !*done; });
            if (!*done) log_.warn("shutdown step takes too long", {{"Step", what}});
        }
        co_return budget;
    }

    shutdown_plan plan_;
    base::log_scope log_;
};

}  // namespace

awaitable<bool> run_shutdown(shutdown_plan plan, base::log_scope log) {
    shutdown now{std::move(plan), std::move(log)};
    co_return co_await now.run();
}

}  // namespace platform
