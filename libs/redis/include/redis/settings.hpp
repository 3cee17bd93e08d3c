// Where Redis is, how to introduce oneself, and every limit of a client or subscriber.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/id_source.hpp"
#include "base/log.hpp"
#include "base/result.hpp"

namespace redis {

using std::chrono::milliseconds;

struct endpoint {
    std::string host;  // name or address, IPv6 without brackets
    std::uint16_t port = 6379;
    friend bool operator==(const endpoint&, const endpoint&) = default;
};

struct settings {
    std::vector<endpoint> endpoints;  // one server, or several names of it (a replica is passed over): tried in turn
    std::string user, password;       // both empty: no AUTH; user empty: AUTH with the password alone
    std::uint32_t database = 0;
    std::string name;            // CLIENT SETNAME, when not empty
    bool abort_connect = false;  // for the application: it may refuse to start when client::ready fails

    bool tls = false;
    std::string tls_host;    // the name that the certificate must have; empty: the endpoint's own. See README
    std::string tls_ca;      // PEM file; empty: the system's authorities
    bool tls_verify = true;  // name and chain

    milliseconds connect_timeout{2'000};    // TCP and TLS; once more for the greeting (AUTH, SELECT …)
    milliseconds command_timeout{5'000};    // a command's deadline unless the caller gives an earlier one
    milliseconds offline_wait{0};           // how long a command may wait for a connection; 0: it fails at once
    milliseconds heartbeat_after{5'000};    // nothing heard for so long: PING
    milliseconds heartbeat_timeout{3'000};  // and no answer for so long: the connection is given up
    milliseconds backoff_first{50};         // a reconnect waits 0 … first·2ⁿ, evenly spread,
    milliseconds backoff_cap{5'000};        // never more than this
    milliseconds stable_after{10'000};      // a connection that lived so long starts the backoff anew
    milliseconds close_timeout{2'000};      // close() waits so long for what is under way

    std::size_t max_commands = 64 * 1024;                // waiting and unanswered; above: refused
    std::size_t max_command_bytes = 32 * 1024 * 1024;    // likewise, of their encoded size
    std::size_t max_reply_bytes = 32 * 1024 * 1024;      // of one reply, in memory; above: the connection is given up
    std::size_t max_channels = 100'000;                  // of one subscriber
    std::size_t max_channel_name = 512;                  // bytes
    std::size_t max_waiting_subscriptions = 128 * 1024;  // subscribe and unsubscribe calls not answered yet
};

// Either form; what is not said keeps its default:
//   host[:port][,host:port…][,password=…][,user=…][,ssl=true][,defaultDatabase=1][,name=…][,abortConnect=false] …
//     as StackExchange.Redis reads it (option names in any letter case; connectTimeout, syncTimeout and asyncTimeout in
//     ms, keepAlive in s; options that mean nothing here are passed over, those that would change the meaning refused).
//     Of our own: sslCaFile, sslVerify.
//   redis://[user[:password]@]host[:port][/database], rediss:// for TLS; percent-encoded.
// Errors are `invalid` and never show a secret.
base::result<settings> parse_settings(std::string_view connection_string);

// What a client takes from its surroundings; the pointers must outlive it.
struct surroundings {
    base::log_scope log;
    const base::clock* clock = &base::system_clock();
    base::id_source* ids = &base::system_ids();  // for the jitter
};

}  // namespace redis
