// Plain calls, what is asked about the connection, what fails, client results, and what happens at connect.
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cctype>
#include <charconv>
#include <chrono>

#include "methods.hpp"

namespace conformance {
namespace {

namespace asio = boost::asio;
using namespace signalr;
using optional_text = std::optional<std::string>;

struct custom_object {
    optional_text Name;
    int Value = 0;
};
SIGNALR_DESCRIBE(custom_object, Name, Value)

struct only_a {
    int A = 1;
};
SIGNALR_DESCRIBE(only_a, A)

class my_hub_exception final : public hub_exception {
public:
    using hub_exception::hub_exception;
    const char* type_name() const noexcept override { return "MyHubException"; }
};

asio::awaitable<void> pause(int milliseconds) {
    asio::steady_timer timer{co_await asio::this_coro::executor, std::chrono::milliseconds{milliseconds}};
    co_await timer.async_wait(asio::use_awaitable);
}

void add_plain(hub& hub) {
    hub.on("Echo", [](optional_text text) { return text; });
    hub.on("Ping", [] {});
    hub.on("VoidTask", []() -> asio::awaitable<void> { co_return; });
    hub.on("NullString", [] { return optional_text{}; });
    hub.on("Add", [](int a, int b) { return a + b; });
    hub.on("Optional", [](std::string a, std::string b) { return a + b; });
    hub.on("renamed", [] { return "renamed ok"; });
    hub.on("WithToken", [](std::string text, std::string) { return text; });
    hub.on("WhoAmI", [] { return "svc"; });
    hub.on("Sleep", [](int milliseconds, std::string answer) -> asio::awaitable<std::string> {
        co_await pause(milliseconds);
        co_return answer;
    });
    hub.on("Abort", [](caller_context& by) { by.abort(); });
    hub.on("Secured", [] { throw unauthorized_error{}; });
}

void add_sending(hub& hub) {
    hub.on("InvokeWithString",
           [](caller_context& by, std::string text) { by.clients().caller().send("Message", text); });
    hub.on("SendAllKinds", [](caller_context& by) {
        by.clients().caller().send("Kinds", 1, "two", 3.5, true, nullptr, std::vector<int>{1, 2}, only_a{});
    });
    hub.on("SendCustomObject",
           [](caller_context& by, custom_object what) { by.clients().caller().send("CustomObject", what); });
}

optional_text cookie(const request_book::entry& request, std::string_view name) {
    const auto found = request.headers.find("cookie");
    if (found == request.headers.end()) return {};
    for (std::string_view rest = found->second; !rest.empty();) {
        const auto end = std::min(rest.find("; "), rest.size());
        const auto pair = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 2, rest.size()));
        if (const auto is = pair.find('='); is != pair.npos && pair.substr(0, is) == name)
            return std::string{pair.substr(is + 1)};
    }
    return {};
}

void add_about_the_connection(hub& hub, request_book& book) {
    const auto request = [&book](caller_context& by) {
        return book.find(by.user().value_or("")).value_or(request_book::entry{});
    };
    const auto header = [request](caller_context& by, std::string name) -> optional_text {
        for (auto& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        const auto r = request(by);
        const auto found = r.headers.find(name);
        if (found == r.headers.end()) return {};
        return found->second;
    };
    hub.on("GetUser", [](caller_context& by) -> optional_text {
        if (request_book::is_name(by.user().value_or(""))) return {};
        return by.user();
    });
    hub.on("GetCallerConnectionId", [](caller_context& by) { return std::string{by.connection_id()}; });
    hub.on("GetActiveTransportName", [request](caller_context& by) { return request(by).transport; });
    hub.on("GetNumRedirects", [request](caller_context& by) {
        const auto text = net::http::query_value(request(by).query, "numRedirects").value_or("");
        int number = 0;
        std::from_chars(text.data(), text.data() + text.size(), number);
        return number;
    });
    hub.on("GetHeader", header);
    hub.on("GetContentTypeHeader", [header](caller_context& by) { return header(by, "content-type"); });
    hub.on("GetCookie", [request](caller_context& by, std::string name) { return cookie(request(by), name); });
}

void add_failing(hub& hub) {
    hub.on("ThrowException", [](std::string text) { throw described_error{"InvalidOperationException", text}; });
    hub.on("ThrowHub", [](std::string text) { throw hub_exception{text}; });
    hub.on("ThrowDerived", [](std::string text) { throw my_hub_exception{text}; });
    hub.on("ThrowAsync", [](std::string text) -> asio::awaitable<void> {
        co_await pause(0);
        throw described_error{"ArgumentException", text};
    });
    hub.on("ThrowInner", [](std::string text) { throw hub_exception{text}; });
}

template <class T>
asio::awaitable<std::string> said(asio::awaitable<T> answer) {
    try {
        const T value = co_await std::move(answer);
        if constexpr (std::is_same_v<T, int>)
            co_return "got " + std::to_string(value);
        else
            co_return "got " + value.value_or("");
    } catch (const hub_exception& e) {
        co_return std::string{e.type_name()} + ": " + e.what();
    }
}

void add_client_results(hub& hub) {
    hub.on("Ask", [](caller_context& by) -> asio::awaitable<std::string> {
        co_return co_await said(by.clients().caller().ask<int>("Ask", 1));
    });
    hub.on("AskString", [](caller_context& by) -> asio::awaitable<std::string> {
        co_return co_await said(by.clients().caller().ask<optional_text>("Ask"));
    });
}

// ?connected=… says what is to happen.
void add_hooks(hub& hub, request_book& book) {
    hub.on_connected([&book](caller_context& by) -> asio::awaitable<void> {
        const auto request = book.find(by.user().value_or(""));
        const auto what = request ? net::http::query_value(request->query, "connected").value_or("") : "";
        if (what == "slow") co_await pause(300);
        if (what == "abort") by.abort();
        if (what == "throw") throw described_error{"InvalidOperationException", "on connected failed"};
        if (what == "throw-hub") throw hub_exception{"hub on connected failed"};
        if (what == "send") by.clients().caller().send("Hello", "from OnConnected");
        if (what == "ask") co_await by.clients().caller().ask<int>("Ask", 1);
    });
    hub.on_disconnected([&book](caller_context& by) -> asio::awaitable<void> {
        book.forget(by.user().value_or(""));
        co_return;
    });
}

}  // namespace

std::string request_book::name(const net::http::request& r) {
    auto token = net::http::query_value(r.query, "id").value_or("");
    if (token.empty()) token = std::to_string(++anonymous_);
    auto name = "connection:" + token;
    if (r.verb != net::http::method::get) return name;
    entry e{std::string{r.query}, "LongPolling", {}};
    if (r.has("Upgrade"))
        e.transport = "WebSockets";
    else if (r.get("Accept").find("text/event-stream") != std::string_view::npos)
        e.transport = "ServerSentEvents";
    for (const auto& [key, value] : r.headers) {
        std::string lower{key};
        for (auto& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        e.headers.emplace(std::move(lower), value);
    }
    const std::scoped_lock lock{guard_};
    if (entries_.size() < most || entries_.contains(name)) entries_.insert_or_assign(name, std::move(e));
    return name;
}

std::optional<request_book::entry> request_book::find(std::string_view name) const {
    const std::scoped_lock lock{guard_};
    const auto found = entries_.find(name);
    if (found == entries_.end()) return std::nullopt;
    return found->second;
}

void request_book::forget(std::string_view name) {
    const std::scoped_lock lock{guard_};
    if (const auto found = entries_.find(name); found != entries_.end()) entries_.erase(found);
}

void add_calls(hub& hub, request_book& book) {
    add_plain(hub);
    add_sending(hub);
    add_about_the_connection(hub, book);
    add_failing(hub);
    add_client_results(hub);
    add_hooks(hub, book);
}

}  // namespace conformance
