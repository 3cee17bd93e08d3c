// How much the embedded broker carries: 64 publishers that each await their confirm, then one consumer that acks.
// Usage: embedded_bench [messages] [directory]
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <future>
#include <thread>

#include "messaging/embedded/broker.hpp"

namespace asio = boost::asio;
using std::chrono::steady_clock;

namespace {

constexpr int publishers = 64;

messaging::message order() {
    messaging::message m;
    m.body =
        R"({"CorrelationId":{"Value":"0197a1b2-0000-7000-8000-000000000002"},"Order":{"CustomerId":"CUST-0001",)"
        R"("Items":[{"ProductId":"AZ-700","Quantity":1,"UnitPrice":129.00}],"AcceptedAt":"2026-01-01T00:00:00.000Z"}})";
    m.correlation_id = "0197a1b2-0000-7000-8000-000000000002";
    m.headers = {{"traceparent", "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"},
                 {"baggage", "correlation_id=0197a1b2-0000-7000-8000-000000000002"},
                 {"x-correlation-id", "0197a1b2-0000-7000-8000-000000000002"},
                 {"x-timeline", "accepted=1767225600000000;queued=1767225600000100;"}};
    return m;
}

class loop_thread {
public:
    ~loop_thread() {
        work_.reset();
        thread_.join();
    }
    asio::io_context io{1};

private:
    asio::executor_work_guard<asio::io_context::executor_type> work_{io.get_executor()};
    std::thread thread_{[this] { io.run(); }};
};

void publish_all(loop_thread& on, messaging::embedded_broker& broker, int messages) {
    std::atomic<int> left = messages, running = publishers;
    std::promise<void> done;
    for (int i = 0; i < publishers; ++i)
        asio::co_spawn(
            on.io,
            [&]() -> asio::awaitable<void> {
                while (left-- > 0) {
                    std::vector<messaging::message> one;
                    one.push_back(order());
                    if (!co_await broker.publisher().publish({}, "order.accepted", std::move(one))) std::abort();
                }
                if (--running == 0) done.set_value();
            },
            asio::detached);
    done.get_future().wait();
}

void consume_all(loop_thread& on, messaging::embedded_broker& broker, int messages) {
    messaging::consumer_options o;
    o.queue = "order.accepted";
    auto consumer = broker.make_consumer(o);
    int seen = 0;
    auto handle = [&](const base::call_context&,
                      const messaging::batch& b) -> asio::awaitable<std::vector<messaging::outcome>> {
        seen += static_cast<int>(b.messages.size());
        if (seen >= messages) consumer->stop();
        co_return std::vector<messaging::outcome>(b.messages.size());
    };
    std::promise<void> done;
    asio::co_spawn(on.io, [&] { return consumer->run(handle); }, [&](std::exception_ptr) { done.set_value(); });
    done.get_future().wait();
}

// Wall time says what the disk and the machine gave; processor time a message is the figure to compare.
class phase {
public:
    phase(const char* what, int messages, const sqlite::database& db)
        : what_{what}, messages_{messages}, db_{db}, commits_{db.now().commits} {}
    ~phase() {
        const auto took = std::chrono::duration<double>(steady_clock::now() - start_).count();
        const auto worked = static_cast<double>(std::clock() - cpu_) / CLOCKS_PER_SEC;
        const auto commits = static_cast<double>(db_.now().commits - commits_);
        std::printf("%-32s %9.0f messages/s %6.2f us of processor each %8.0f commits/s %6.1f a commit\n", what_,
                    messages_ / took, worked / messages_ * 1e6, commits / took, messages_ / std::max(1.0, commits));
    }

private:
    const char* what_;
    int messages_;
    const sqlite::database& db_;
    std::uint64_t commits_;
    steady_clock::time_point start_ = steady_clock::now();
    std::clock_t cpu_ = std::clock();
};

}  // namespace

int main(int argc, char** argv) {
    const int messages = argc > 1 ? std::atoi(argv[1]) : 400'000;
    const auto directory = std::filesystem::path{argc > 2 ? argv[2] : "."} / "embedded-bench";
    std::filesystem::remove_all(directory);
    std::filesystem::create_directories(directory);
    {
        loop_thread loops[2];
        auto db = std::move(*sqlite::open({.path = (directory / "shop.db").string()}, {}));
        auto broker =
            std::move(*messaging::make_embedded_broker(*db, {}, base::system_clock(), base::system_ids(), {}));

        {
            const phase p{"publish, 64 await", messages, *db};
            publish_all(loops[0], *broker, messages);
        }
        {
            const phase p{"consume and ack, from the table", messages, *db};
            consume_all(loops[1], *broker, messages);
        }
        {
            const phase p{"both at once", messages, *db};
            auto consumed = std::async(std::launch::async, [&] { consume_all(loops[1], *broker, messages); });
            publish_all(loops[0], *broker, messages);
            consumed.get();
        }
        broker.reset();
        db.reset();
    }
    std::filesystem::remove_all(directory);
}
