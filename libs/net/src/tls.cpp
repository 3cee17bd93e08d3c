#include "net/tls.hpp"

#include <openssl/err.h>
#include <openssl/pkcs12.h>

#include <cstdio>
#include <cstring>

#include "tls_channel.hpp"

namespace net {
namespace {

using ctx_ptr = tls_context_core::ctx_ptr;
using made = base::result<std::shared_ptr<tls_context>>;

std::string last_error() {
    const auto code = ERR_get_error();
    ERR_clear_error();
    char text[160] = "unknown";
    if (code != 0) ERR_error_string_n(code, text, sizeof text);
    return text;
}

std::unexpected<base::fault> unusable(const std::string& what) {
    return base::fail(base::fault_kind::invalid, what + ": " + last_error());
}

void set_common(SSL_CTX* ctx) {
    SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
    SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);  // tickets resume without memory of ours
}

constexpr unsigned char http11[] = "\x08http/1.1";

int choose_protocol(SSL*, const unsigned char** out, unsigned char* size, const unsigned char* offered, unsigned int n,
                    void*) {
    unsigned char* found = nullptr;
    if (SSL_select_next_proto(&found, size, http11, sizeof http11 - 1, offered, n) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_NOACK;  // a client that names others only may still speak HTTP/1.1
    *out = found;
    return SSL_TLSEXT_ERR_OK;
}

struct close_file {
    void operator()(std::FILE* f) const noexcept { std::fclose(f); }
};

base::result<> use_pfx(SSL_CTX* ctx, const tls_server_options& o) {
    std::unique_ptr<std::FILE, close_file> file{std::fopen(o.pfx_path.c_str(), "rb")};
    if (!file) return base::fail(base::fault_kind::invalid, o.pfx_path + ": " + std::strerror(errno));
    PKCS12* pfx = d2i_PKCS12_fp(file.get(), nullptr);
    if (!pfx) return unusable(o.pfx_path);
    EVP_PKEY* key = nullptr;
    X509* certificate = nullptr;
    STACK_OF(X509)* others = nullptr;
    bool ok = PKCS12_parse(pfx, o.pfx_password.c_str(), &key, &certificate, &others) == 1 && key && certificate;
    ok = ok && SSL_CTX_use_cert_and_key(ctx, certificate, key, others, 1) == 1;
    sk_X509_pop_free(others, X509_free);
    X509_free(certificate);
    EVP_PKEY_free(key);
    PKCS12_free(pfx);
    if (!ok) return unusable(o.pfx_path);
    return {};
}

base::result<> use_pem(SSL_CTX* ctx, const tls_server_options& o) {
    if (SSL_CTX_use_certificate_chain_file(ctx, o.certificate_path.c_str()) != 1) return unusable(o.certificate_path);
    if (SSL_CTX_use_PrivateKey_file(ctx, o.key_path.c_str(), SSL_FILETYPE_PEM) != 1) return unusable(o.key_path);
    if (SSL_CTX_check_private_key(ctx) != 1) return unusable(o.key_path + " does not belong to the certificate");
    return {};
}

}  // namespace

made make_tls_server(const tls_server_options& o) {
    ERR_clear_error();
    ctx_ptr ctx{SSL_CTX_new(TLS_server_method())};
    if (!ctx) return unusable("TLS");
    set_common(ctx.get());
    SSL_CTX_set_options(ctx.get(), SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_alpn_select_cb(ctx.get(), &choose_protocol, nullptr);
    if (auto used = o.pfx_path.empty() ? use_pem(ctx.get(), o) : use_pfx(ctx.get(), o); !used)
        return std::unexpected(used.error());
    return std::make_shared<tls_context_core>(std::move(ctx), true, false);
}

made make_tls_client(const tls_client_options& o) {
    ERR_clear_error();
    ctx_ptr ctx{SSL_CTX_new(TLS_client_method())};
    if (!ctx) return unusable("TLS");
    set_common(ctx.get());
    SSL_CTX_set_alpn_protos(ctx.get(), http11, sizeof http11 - 1);
    if (o.verify) {
        SSL_CTX_set_verify(ctx.get(), SSL_VERIFY_PEER, nullptr);
        const int loaded = o.ca_path.empty() ? SSL_CTX_set_default_verify_paths(ctx.get())
                                             : SSL_CTX_load_verify_locations(ctx.get(), o.ca_path.c_str(), nullptr);
        if (loaded != 1) return unusable(o.ca_path.empty() ? "the system's certificates" : o.ca_path);
    }
    return std::make_shared<tls_context_core>(std::move(ctx), false, o.verify);
}

}  // namespace net
