#pragma once
#include <openssl/types.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

namespace platform {

using digest = std::array<std::uint8_t, 32>;

// HMAC-SHA-256 with one key, prepared once; signing copies the prepared state. Safe from any thread.
class hmac_sha256 {
public:
    explicit hmac_sha256(std::string_view key);
    digest sign(std::string_view text) const;

private:
    struct release {
        void operator()(EVP_MAC_CTX* c) const noexcept;
    };
    std::unique_ptr<EVP_MAC_CTX, release> prepared_;
};

// In time that depends on the size only.
bool same_bytes(std::string_view a, std::string_view b) noexcept;

}  // namespace platform
