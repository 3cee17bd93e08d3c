// What the two JSON parts of a token say, checked member by member; signatures are not looked at here.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace platform {

// True for `alg` exactly HS256, `typ` absent or a JWT's, no `crit`. Keys that the header offers (jwk, jku,
// x5u, kid) are ignored: the key is ours, not the token's.
bool header_acceptable(std::string_view json);

struct claims {
    double expires = 0;  // seconds
    std::optional<double> not_before, issued_at;
    std::optional<std::string> issuer;
    std::vector<std::string> audience;
    std::string user;  // empty: no identity claim
    std::vector<std::string> roles;
};
// nullopt: no JSON object, a member twice, `exp` missing, or a claim that we use of the wrong type or out of
// bounds.
std::optional<claims> read_claims(std::string_view json);

// 1..64 code points of UTF-8, no white space at either end, no control characters (contracts §1).
bool good_user_id(std::string_view text) noexcept;

}  // namespace platform
