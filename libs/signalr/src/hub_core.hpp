// What all connections of a hub share; it lives as long as the last of them.
#pragma once
#include <atomic>

#include "connection_table.hpp"
#include "lifetime_manager.hpp"
#include "method_table.hpp"
#include "signalr/hub.hpp"

namespace signalr {

struct hub_core {
    hub_core(std::string at, hub_options o, authenticator a, base::log_scope l)
        : path{std::move(at)},
          options{o},
          who{std::move(a)},
          log{std::move(l)},
          lifetime{log, options},
          tokens{{o.max_negotiated, o.disconnect_timeout, o.application_max_buffer_size, o.max_early_bytes}} {}

    const base::clock& time() const noexcept { return options.time ? *options.time : base::system_clock(); }
    base::id_source& ids() const noexcept { return options.ids ? *options.ids : base::system_ids(); }

    const std::string path;
    const hub_options options;
    const authenticator who;
    const base::log_scope log;
    method_table methods;
    std::vector<std::shared_ptr<hub_filter>> filters;
    connect_hook connected;
    disconnect_hook disconnected;
    lifetime_manager lifetime;
    connection_table tokens;
    std::atomic<std::int64_t> attached{0};  // from the answered upgrade to the transport's end
    std::atomic<bool> draining{false};
    std::atomic<std::uint64_t> unknown_tokens{0}, resumed{0};
};

}  // namespace signalr
