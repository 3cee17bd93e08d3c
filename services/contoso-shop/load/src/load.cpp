#include "load/load.hpp"

#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>
#include <cstdio>
#include <cstdlib>
#include <future>

#include "report.hpp"

namespace load {
namespace {

bool on_terminal(int file) { return ::isatty(file) == 1 && std::getenv("NO_COLOR") == nullptr; }

int unusable(const std::string& why) {
    std::fprintf(stderr, "contoso load: %s\n", why.c_str());
    return exit_unusable;
}

// Runs `make()` on the loop's thread and waits for its end.
template <class Make>
auto run_on(net::loop& on, Make make) {
    using result = typename std::invoke_result_t<Make>::value_type;
    std::promise<result> ended;
    on.post([&] {
        boost::asio::co_spawn(on.context(), make, [&](std::exception_ptr failed, auto... value) {
            if (failed)
                ended.set_exception(failed);
            else
                ended.set_value(std::move(value)...);
        });
    });
    return ended.get_future().get();
}

int run_campaign(const options& o, places at) {
    auto book = journal::open(o.ledger, o.url);
    if (!book) return unusable(book.error().message);
    net::loops loops{1};
    loops.start();
    auto& on = loops.at(0);
    auto c = std::make_unique<campaign>(on, o, std::move(at), std::move(*book));
    auto show = std::make_unique<progress_display>(!o.quiet, on_terminal(STDERR_FILENO), *c);
    run_on(on, [&]() -> boost::asio::awaitable<void> {
        boost::asio::signal_set signals{on.context(), SIGINT, SIGTERM};
        std::function<void()> listen = [&] {
            signals.async_wait([&](boost::system::error_code failed, int) {
                if (failed) return;
                c->hurry();
                listen();
            });
        };
        listen();
        const auto ticking = on.every(std::chrono::milliseconds{100}, [&] { show->tick(); });
        co_await c->run();
    });
    run_on(on, [&]() -> boost::asio::awaitable<void> {
        show.reset();
        co_return;
    });
    int code = exit_unusable;
    if (!c->counts().trouble.empty()) {
        unusable(c->counts().trouble);
    } else {
        const auto v = c->book().judge();
        std::fputs((o.json ? report_json(o, *c, v) : report_text(o, *c, v, on_terminal(STDOUT_FILENO))).c_str(),
                   stdout);
        code = v.kept() ? exit_proven : exit_broken;
    }
    run_on(on, [&]() -> boost::asio::awaitable<void> {
        c.reset();  // its connections end on their own loop
        co_return;
    });
    loops.stop();
    return code;
}

int run_verification(const options& o, const places& at) {
    const auto book = read_journal(o.verify);
    if (!book) return unusable(book.error().message);
    net::loops loops{1};
    loops.start();
    const auto found = run_on(loops.at(0), [&] { return verify(loops.at(0), o, at, *book); });
    loops.stop();
    if (!found) return unusable(found.error().message);
    std::fputs((o.json ? report_json(*found) : report_text(*found, on_terminal(STDOUT_FILENO))).c_str(), stdout);
    return found->kept() ? exit_proven : exit_broken;
}

}  // namespace

int run(const options& o) {
    auto at = read_places(o);
    if (!at) return unusable(at.error().message);
    return o.verify.empty() ? run_campaign(o, std::move(*at)) : run_verification(o, *at);
}

}  // namespace load
