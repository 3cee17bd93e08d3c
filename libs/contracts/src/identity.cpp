#include "contracts/identity.hpp"

#include <openssl/evp.h>

#include <charconv>
#include <memory>
#include <stdexcept>

#include "base/text.hpp"

namespace contracts {
namespace {

struct free_method {
    void operator()(EVP_MD* m) const noexcept { EVP_MD_free(m); }
};
// Fetched once, and while the program starts: a fetch costs more than hashing an order, and a libcrypto that is first used
// on another thread than the main one leaves that thread's error state behind.
const std::unique_ptr<EVP_MD, free_method> sha256_method{EVP_MD_fetch(nullptr, "SHA256", nullptr)};

struct free_context {
    void operator()(EVP_MD_CTX* c) const noexcept { EVP_MD_CTX_free(c); }
};

// One at a time on a thread.
class sha256 {
public:
    sha256() { must(sha256_method && context() && EVP_DigestInit_ex2(context(), sha256_method.get(), nullptr) == 1); }
    void add(std::string_view bytes) { must(EVP_DigestUpdate(context(), bytes.data(), bytes.size()) == 1); }
    fingerprint finish() {
        fingerprint out;
        must(EVP_DigestFinal_ex(context(), out.data(), nullptr) == 1);
        return out;
    }

private:
    // Kept per thread: making a context costs more than hashing an order.
    static EVP_MD_CTX* context() {
        thread_local const std::unique_ptr<EVP_MD_CTX, free_context> mine{EVP_MD_CTX_new()};
        return mine.get();
    }
    static void must(bool done) {
        if (!done) throw std::runtime_error{"OpenSSL can't compute SHA-256"};
    }
};

// The time part of a key that is a lower-case UUIDv7, as our own clients send them.
std::optional<base::uuid> as_lower_case_v7(std::string_view key) {
    const auto id = base::uuid::parse(key);
    if (!id || id->version() != 7 || (id->data()[8] & 0xC0) != 0x80 || id->str() != key) return std::nullopt;
    return id;
}

template <class Line>
fingerprint fingerprint_of_lines(std::span<const Line> lines) {
    sha256 hash;
    for (const auto& line : lines) {
        const auto& product = line.product.str();
        hash.add({product.c_str(), product.size() + 1});  // with the NUL behind it
        char quantity[16];
        char* end = std::to_chars(quantity, quantity + sizeof quantity, line.quantity).ptr;
        *end++ = '\n';
        hash.add({quantity, end});
    }
    return hash.finish();
}

}  // namespace

correlation_id keyed_correlation_id(const user_id& user, std::string_view idempotency_key) {
    std::string text{"contoso-order-v1"};
    const auto size = static_cast<std::uint32_t>(user.str().size());
    for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(size >> shift & 0xFF);
    text += user.str();
    text += idempotency_key;
    sha256 digest;
    digest.add(text);
    const auto hash = digest.finish();

    base::uuid::bytes id;
    std::copy_n(hash.begin(), id.size(), id.begin());
    id[6] = static_cast<std::uint8_t>(0x70 | (id[6] & 0x0F));
    id[8] = static_cast<std::uint8_t>(0x80 | (id[8] & 0x3F));
    if (const auto time = as_lower_case_v7(idempotency_key)) std::copy_n(time->data().begin(), 6, id.begin());
    return base::uuid{id};
}

std::optional<std::int64_t> key_time_ms(std::string_view idempotency_key) {
    const auto id = as_lower_case_v7(idempotency_key);
    if (!id) return std::nullopt;
    return id->unix_ms();
}

bool valid_idempotency_key(std::string_view key) noexcept {
    if (key.empty() || key.size() > 255) return false;
    for (const char c : key)
        if (c < '!' || c > '~') return false;
    return true;
}

fingerprint fingerprint_of(std::span<const order_line> lines) { return fingerprint_of_lines(lines); }
fingerprint fingerprint_of(std::span<const event_item> items) { return fingerprint_of_lines(items); }

std::string to_hex(const fingerprint& f) {
    char text[2 * std::tuple_size_v<fingerprint>];
    return {text, base::write_hex(text, f)};
}

std::optional<fingerprint> read_fingerprint(std::string_view hex) {
    fingerprint out;
    if (hex.size() != 2 * out.size()) return std::nullopt;
    for (std::size_t i = 0; i < out.size(); ++i) {
        const char* at = hex.data() + 2 * i;
        const auto [end, fault] = std::from_chars(at, at + 2, out[i], 16);
        if (fault != std::errc{} || end != at + 2) return std::nullopt;
    }
    return out;
}

}  // namespace contracts
