// POST /dev/token, for Development only: whoever asks is whoever they say. Elsewhere it is not mounted, and so a 404.
#pragma once
#include <chrono>
#include <string>

#include "base/clock.hpp"
#include "platform/web.hpp"

namespace order_notification {

struct dev_token_options {
    std::string issuer, audience, secret;  // DevJwt__*
    std::chrono::seconds lifetime{3600};
};

// `time` outlives `on`'s serving.
void mount_dev_token(platform::web& on, dev_token_options options, const base::clock& time);

}  // namespace order_notification
