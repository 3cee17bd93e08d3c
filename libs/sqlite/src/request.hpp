// What waits for the writer or a reader: a job and the coroutine that awaits its answer.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <utility>
#include <vector>

#include "sqlite/database.hpp"

namespace sqlite {

class request {
public:
    explicit request(boost::asio::any_io_executor e) : executor{std::move(e)} {}
    virtual ~request() = default;
    virtual void resume() = 0;  // on the executor, once: hands the answer over

    database::job work;
    base::steady_time due = base::steady_time::max();
    need room = need::always;
    shape form = shape::steps;
    bool ends_unit = false;    // commit, for a step of a unit
    std::uint64_t beside = 0;  // the unit that the caller works in, without handing it to this job
    base::result<> answer;
    boost::asio::any_io_executor executor;
};

using request_ptr = std::unique_ptr<request>;

template <class Handler>
class awaiting final : public request {
public:
    explicit awaiting(Handler h) : request{boost::asio::get_associated_executor(h)}, handler_{std::move(h)} {}
    void resume() override {
        work = nullptr;  // what the job captured goes before its coroutine does
        auto handler = std::move(handler_);
        handler(std::move(answer));
    }

private:
    Handler handler_;
};

// Answers of one commit, gathered so that each executor is posted to once.
class answers {
public:
    void add(request_ptr r) {
        for (auto& g : groups_)
            if (g.executor == r->executor) return g.waiting.push_back(std::move(r));
        auto executor = r->executor;
        groups_.push_back({std::move(executor), {}});
        groups_.back().waiting.push_back(std::move(r));
    }
    // Counts as work of the loop until the post is over: a loop that ends with this answer is not torn down under it.
    void send() {
        namespace asio = boost::asio;
        for (auto& g : groups_) {
            const auto held = asio::prefer(g.executor, asio::execution::outstanding_work.tracked);
            asio::post(held, [waiting = std::move(g.waiting)]() mutable {
                for (auto& r : waiting) r->resume();
            });
        }
        groups_.clear();
    }

private:
    struct group {
        boost::asio::any_io_executor executor;
        std::vector<request_ptr> waiting;
    };
    std::vector<group> groups_;
};

inline void answer(request_ptr r, base::result<> with) {
    r->answer = std::move(with);
    answers one;
    one.add(std::move(r));
    one.send();
}

// Suspends the caller, hands a request to `submit` and resumes with its answer. `submit` takes (request_ptr).
template <class Submit>
base::task<> ask(Submit submit) {
    namespace asio = boost::asio;
    return asio::async_initiate<const asio::use_awaitable_t<>, void(base::result<>)>(
        [](auto handler, Submit s) {
            s(std::make_unique<awaiting<std::decay_t<decltype(handler)>>>(std::move(handler)));
        },
        asio::use_awaitable, std::move(submit));
}

}  // namespace sqlite
