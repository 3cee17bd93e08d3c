// Which HTTP request a hub connection came by. The hub's methods see a connection's user and nothing of its request, so the
// authenticator names every anonymous connection by its token and keeps the request here under that name.
#pragma once
#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "net/http/message.hpp"

namespace conformance {

class request_book {
public:
    struct entry {
        std::string query, transport;
        std::map<std::string, std::string, std::less<>> headers;  // lower-case names
    };

    // The name of the connection that this request is about; its GETs are remembered. Any thread.
    std::string name(const net::http::request& r);
    std::optional<entry> find(std::string_view name) const;
    void forget(std::string_view name);
    static bool is_name(std::string_view user) noexcept { return user.starts_with("connection:"); }

private:
    static constexpr std::size_t most = 10'000;  // refused requests leave theirs behind
    mutable std::mutex guard_;
    std::map<std::string, entry, std::less<>> entries_;
    std::atomic<unsigned> anonymous_{0};
};

}  // namespace conformance
