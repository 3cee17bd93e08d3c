// Cross-origin requests as the SignalR wire specification §1.8 has them, for the API as well.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "net/http/message.hpp"

namespace platform {

class cors {
public:
    explicit cors(std::vector<std::string> origins) : origins_{std::move(origins)} {}

    // The entry that equals `origin`; null for a foreign one, and when there is none.
    const std::string* allowed(std::string_view origin) const noexcept;
    // 204, with nothing in it for a foreign origin.
    net::http::response preflight(const net::http::request& r) const;

private:
    std::vector<std::string> origins_;
};

// For every answer but a preflight's. `origin` as allowed() gave it; null adds nothing.
void add_cors_headers(net::http::response& to, const std::string* origin);

}  // namespace platform
