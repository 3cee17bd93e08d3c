// How much the embedded broker carries: 64 publishers that each await their confirm, then one consumer that acks.
// Usage: embedded_bench [messages] [directory]
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
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

double seconds_since(steady_clock::time_point start) {
    return std::chrono::duration<double>(steady_clock::now() - start).count();
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

void report(const char* what, int messages, steady_clock::time_point start, std::uint64_t commits) {
    const auto took = seconds_since(start);
    std::printf("%-34s %9.0f messages/s  %7.0f commits/s  %5.1f a commit\n", what, messages / took,
                static_cast<double>(commits) / took, messages / std::max(1.0, static_cast<double>(commits)));
}

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

        auto start = steady_clock::now();
        auto before = db->now().commits;
        publish_all(loops[0], *broker, messages);
        report("publish, 64 await", messages, start, db->now().commits - before);

        start = steady_clock::now();
        before = db->now().commits;
        consume_all(loops[1], *broker, messages);
        report("consume and ack, from the table", messages, start, db->now().commits - before);

        start = steady_clock::now();
        before = db->now().commits;
        auto consumed = std::async(std::launch::async, [&] { consume_all(loops[1], *broker, messages); });
        publish_all(loops[0], *broker, messages);
        consumed.get();
        report("both at once", messages, start, db->now().commits - before);
        broker.reset();
        db.reset();
    }
    std::filesystem::remove_all(directory);
}
