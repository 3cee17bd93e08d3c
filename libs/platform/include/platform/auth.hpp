// Who a request is: JSON Web Tokens (RFC 7519, 8725). A key is bound to one algorithm; header keys are ignored.
#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace platform {

struct identity {
    std::string user;  // contracts §1: sub, else nameidentifier (long URI or short), else oid; empty: no identity claim
    std::vector<std::string> roles;
    base::unix_micros expires = 0;
};

enum class token_fault : unsigned char { missing, invalid, expired, no_identity };

struct jwt_options {
    struct key {
        std::string secret{};              // HS256
        std::string issuer{}, audience{};  // empty: not checked (Development only)
    };
    std::vector<key> keys{};  // a token is good when one of them signed it and its issuer and audience fit
    std::chrono::seconds leeway{30};
    std::size_t max_token = 8 * 1024;
    std::size_t cache = 10'000;  // verified tokens remembered until they expire (keyed by their whole text)
};

// Safe from any thread.
class token_verifier {
public:
    virtual ~token_verifier() = default;
    virtual std::expected<identity, token_fault> verify(std::string_view token) = 0;
    // From an Authorization header's value; `missing` when it is no bearer token.
    std::expected<identity, token_fault> verify_header(std::string_view authorization);
};
std::unique_ptr<token_verifier> make_verifier(jwt_options options, const base::clock& time);

// HS256; for /dev/token, `contoso token` and tests.
struct token_request {
    std::string user{}, issuer{}, audience{}, secret{};
    std::vector<std::string> roles{};
    std::chrono::seconds lifetime{3600};
};
struct made_token {
    std::string text;
    base::unix_micros expires = 0;
};
made_token make_token(const token_request& r, const base::clock& time);

// Names what is wrong with a signing key: empty, short (< 32 bytes), a known placeholder. Empty: it is good.
std::string weakness_of_key(std::string_view secret);

}  // namespace platform
