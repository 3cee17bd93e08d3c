#include "tls_channel.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstring>

namespace net {

// The BIO between OpenSSL and our buffers. OpenSSL's own memory BIO would keep a buffer per direction and connection.
struct tls_bio {
    static tls_channel& of(BIO* b) { return *static_cast<tls_channel*>(BIO_get_data(b)); }

    static int read(BIO* b, char* into, int size) {
        BIO_clear_retry_flags(b);
        auto& in = of(b).incoming_;
        if (in.empty()) {
            BIO_set_retry_read(b);
            return -1;
        }
        const auto n = std::min(in.size(), static_cast<std::size_t>(size));
        std::memcpy(into, in.data(), n);
        in.remove_prefix(n);
        return static_cast<int>(n);
    }
    static int write(BIO* b, const char* bytes, int size) {
        of(b).outgoing_.append(bytes, static_cast<std::size_t>(size));
        return size;
    }
    static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

    static const BIO_METHOD* method() {
        static const BIO_METHOD* made = [] {
            BIO_METHOD* m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "bytes");
            BIO_meth_set_read(m, &read);
            BIO_meth_set_write(m, &write);
            BIO_meth_set_ctrl(m, &control);
            BIO_meth_set_create(m, [](BIO* b) {
                BIO_set_init(b, 1);
                return 1;
            });
            return m;
        }();
        return made;
    }
};

namespace {

bool is_address(const std::string& host) {
    in6_addr ignored;
    return inet_pton(AF_INET, host.c_str(), &ignored) == 1 || inet_pton(AF_INET6, host.c_str(), &ignored) == 1;
}

// The certificate must name this host. An address is never sent as server name (RFC 6066 §3).
void expect_host(SSL* ssl, const std::string& host) {
    if (is_address(host)) {
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str());
        return;
    }
    SSL_set_tlsext_host_name(ssl, host.c_str());
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    SSL_set1_host(ssl, host.c_str());
}

}  // namespace

std::unique_ptr<tls_channel> tls_channel::make(std::shared_ptr<tls_context> context, const std::string& host) {
    auto& core = static_cast<tls_context_core&>(*context);
    std::unique_ptr<tls_channel> made{new tls_channel{std::move(context)}};
    made->ssl_.reset(SSL_new(core.get()));
    BIO* bio = made->ssl_ ? BIO_new(tls_bio::method()) : nullptr;
    if (!bio) return nullptr;
    BIO_set_data(bio, made.get());
    SSL_set_bio(made->ssl_.get(), bio, bio);
    if (core.server()) {
        SSL_set_accept_state(made->ssl_.get());
    } else {
        SSL_set_connect_state(made->ssl_.get());
        expect_host(made->ssl_.get(), host);
    }
    return made;
}

tls_channel::~tls_channel() = default;

void tls_channel::fail(const char* doing) {
    state_ = state::failed;
    failure_ = doing;
    if (const auto verdict = SSL_get_verify_result(ssl_.get()); verdict != X509_V_OK) {
        failure_.append(": ").append(X509_verify_cert_error_string(verdict));
    } else if (const auto code = ERR_peek_last_error(); code != 0) {
        char text[160];
        ERR_error_string_n(code, text, sizeof text);
        failure_.append(": ").append(text);
    }
    ERR_clear_error();
}

bool tls_channel::go_on_with_handshake() {
    ERR_clear_error();
    const int done = SSL_do_handshake(ssl_.get());
    if (done == 1) {
        state_ = state::open;
        return true;
    }
    if (SSL_get_error(ssl_.get(), done) != SSL_ERROR_WANT_READ) fail("TLS handshake");
    return false;
}

std::size_t tls_channel::read(char* into, std::size_t size) {
    if (state_ == state::handshaking && !go_on_with_handshake()) return 0;
    if (state_ != state::open || size == 0) return 0;
    ERR_clear_error();
    std::size_t n = 0;
    const int ok = SSL_read_ex(ssl_.get(), into, size, &n);
    if (ok == 1) return n;
    switch (SSL_get_error(ssl_.get(), ok)) {
        case SSL_ERROR_WANT_READ:
        case SSL_ERROR_WANT_WRITE:
            break;
        case SSL_ERROR_ZERO_RETURN:
            state_ = state::closed;
            break;
        default:
            fail("TLS");
    }
    return 0;
}

std::size_t tls_channel::seal(std::string_view plain) {
    // `closed` is the peer's side only; ours may still answer.
    if ((state_ != state::open && state_ != state::closed) || plain.empty()) return 0;
    ERR_clear_error();
    std::size_t n = 0;
    if (SSL_write_ex(ssl_.get(), plain.data(), plain.size(), &n) == 1) return n;
    fail("TLS");
    return 0;
}

void tls_channel::shut() {
    if (state_ != state::open && state_ != state::closed) return;
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
}

}  // namespace net
