// The load of the hub benchmark: one thread, prepared frames, answers counted by their separators. Prints one JSON line.
//   contoso_hub_client SCENARIO --port N --pid SERVER [--connections N] [--depth N] [--seconds S] [--warm-up S] [--token T] [--negotiate]
// Scenarios: echo, void, broadcast, to-user, idle, connect. Figures count between two moments when everything runs already.
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <stdexcept>

#include "messages.hpp"
#include "wire.hpp"

namespace {

using namespace hub_bench;
using clock_type = std::chrono::steady_clock;

struct options {
    std::string scenario;
    target where;
    int pid = 0;
    std::size_t connections = 64, depth = 1;
    double seconds = 3, warm_up = 3;  // a JIT takes its time
};

struct outcome {
    std::uint64_t done = 0;  // answers, deliveries, connects: what the scenario counts
    double wall = 0, server_cpu = 0, client_cpu = 0;
    std::size_t bytes_each = 0;
};

// Between construction and stop().
class stopwatch {
public:
    explicit stopwatch(int pid) : pid_{pid}, cpu_{cpu_of(pid)}, own_{own_cpu()}, from_{clock_type::now()} {}
    double running() const { return std::chrono::duration<double>(clock_type::now() - from_).count(); }
    outcome stop(std::uint64_t done) const {
        return {.done = done, .wall = running(), .server_cpu = cpu_of(pid_) - cpu_, .client_cpu = own_cpu() - own_};
    }

private:
    int pid_;
    double cpu_, own_;
    clock_type::time_point from_;
};

// All connections of a run, waited for together.
class crowd {
public:
    crowd(const options& what, const std::function<std::string(std::size_t)>& name) : poll_{::epoll_create1(0)} {
        for (std::size_t i = 0; i < what.connections; ++i) {
            all_.push_back(open_hub(what.where, name(i)));
            epoll_event event{EPOLLIN, {.u64 = i}};
            ::epoll_ctl(poll_, EPOLL_CTL_ADD, all_.back().get(), &event);
        }
    }
    ~crowd() { ::close(poll_); }
    crowd(const crowd&) = delete;
    crowd& operator=(const crowd&) = delete;

    void send(std::size_t who, std::string_view bytes) const { send_all(all_[who].get(), bytes); }
    void send_to_every(std::string_view bytes) const {
        for (const auto& each : all_) send_all(each.get(), bytes);
    }

    // Waits for something to come; `got(who, messages)` for each connection that has some.
    template <class F>
    void receive(const F& got, int milliseconds = 100) {
        const int n = ::epoll_wait(poll_, events_.data(), static_cast<int>(events_.size()), milliseconds);
        for (int i = 0; i < n; ++i) {
            const auto who = static_cast<std::size_t>(events_[static_cast<std::size_t>(i)].data.u64);
            const auto size = ::recv(all_[who].get(), input_.data(), input_.size(), MSG_DONTWAIT);
            if (size <= 0) throw std::runtime_error{"the server closed a connection"};
            got(who, static_cast<std::uint64_t>(std::count(input_.data(), input_.data() + size, separator)));
        }
    }
    std::size_t size() const noexcept { return all_.size(); }

private:
    int poll_;
    std::vector<socket_handle> all_;
    std::array<epoll_event, 512> events_;
    std::vector<char> input_ = std::vector<char>(256 * 1024);
};

std::string numbered(std::size_t i) { return "u" + std::to_string(i); }

// Runs `round` until it has lasted so long.
template <class F>
void repeat_for(double seconds, const F& round) {
    const auto until =
        clock_type::now() + std::chrono::duration_cast<clock_type::duration>(std::chrono::duration<double>(seconds));
    do round();
    while (clock_type::now() < until);
}

std::string repeated(std::string_view text, std::size_t times) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i) all += text;
    return all;
}

// `depth` calls in flight on each connection: when all are answered, the next.
outcome echo(const options& what) {
    crowd clients{what, numbered};
    const std::string burst = repeated(echo_request(), what.depth);
    std::vector<std::uint64_t> missing(clients.size(), what.depth);
    clients.send_to_every(burst);
    std::uint64_t done = 0;
    const auto round = [&] {
        clients.receive([&](std::size_t who, std::uint64_t messages) {
            done += messages;
            missing[who] -= std::min(missing[who], messages);
            if (missing[who] > 0) return;
            missing[who] = what.depth;
            clients.send(who, burst);
        });
    };
    repeat_for(what.warm_up, round);
    done = 0;
    const stopwatch watch{what.pid};
    repeat_for(what.seconds, round);
    return watch.stop(done);
}

// Calls that nobody answers, in bursts; an echo at each burst's end says that they have been taken.
outcome voids(const options& what) {
    crowd clients{what, numbered};
    const std::string burst = repeated(void_request(), what.depth) + echo_request();
    clients.send_to_every(burst);
    std::uint64_t done = 0;
    const auto round = [&] {
        clients.receive([&](std::size_t who, std::uint64_t) {
            done += what.depth;
            clients.send(who, burst);
        });
    };
    repeat_for(what.warm_up, round);
    done = 0;
    const stopwatch watch{what.pid};
    repeat_for(what.seconds, round);
    return watch.stop(done);
}

// One asks for a broadcast; the next goes out when all have heard.
outcome broadcast(const options& what) {
    crowd clients{what, numbered};
    const std::string request = broadcast_request();
    std::uint64_t done = 0;
    const auto round = [&] {
        clients.send(0, request);
        for (std::uint64_t heard = 0; heard < clients.size();)
            clients.receive([&](std::size_t, std::uint64_t messages) { heard += messages; });
        done += clients.size();
    };
    repeat_for(what.warm_up, round);
    done = 0;
    const stopwatch watch{what.pid};
    repeat_for(what.seconds, round);
    return watch.stop(done);
}

// The first connection sends to one user after the other, `depth` messages on their way at a time.
outcome to_user(const options& what) {
    crowd clients{what, numbered};
    std::size_t next = 0;
    std::uint64_t done = 0;
    const auto round = [&] {
        std::string burst;
        for (std::size_t i = 0; i < what.depth; ++i) {
            next = (next + 7919) % clients.size();
            burst += to_user_request(numbered(next));
        }
        clients.send(0, burst);
        for (std::uint64_t heard = 0; heard < what.depth;)
            clients.receive([&](std::size_t, std::uint64_t messages) { heard += messages; });
        done += what.depth;
    };
    repeat_for(what.warm_up, round);
    done = 0;
    const stopwatch watch{what.pid};
    repeat_for(what.seconds, round);
    return watch.stop(done);
}

// Every client pings once in 15 s, spread evenly, as the official ones do.
outcome idle(const options& what) {
    crowd few{{.where = what.where, .connections = 200}, numbered};  // what the first ones cost is the process' own
    const auto before = resident_of(what.pid);
    crowd clients{what, numbered};
    const std::string hello = ping();
    clients.send_to_every(hello);
    ::usleep(500'000);
    const auto each = (resident_of(what.pid) - before) / clients.size();
    const stopwatch watch{what.pid};
    std::size_t sent = 0;
    while (watch.running() < what.seconds) {
        const auto due = static_cast<std::size_t>(watch.running() / 15 * static_cast<double>(clients.size()));
        for (; sent < due; ++sent) clients.send(sent % clients.size(), hello);
        clients.receive([](std::size_t, std::uint64_t) {}, 50);
    }
    auto seen = watch.stop(clients.size());
    seen.bytes_each = each;
    return seen;
}

// One after the other: connected, hands shaken, gone.
outcome connect(const options& what) {
    std::uint64_t done = 0;
    const auto round = [&] {
        open_hub(what.where, "u");
        ++done;
    };
    repeat_for(what.warm_up, round);
    done = 0;
    const stopwatch watch{what.pid};
    repeat_for(what.seconds, round);
    return watch.stop(done);
}

options read(int argc, char** argv) {
    options o;
    if (argc < 2) throw std::runtime_error{"which scenario?"};
    o.scenario = argv[1];
    for (int i = 2; i < argc; ++i) {
        const std::string_view key = argv[i];
        if (key == "--negotiate") {
            o.where.negotiate = true;
            continue;
        }
        if (++i == argc) throw std::runtime_error{"a value for " + std::string{key} + "?"};
        if (key == "--port") o.where.port = static_cast<std::uint16_t>(std::atoi(argv[i]));
        if (key == "--token") o.where.token = argv[i];
        if (key == "--pid") o.pid = std::atoi(argv[i]);
        if (key == "--connections") o.connections = static_cast<std::size_t>(std::atoi(argv[i]));
        if (key == "--depth") o.depth = static_cast<std::size_t>(std::atoi(argv[i]));
        if (key == "--seconds") o.seconds = std::atof(argv[i]);
        if (key == "--warm-up") o.warm_up = std::atof(argv[i]);
    }
    return o;
}

outcome run(const options& what) {
    if (what.scenario == "echo") return echo(what);
    if (what.scenario == "void") return voids(what);
    if (what.scenario == "broadcast") return broadcast(what);
    if (what.scenario == "to-user") return to_user(what);
    if (what.scenario == "idle") return idle(what);
    if (what.scenario == "connect") return connect(what);
    throw std::runtime_error{"no scenario " + what.scenario};
}

}  // namespace

int main(int argc, char** argv) try {
    const rlimit files{65'536, 65'536};
    ::setrlimit(RLIMIT_NOFILE, &files);
    const auto o = read(argc, argv);
    const auto seen = run(o);
    std::printf(R"({"scenario":"%s","connections":%zu,"depth":%zu,"done":%llu,"wall":%.3f,"server_cpu":%.3f,)"
                R"("client_cpu":%.3f,"bytes_each":%zu})"
                "\n",
                o.scenario.c_str(), o.connections, o.depth, static_cast<unsigned long long>(seen.done), seen.wall,
                seen.server_cpu, seen.client_cpu, seen.bytes_each);
    return 0;
} catch (const std::exception& e) {
    std::fprintf(stderr, "contoso_hub_client: %s\n", e.what());
    return 1;
}
