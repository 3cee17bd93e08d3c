// The load and proof client: orders over HTTP, listens at the hub, and keeps a ledger that says whether
// anything was lost, doubled, shown to the wrong user, or went backwards. Knows the server only by its
// contract.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace load {

struct options {
    std::string url = "http://localhost:4200";  // order-accept
    std::vector<std::string> hubs;              // order-notification; empty: where `url` is. Tabs are spread over them.

    std::uint64_t orders = 0;  // stop after so many; 0: by time
    double seconds = 0;        // stop after so long; both 0: 10 s
    double rate = 0;           // orders/s, open loop: latency counts from the intended time. 0: flat out
    unsigned users = 50;
    unsigned tabs = 1;          // hub connections per user; 0: nobody listens
    unsigned connections = 64;  // keep-alive HTTP connections
    unsigned window = 4;        // pipelined requests per connection

    bool keyed = true;       // Idempotency-Key, a UUIDv7 per order
    bool retry = false;      // same key again on 503, 429 and lost connections, until answered or give_up
    double give_up = 60;     // seconds after the first try
    double settle = 30;      // seconds to wait for what is still missing after the last order
    std::uint64_t seed = 1;  // of baskets and jitter

    std::string ledger;  // journal to append to, flushed before anything it speaks of is sent
    std::string verify;  // read this journal and ask the server instead of ordering

    std::string token_key, token_issuer, token_audience;  // sign HS256 here; else POST /dev/token
    bool json = false;
    bool quiet = false;  // no progress
};

// The command's options, with their help.
void add_options(CLI::App& command, options& into);

inline constexpr int exit_proven = 0;    // every promise held
inline constexpr int exit_broken = 1;    // the ledger found something, or an answer that nothing explains
inline constexpr int exit_unusable = 2;  // could not start: no server, no token, bad options, unreadable ledger

// Blocks until done. Threads: one of its own for the event loop. SIGINT ends ordering and settles; a second
// one ends at once with the ledger as it stands.
int run(const options& o);

}  // namespace load
