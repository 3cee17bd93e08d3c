#include <CLI/CLI.hpp>

#include "load/load.hpp"

namespace load {

void add_options(CLI::App& command, options& into) {
    command.add_option("--url", into.url, "Where orders go")->capture_default_str();
    command.add_option("--hub", into.hubs, "Where the hub is; may be repeated, tabs are spread over them (as --url)");
    command.add_option("--orders", into.orders, "Stop after so many orders");
    command.add_option("--seconds", into.seconds, "Stop after so long (10, unless --orders)")
        ->check(CLI::NonNegativeNumber);
    command
        .add_option("--rate", into.rate,
                    "Orders per second, open loop: latency counts from the intended time; 0: flat out")
        ->check(CLI::NonNegativeNumber);
    command.add_option("--users", into.users, "Users")->capture_default_str()->check(CLI::Range(1u, 100'000u));
    command.add_option("--tabs", into.tabs, "Hub connections per user")
        ->capture_default_str()
        ->check(CLI::Range(0u, 100u));
    command.add_option("--connections", into.connections, "HTTP connections")
        ->capture_default_str()
        ->check(CLI::Range(1u, 10'000u));
    command.add_option("--window", into.window, "Pipelined requests per connection")
        ->capture_default_str()
        ->check(CLI::Range(1u, 1'000u));
    command.add_flag("--keyed,!--no-keyed", into.keyed, "Send an Idempotency-Key with every order (on)");
    command.add_flag("--retry", into.retry, "Send the same key again on 503, 429 and lost connections");
    command.add_option("--give-up", into.give_up, "Seconds after which a retry ends")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    command.add_option("--settle", into.settle, "Seconds to wait for the last notifications")
        ->capture_default_str()
        ->check(CLI::NonNegativeNumber);
    command.add_option("--seed", into.seed, "Of baskets, users and jitter")->capture_default_str();
    command.add_option("--ledger", into.ledger, "Append every intent, 201 and notification to this new file");
    command.add_option("--verify", into.verify, "Order nothing: hold this ledger against what the server has")
        ->check(CLI::ExistingFile);
    command.add_option("--token-key", into.token_key, "Sign HS256 tokens here instead of asking /dev/token");
    command.add_option("--token-issuer", into.token_issuer, "Their iss");
    command.add_option("--token-audience", into.token_audience, "Their aud");
    command.add_flag("--json", into.json, "One JSON object at the end instead of text");
    command.add_flag("--quiet", into.quiet, "No progress");
}

}  // namespace load
