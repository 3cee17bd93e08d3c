#include "order_accept/order_lookup.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <mutex>

namespace order_accept {
namespace {

constexpr std::size_t most_per_batch = 500;

struct waiter {
    contracts::correlation_id id;
    base::result<orders::found_order> answer;
    std::function<void()> wake;  // on the waiter's own executor
};

}  // namespace

struct order_lookup::inside : std::enable_shared_from_this<inside> {
    explicit inside(const dependencies& from) : needs{from} {}

    const dependencies needs;
    std::mutex guard;
    std::vector<std::shared_ptr<waiter>> waiting;
    bool busy = false;

    // False: too many wait.
    bool join(std::shared_ptr<waiter> w, const boost::asio::any_io_executor& ex) {
        {
            const std::lock_guard lock{guard};
            if (waiting.size() >= needs.limits.waiting_lookups) return false;
            waiting.push_back(std::move(w));
            if (std::exchange(busy, true)) return true;
        }
        boost::asio::co_spawn(
            ex, [self = shared_from_this()]() -> boost::asio::awaitable<void> { return self->drain(self); },
            boost::asio::detached);
        return true;
    }

    std::vector<std::shared_ptr<waiter>> take() {
        const std::lock_guard lock{guard};
        const auto n = std::min(waiting.size(), most_per_batch);
        const auto end = waiting.begin() + static_cast<std::ptrdiff_t>(n);
        std::vector<std::shared_ptr<waiter>> out{std::make_move_iterator(waiting.begin()),
                                                 std::make_move_iterator(end)};
        waiting.erase(waiting.begin(), end);
        busy = !out.empty();
        return out;
    }

    // Until nobody waits.
    boost::asio::awaitable<void> drain(std::shared_ptr<inside>) {
        for (auto batch = take(); !batch.empty(); batch = take()) {
            std::vector<contracts::correlation_id> ids;
            ids.reserve(batch.size());
            for (const auto& w : batch) ids.push_back(w->id);
            auto found = co_await ask(std::move(ids));
            for (std::size_t i = 0; i < batch.size(); ++i) {
                if (found)
                    batch[i]->answer = std::move((*found)[i]);
                else
                    batch[i]->answer = std::unexpected(found.error());
                batch[i]->wake();
            }
        }
    }

    // A store that throws must not leave everybody waiting.
    base::task<std::vector<orders::found_order>> ask(std::vector<contracts::correlation_id> ids) {
        const auto count = ids.size();
        try {
            const base::call_context ctx{.trace = {}, .log = needs.log};
            auto found =
                co_await needs.orders.find_all(ctx.within(needs.clock, needs.limits.sql_deadline), std::move(ids));
            if (found && found->size() != count) co_return base::fail(base::fault_kind::internal, "too few answers");
            co_return found;
        } catch (const std::exception& e) {
            co_return base::fail(base::fault_kind::internal, e.what());
        }
    }
};

order_lookup::order_lookup(const dependencies& from) : inside_{std::make_shared<inside>(from)} {}

base::task<orders::found_order> order_lookup::find(base::call_context ctx, contracts::correlation_id id) {
    if (ctx.due <= inside_->needs.clock.steady()) co_return base::fail(base::fault_kind::timeout, "too late to ask");
    const auto w = std::make_shared<waiter>(id);
    const auto ex = co_await boost::asio::this_coro::executor;
    bool joined = false;
    co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(
        [&joined, w, ex, self = inside_](auto handler) {
            const auto resume = std::make_shared<decltype(handler)>(std::move(handler));
            w->wake = [resume, ex] { boost::asio::post(ex, [resume] { std::move (*resume)(); }); };
            joined = true;
            if (self->join(w, ex)) return;
            joined = false;
            w->wake();
        },
        boost::asio::use_awaitable);
    if (!joined) co_return base::fail(base::fault_kind::unavailable, "too many look-ups wait");
    co_return std::move(w->answer);
}

}  // namespace order_accept
