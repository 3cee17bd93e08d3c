#include "platform/auth.hpp"

#include <algorithm>
#include <array>

#include "base/id_source.hpp"
#include "base64url.hpp"
#include "claims.hpp"
#include "hmac.hpp"
#include "text.hpp"
#include "token_cache.hpp"

namespace platform {
namespace {

using outcome = std::expected<identity, token_fault>;

struct parts {
    std::string_view signed_text, header, payload, signature;
};

std::optional<parts> take_apart(std::string_view token) {
    const auto first = token.find('.');
    if (first == std::string_view::npos) return std::nullopt;
    const auto second = token.find('.', first + 1);
    if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) return std::nullopt;
    return parts{token.substr(0, second), token.substr(0, first), token.substr(first + 1, second - first - 1),
                 token.substr(second + 1)};
}

base::unix_micros micros(double seconds) { return static_cast<base::unix_micros>(seconds * 1e6); }

class hs256_verifier final : public token_verifier {
public:
    hs256_verifier(jwt_options options, const base::clock& time)
        : time_{time},
          leeway_{std::chrono::microseconds{options.leeway}.count()},
          max_token_{options.max_token},
          cache_{options.cache, base::system_ids().next_u64()} {
        for (auto& k : options.keys)
            keys_.push_back({hmac_sha256{k.secret}, std::move(k.issuer), std::move(k.audience)});
    }

    outcome verify(std::string_view token) override {
        if (token.empty()) return std::unexpected(token_fault::missing);
        if (token.size() > max_token_) return std::unexpected(token_fault::invalid);
        const auto now = time_.now();
        if (auto known = cache_.find(token)) {
            if (now < known->expires + leeway_) return std::move(*known);
            cache_.drop(token);
            return std::unexpected(token_fault::expired);
        }
        auto who = verify_anew(token, now);
        if (who) cache_.keep(token, *who);
        return who;
    }

private:
    struct key {
        hmac_sha256 mac;
        std::string issuer, audience;
    };

    outcome verify_anew(std::string_view token, base::unix_micros now) const {
        const auto p = take_apart(token);
        if (!p) return std::unexpected(token_fault::invalid);
        const auto signature = read_base64url(p->signature);
        if (!signature || signature->size() != sizeof(digest)) return std::unexpected(token_fault::invalid);
        const auto header = read_base64url(p->header);
        if (!header || !header_acceptable(*header)) return std::unexpected(token_fault::invalid);
        auto fault = token_fault::invalid;
        std::optional<claims> said;  // read only after a signature was good
        for (const auto& k : keys_) {
            const auto wanted = k.mac.sign(p->signed_text);
            if (!same_bytes({reinterpret_cast<const char*>(wanted.data()), wanted.size()}, *signature)) continue;
            if (!said) {
                const auto payload = read_base64url(p->payload);
                if (!payload || !(said = read_claims(*payload))) return std::unexpected(token_fault::invalid);
            }
            auto who = judge(k, *said, now);
            if (who) return who;
            if (who.error() != token_fault::invalid) fault = who.error();
        }
        return std::unexpected(fault);
    }

    outcome judge(const key& k, const claims& c, base::unix_micros now) const {
        if (!k.issuer.empty() && c.issuer != k.issuer) return std::unexpected(token_fault::invalid);
        if (!k.audience.empty() && std::find(c.audience.begin(), c.audience.end(), k.audience) == c.audience.end())
            return std::unexpected(token_fault::invalid);
        const auto soon = now + leeway_;
        if (c.not_before && micros(*c.not_before) > soon) return std::unexpected(token_fault::invalid);
        if (c.issued_at && micros(*c.issued_at) > soon) return std::unexpected(token_fault::invalid);
        if (now >= micros(c.expires) + leeway_) return std::unexpected(token_fault::expired);
        if (c.user.empty()) return std::unexpected(token_fault::no_identity);
        return identity{c.user, c.roles, micros(c.expires)};
    }

    const base::clock& time_;
    std::int64_t leeway_;
    std::size_t max_token_;
    std::vector<key> keys_;
    token_cache cache_;
};

}  // namespace

outcome token_verifier::verify_header(std::string_view authorization) {
    constexpr std::string_view scheme = "Bearer ";
    if (!starts_with_text(authorization, scheme)) return std::unexpected(token_fault::missing);
    return verify(trimmed(authorization.substr(scheme.size())));
}

std::unique_ptr<token_verifier> make_verifier(jwt_options options, const base::clock& time) {
    return std::make_unique<hs256_verifier>(std::move(options), time);
}

}  // namespace platform
