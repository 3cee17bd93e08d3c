// What an adapter's test hands to the contract suite, and what the suite's tests are written with.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base_testing/loop.hpp"
#include "messaging/consumer.hpp"
#include "messaging/inspector.hpp"
#include "messaging/lifecycle.hpp"
#include "messaging/publisher.hpp"

namespace messaging::contract {

namespace asio = boost::asio;
using namespace std::chrono_literals;

using base_testing::eventually;
using base_testing::limit;
using base_testing::loop;

// One broker with queues of its own, empty at first.
class broker_under_test {
public:
    virtual ~broker_under_test() = default;
    virtual messaging::publisher& publisher() = 0;
    virtual messaging::inspector& inspector() = 0;
    virtual std::unique_ptr<consumer> make_consumer(consumer_options o) = 0;
    virtual void restart() = 0;  // everything handed out before is gone; what the broker stored stays
    virtual void advance(std::chrono::microseconds by) = 0;  // moves the clock that retries and holds go by
    virtual bool has_units() const = 0;                      // batches carry a unit that publishes join
};

struct adapter {
    std::string name;
    std::function<std::unique_ptr<broker_under_test>()> make;
};
inline std::ostream& operator<<(std::ostream& out, const adapter& a) { return out << a.name; }
inline std::string name_of(const testing::TestParamInfo<adapter>& info) { return info.param.name; }

// Lets a handler wait until the test says so.
class gate {
public:
    void open() { open_ = true; }
    asio::awaitable<void> pass() {
        asio::steady_timer pause{co_await asio::this_coro::executor};
        while (!open_) {
            pause.expires_after(200us);
            co_await pause.async_wait(asio::use_awaitable);
        }
    }

private:
    std::atomic<bool> open_{false};
};

inline message note(std::string body) {
    message m;
    m.body = std::move(body);
    m.correlation_id = "0197a1b2-0000-7000-8000-000000000002";
    return m;
}

inline std::vector<message> notes_named(const std::vector<std::string>& names) {
    std::vector<message> out;
    for (const auto& name : names) out.push_back(note(name));
    return out;
}

inline std::vector<message> notes(int from, int to) {
    std::vector<message> out;
    for (int i = from; i < to; ++i) out.push_back(note(std::to_string(i)));
    return out;
}

// A consumer at work: keeps what it was given, answers as it is told. Stops and waits when it goes.
class worker {
public:
    // What is answered for one message; ack where nothing is said.
    using judge = std::function<outcome(const delivery&)>;
    using hook = std::function<asio::awaitable<void>(const base::call_context&, const batch&)>;

    worker(loop& on, broker_under_test& broker, consumer_options o, judge judged = {}, hook before = {})
        : consumer_{broker.make_consumer(std::move(o))}, judge_{std::move(judged)}, before_{std::move(before)} {
        done_ = on.start([this] {
            return consumer_->run([this](const base::call_context& c, const batch& b) { return handle(c, b); });
        });
    }
    ~worker() {
        stop();
        if (!finished()) {
            ADD_FAILURE() << "the consumer did not stop";
            std::abort();
        }
    }
    void stop() { consumer_->stop(); }
    bool finished() { return done_.wait_for(limit) == std::future_status::ready; }
    bool running() { return done_.wait_for(0s) != std::future_status::ready; }
    bool healthy() const { return consumer_->healthy(); }

    std::vector<delivery> seen() const {
        const std::lock_guard held{guard_};
        return seen_;
    }
    std::vector<std::size_t> sizes() const {
        const std::lock_guard held{guard_};
        return sizes_;
    }
    std::size_t count() const { return seen().size(); }
    std::vector<std::string> bodies() const {
        std::vector<std::string> out;
        for (const auto& d : seen()) out.push_back(d.content.body);
        return out;
    }
    bool has_seen(std::size_t n) const {
        return eventually([&] { return count() >= n; });
    }
    bool has_seen(const std::string& body, std::ptrdiff_t times = 1) const {
        return eventually([&] { return std::ranges::count(bodies(), body) >= times; });
    }

private:
    asio::awaitable<std::vector<outcome>> handle(base::call_context ctx, batch b) {
        {
            const std::lock_guard held{guard_};
            seen_.insert(seen_.end(), b.messages.begin(), b.messages.end());
            sizes_.push_back(b.messages.size());
        }
        if (before_) co_await before_(ctx, b);
        std::vector<outcome> answers;
        for (const auto& d : b.messages) answers.push_back(judge_ ? judge_(d) : outcome{});
        co_return answers;
    }

    mutable std::mutex guard_;
    std::vector<delivery> seen_;
    std::vector<std::size_t> sizes_;
    std::unique_ptr<consumer> consumer_;
    judge judge_;
    hook before_;
    std::future<void> done_;
};

class MessagingContract : public testing::TestWithParam<adapter> {
protected:
    static constexpr std::string_view q = "order.accepted", dlq = "order.accepted.dlq";

    base::result<> publish(std::vector<message> messages, std::string_view to = q) {
        return on.wait([&] { return broker->publisher().publish(ctx, to, std::move(messages)); });
    }
    base::result<> publish(message one, std::string_view to = q) {
        std::vector<message> list;
        list.push_back(std::move(one));
        return publish(std::move(list), to);
    }
    std::vector<stored_message> browse(std::string_view name, std::uint64_t after = 0, std::size_t most = 100) {
        auto found = on.wait([&] { return broker->inspector().browse(ctx, name, after, most); });
        EXPECT_TRUE(found);
        return found ? *found : std::vector<stored_message>{};
    }
    queue_state state(std::string_view name = q) {
        auto all = on.wait([&] { return broker->inspector().queues(ctx); });
        EXPECT_TRUE(all);
        for (const auto& s : *all)
            if (s.name == name) return s;
        return {};
    }
    bool becomes_empty(std::string_view name = q) {
        return eventually([&] {
            const auto s = state(name);
            return s.ready == 0 && s.in_hand == 0;
        });
    }
    static consumer_options options(std::size_t batch = 300) {
        consumer_options o;
        o.queue = q;
        o.batch = batch;
        return o;
    }
    // A judge that gives `what` the first time it sees `body`, and acks everything else.
    static worker::judge once(std::string body, outcome what) {
        return [body, what, done = std::make_shared<bool>(false)](const delivery& d) -> outcome {
            if (d.content.body != body || *done) return {};
            *done = true;
            return what;
        };
    }

    loop on;
    std::unique_ptr<broker_under_test> broker = GetParam().make();
    base::call_context ctx;
};

}  // namespace messaging::contract
