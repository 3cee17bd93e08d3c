#include "hmac.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <stdexcept>

namespace platform {

void hmac_sha256::release::operator()(EVP_MAC_CTX* c) const noexcept { EVP_MAC_CTX_free(c); }

hmac_sha256::hmac_sha256(std::string_view key) {
    EVP_MAC* mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    if (!mac) throw std::runtime_error{"OpenSSL has no HMAC"};
    prepared_.reset(EVP_MAC_CTX_new(mac));
    EVP_MAC_free(mac);  // the context keeps it alive
    char name[] = "SHA256";
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
                                 OSSL_PARAM_construct_end()};
    // An empty key is not a null key: null would mean "keep the last one".
    const auto* bytes = reinterpret_cast<const unsigned char*>(key.empty() ? "" : key.data());
    if (!prepared_ || EVP_MAC_init(prepared_.get(), bytes, key.size(), params) != 1)
        throw std::runtime_error{"OpenSSL refuses the HMAC key"};
}

digest hmac_sha256::sign(std::string_view text) const {
    const std::unique_ptr<EVP_MAC_CTX, release> mine{EVP_MAC_CTX_dup(prepared_.get())};
    digest out{};
    std::size_t size = 0;
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    if (!mine || EVP_MAC_update(mine.get(), bytes, text.size()) != 1 ||
        EVP_MAC_final(mine.get(), out.data(), &size, out.size()) != 1 || size != out.size())
        throw std::runtime_error{"OpenSSL could not compute an HMAC"};
    return out;
}

bool same_bytes(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace platform
