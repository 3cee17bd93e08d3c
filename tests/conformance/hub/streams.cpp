// Server streams and uploads.
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>

#include "methods.hpp"
#include "values.hpp"

namespace conformance {
namespace {

namespace asio = boost::asio;
using namespace signalr;
using optional_text = std::optional<std::string>;

asio::awaitable<void> pause(std::chrono::milliseconds how_long) {
    asio::steady_timer timer{co_await asio::this_coro::executor, how_long};
    co_await timer.async_wait(asio::use_awaitable);
}

generator<std::string> letters() {
    for (const char* item : {"a", "b", "c"}) co_yield item;
}

generator<int> counter(int count, int delay) {
    for (int i = 0; i < count; ++i) {
        if (delay > 0) co_await pause(std::chrono::milliseconds{delay});
        co_yield i;
    }
}

generator<int> until_cancelled(hub& hub, std::string id) {
    try {
        co_await pause(std::chrono::hours{24});
    } catch (const boost::system::system_error&) {
        hub.clients().client(id).send("StreamCanceled");
    }
}

generator<int> fail_after(int count, std::exception_ptr why) {
    for (int i = 0; i < count; ++i) co_yield i;
    std::rethrow_exception(why);
}

generator<std::optional<nested>> null_and_nested() {
    co_yield std::nullopt;
    co_yield example_of_nested();
}

generator<int> doubled(upload<int> source) {
    while (const auto item = co_await source.next()) co_yield *item * 2;
}

void add_server_streams(hub& hub) {
    hub.on("Stream", letters);
    hub.on("Counter", counter);
    hub.on("EmptyStream", []() -> generator<int> { co_return; });
    hub.on("InfiniteStream",
           [&hub](caller_context& by) { return until_cancelled(hub, std::string{by.connection_id()}); });
    hub.on("StreamThrowException", [](std::string text) -> generator<std::string> {
        throw described_error{"InvalidOperationException", text};
    });
    hub.on("FailAfter", [](int count) {
        return fail_after(count,
                          std::make_exception_ptr(described_error{"InvalidOperationException", "stream failed"}));
    });
    hub.on("HubFailAfter",
           [](int count) { return fail_after(count, std::make_exception_ptr(hub_exception{"hub stream failed"})); });
    hub.on("StreamNull", [] { return generator<int>{}; });
    hub.on("NestedStream", null_and_nested);
}

void add_uploads(hub& hub) {
    hub.on("StreamingConcat", [](upload<optional_text> source) -> asio::awaitable<std::string> {
        std::string text;
        while (const auto item = co_await source.next()) text += item->value_or("");
        co_return text;
    });
    hub.on("UploadTwo", [](int factor, upload<int> a, upload<int> b) -> asio::awaitable<int> {
        int sum = 0;
        while (const auto item = co_await a.next()) sum += *item;
        while (const auto item = co_await b.next()) sum += factor * *item;
        co_return sum;
    });
    hub.on("Doubler", doubled);
    hub.on("UploadCatch", [](upload<int> source) -> asio::awaitable<std::string> {
        try {
            while (co_await source.next()) continue;
        } catch (const hub_exception& e) {
            co_return std::string{e.type_name()} + ": " + e.what();
        }
        co_return "complete";
    });
    hub.on("UploadFirst", [](upload<int> source) -> asio::awaitable<std::string> {
        const auto first = co_await source.next();
        co_return first ? "first " + std::to_string(*first) : "nothing";
    });
    hub.on("UploadSlow", [](int milliseconds, upload<int> source) -> asio::awaitable<std::string> {
        co_await pause(std::chrono::milliseconds{milliseconds});
        int n = 0;
        while (co_await source.next()) ++n;
        co_return "n=" + std::to_string(n);
    });
}

}  // namespace

void add_streams(hub& hub) {
    add_server_streams(hub);
    add_uploads(hub);
}

}  // namespace conformance
