// POST /dev/token: a token for whoever asks. To be mounted in Development only.
#pragma once
#include <string>

#include "base/clock.hpp"
#include "platform/auth.hpp"
#include "platform/web.hpp"

namespace order_notification {

// `like` gives issuer, audience, secret and lifetime. `time` must outlive `on`.
void mount_dev_token(platform::web& on, platform::token_request like, const base::clock& time);

}  // namespace order_notification
