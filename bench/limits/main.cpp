// Requests per second of server CPU: libs/net against a bare epoll loop that answers the same bytes. The servers run in
// processes of their own, so that what is counted is theirs alone, the kernel's share for their sockets included.
//   contoso_http_limits [seconds per run, 3] [connections, 64] [bare|intake|at-once|coroutine: only that]
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <vector>

#include "servers.hpp"

namespace limits {

const std::string answer_body =
    R"({"id":null,"correlationId":"01977a3c-0000-7000-8000-000000000001","status":"Accepted","createdAt":"2026-01-01T00:00:00.000Z","items":[{"productId":"AZ-700","productName":"AZ-700","imageUrl":"/covers/AZ-700.svg","unitPrice":129.00,"quantity":1}],"total":129.00})";
const std::string answer_head =
    "HTTP/1.1 201 Created\r\nContent-Type: application/json; charset=utf-8\r\n"
    "Location: /api/orders/01977a3c-0000-7000-8000-000000000001\r\n"
    "X-Correlation-Id: 01977a3c-0000-7000-8000-000000000001\r\nContent-Length: " +
    std::to_string(answer_body.size()) + "\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\n\r\n";
const std::string request_bytes = [] {
    const std::string body = R"({"items":[{"productId":"AZ-700","quantity":1}]})";
    return "POST /api/orders HTTP/1.1\r\nHost: localhost:8081\r\nContent-Type: application/json\r\nAuthorization: "
           "Bearer " +
           make_bearer_token() + "\r\nAccept: */*\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           body;
}();

namespace {

void pin(int cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    ::sched_setaffinity(0, sizeof set, &set);
}

double seconds(const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; }

// A server in a process of its own, on the first processor.
struct server_process {
    pid_t id = 0;
    std::uint16_t port = 0;

    explicit server_process(const std::function<void(const announce&)>& serve) {
        int ends[2];
        if (::pipe(ends) != 0) std::abort();
        id = ::fork();
        if (id == 0) {
            pin(0);
            serve([&](std::uint16_t p) {
                if (::write(ends[1], &p, sizeof p) != sizeof p) std::abort();
            });
            std::_Exit(0);
        }
        if (::read(ends[0], &port, sizeof port) != sizeof port) std::abort();
        ::close(ends[0]);
        ::close(ends[1]);
    }
    // Ends it; what it used.
    rusage stop() const {
        ::kill(id, SIGKILL);
        rusage used{};
        ::wait4(id, nullptr, 0, &used);
        return used;
    }
    std::size_t resident_bytes() const {
        std::FILE* f = std::fopen(("/proc/" + std::to_string(id) + "/statm").c_str(), "r");
        unsigned long total = 0, resident = 0;
        if (!f || std::fscanf(f, "%lu %lu", &total, &resident) != 2) std::abort();
        std::fclose(f);
        return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    }
};

// Bytes of the server's memory per connection that has asked once and is idle since.
std::size_t measure_idle(const std::function<void(const announce&)>& serve, std::size_t connections) {
    const server_process server{serve};
    open_idle(server.port, 500);  // what the first ones cost is the process' own
    const auto before = server.resident_bytes();
    open_idle(server.port, connections);
    const auto each = (server.resident_bytes() - before) / connections;
    server.stop();
    return each;
}

// Answers per second of the server's CPU.
double measure(const std::function<void(const announce&)>& serve, const load& what) {
    const server_process server{serve};
    pin(1);
    const auto answers = put_load(server.port, what);
    const auto used = server.stop();
    return static_cast<double>(answers) / (seconds(used.ru_utime) + seconds(used.ru_stime));
}

// One round at one depth. The bare loop comes first and last, and counts by its mean: what the machine does meanwhile changes
// from one run to the next.
void run_round(const load& what, std::string_view only) {
    struct candidate {
        std::string_view name;
        std::function<void(const announce&)> serve;
        double rate = 0;
    };
    std::vector<candidate> all{{"bare", serve_bare},
                               {"at-once", [](const announce& a) { serve_net(a, false); }},
                               {"coroutine", [](const announce& a) { serve_net(a, true); }},
                               {"intake", serve_intake}};
    if (!only.empty()) std::erase_if(all, [&](const candidate& c) { return c.name != only; });
    for (auto& c : all) c.rate = measure(c.serve, what);
    if (all.size() > 1) all[0].rate = (all[0].rate + measure(all[0].serve, what)) / 2;
    for (const auto& c : all)
        std::printf("%2zu in flight, %-9s %9.0f (%.2f)\n", what.depth, c.name.data(), c.rate, c.rate / all[0].rate);
}

}  // namespace
}  // namespace limits

int main(int argc, char** argv) {
    using namespace limits;
    load what;
    if (argc > 1) what.seconds = std::atof(argv[1]);
    if (argc > 2) what.connections = static_cast<std::size_t>(std::atoi(argv[2]));
    const std::string_view only = argc > 3 ? argv[3] : "";
    std::printf("POST -> 201, %zu connections; answers per second of server CPU (share of the bare loop)\n",
                what.connections);
    for (const std::size_t depth : {1U, 16U}) {
        what.depth = depth;
        run_round(what, only);
    }
    if (only.empty())
        std::printf("memory per idle connection: %zu bytes\n",
                    measure_idle([](const announce& a) { serve_net(a, false); }, 8'000));
}
