// One side of a TLS connection as a function of bytes: cipher text in, plain text out, and the other way round. No socket.
#pragma once
#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <string_view>

#include "net/tls.hpp"

namespace net {

class tls_context_core final : public tls_context {
public:
    struct free_ctx {
        void operator()(SSL_CTX* c) const noexcept { SSL_CTX_free(c); }
    };
    using ctx_ptr = std::unique_ptr<SSL_CTX, free_ctx>;

    tls_context_core(ctx_ptr ctx, bool server, bool verify) : ctx_{std::move(ctx)}, server_{server}, verify_{verify} {}
    SSL_CTX* get() const noexcept { return ctx_.get(); }
    bool server() const noexcept { return server_; }
    bool verify() const noexcept { return verify_; }

private:
    ctx_ptr ctx_;
    bool server_, verify_;
};

// One thread at a time.
class tls_channel {
public:
    enum class state : unsigned char { handshaking, open, closed /* by the peer, in order */, failed };

    // `host`: the name a client asks for and verifies; not used by a server. Null when OpenSSL has no memory.
    static std::unique_ptr<tls_channel> make(std::shared_ptr<tls_context> context, const std::string& host);
    ~tls_channel();
    tls_channel(const tls_channel&) = delete;
    tls_channel& operator=(const tls_channel&) = delete;

    // Hands in what came; good until read() said 0, which has then taken all of it.
    void feed(std::string_view cipher) noexcept { incoming_ = cipher; }
    // Goes on with the handshake, or decrypts into `into`. 0: nothing more to be had from what was fed.
    std::size_t read(char* into, std::size_t size);
    // Encrypts; how much was taken (all of it, or 0 when the handshake is not done or the channel failed).
    std::size_t seal(std::string_view plain);
    void shut();  // writes close_notify

    std::string& outgoing() noexcept { return outgoing_; }  // cipher text to be sent; the caller empties it
    state now() const noexcept { return state_; }
    const std::string& failure() const noexcept { return failure_; }

private:
    explicit tls_channel(std::shared_ptr<tls_context> context) : context_{std::move(context)} {}
    bool go_on_with_handshake();
    void fail(const char* doing);
    friend struct tls_bio;

    struct free_ssl {
        void operator()(SSL* s) const noexcept { SSL_free(s); }
    };
    std::shared_ptr<tls_context> context_;
    std::unique_ptr<SSL, free_ssl> ssl_;
    std::string_view incoming_;
    std::string outgoing_;
    std::string failure_;
    state state_ = state::handshaking;
};

}  // namespace net
