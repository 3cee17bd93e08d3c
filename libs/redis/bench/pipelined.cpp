// How many commands a second one client carries: redis_pipelined_bench PORT SECONDS. Prints `name commands/s` per line; see
// run.sh, which compares with redis-benchmark.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "redis/client.hpp"

namespace {

using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;

struct load {
    redis::client& on;
    std::size_t callers, per_batch;  // per_batch 0: one command a call
    bool get;
    clock_type::duration time;
};

const std::string value(32, 'x');

void add(redis::batch& b, bool get, std::size_t n) {
    const auto key = "key:" + std::to_string(n % 10'000);
    get ? b.add("GET", key) : b.add("SET", key, value);
}

boost::asio::awaitable<void> call_until(const load& l, clock_type::time_point end, std::size_t& done) {
    while (clock_type::now() < end) {
        redis::batch b;
        for (std::size_t i = 0; i < std::max<std::size_t>(l.per_batch, 1); ++i) add(b, l.get, done + i);
        const auto n = b.size();
        const auto r = co_await l.on.run(std::move(b));
        if (!r) {
            std::fprintf(stderr, "%s\n", r.error().message.c_str());
            std::exit(1);
        }
        done += n;
    }
}

void measure(const char* name, const load& l) {
    boost::asio::io_context callers;
    std::size_t done = 0;
    const auto begin = clock_type::now();
    for (std::size_t i = 0; i < l.callers; ++i)
        boost::asio::co_spawn(callers, call_until(l, begin + l.time, done), boost::asio::detached);
    callers.run();
    const std::chrono::duration<double> took = clock_type::now() - begin;
    std::printf("%s %.0f\n", name, static_cast<double>(done) / took.count());
}

}  // namespace

int main(int count, char** words) {
    if (count != 3) return std::fprintf(stderr, "usage: redis_pipelined_bench PORT SECONDS\n"), 2;
    auto s = redis::parse_settings("127.0.0.1:" + std::string{words[1]});
    if (!s) return std::fprintf(stderr, "%s\n", s.error().message.c_str()), 2;
    const auto time = std::chrono::milliseconds{static_cast<long>(std::atof(words[2]) * 1000)};
    net::loops loops;
    loops.start();
    auto client = redis::make_client(loops.at(0), *s, {});
    boost::asio::io_context here;
    bool up = false;
    boost::asio::co_spawn(
        here, [&]() -> base::task<> { co_return co_await (*client)->ready(); },
        [&](std::exception_ptr, base::result<> r) { up = r.has_value(); });
    here.run();
    if (!up) return std::fprintf(stderr, "no redis-server there\n"), 1;
    measure("SET-50x16", {**client, 50, 16, false, time});
    measure("GET-50x16", {**client, 50, 16, true, time});
    measure("SET-800x1", {**client, 800, 0, false, time});
    measure("GET-800x1", {**client, 800, 0, true, time});
}
