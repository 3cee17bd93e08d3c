#include "certificates.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include <cstdio>
#include <memory>
#include <stdexcept>

namespace net::testing {
namespace {

using key_ptr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using x509_ptr = std::unique_ptr<X509, decltype(&X509_free)>;

void add_extension(X509* cert, X509* issuer, int kind, const std::string& value) {
    X509V3_CTX ctx;
    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, issuer, cert, nullptr, nullptr, 0);
    X509_EXTENSION* e = X509V3_EXT_conf_nid(nullptr, &ctx, kind, value.c_str());
    if (!e) throw std::runtime_error{"certificate extension"};
    X509_add_ext(cert, e, -1);
    X509_EXTENSION_free(e);
}

x509_ptr make_certificate(const std::string& name, long serial, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key) {
    x509_ptr cert{X509_new(), &X509_free};
    X509_set_version(cert.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(cert.get()), serial);
    X509_gmtime_adj(X509_getm_notBefore(cert.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(cert.get()), 3600);
    X509_set_pubkey(cert.get(), key);
    auto* subject = X509_get_subject_name(cert.get());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(name.c_str()), -1,
                               -1, 0);
    X509* signer = issuer ? issuer : cert.get();
    X509_set_issuer_name(cert.get(), X509_get_subject_name(signer));
    if (issuer) {
        add_extension(cert.get(), signer, NID_subject_alt_name, "DNS:" + name + ",IP:127.0.0.1");
    } else {
        add_extension(cert.get(), signer, NID_basic_constraints, "critical,CA:TRUE");
        add_extension(cert.get(), signer, NID_key_usage, "critical,keyCertSign");
    }
    X509_sign(cert.get(), issuer_key ? issuer_key : key, EVP_sha256());
    return cert;
}

template <class F>
void to_file(const std::string& path, F write) {
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::fopen(path.c_str(), "wb"), &std::fclose};
    if (!file || write(file.get()) != 1) throw std::runtime_error{"cannot write " + path};
}

}  // namespace

certificates::certificates(const std::string& host) {
    std::string pattern = (std::filesystem::temp_directory_path() / "net-tls-XXXXXX").string();
    if (!mkdtemp(pattern.data())) throw std::runtime_error{"no temporary folder"};
    folder_ = pattern;
    const key_ptr ca_key{EVP_EC_gen("P-256"), &EVP_PKEY_free}, server_key{EVP_EC_gen("P-256"), &EVP_PKEY_free};
    const auto ca_cert = make_certificate("Test Authority", 1, ca_key.get(), nullptr, nullptr);
    const auto server_cert = make_certificate(host, 2, server_key.get(), ca_cert.get(), ca_key.get());

    to_file(ca(), [&](std::FILE* f) { return PEM_write_X509(f, ca_cert.get()); });
    to_file(chain(), [&](std::FILE* f) { return PEM_write_X509(f, server_cert.get()); });
    to_file(key(), [&](std::FILE* f) {
        return PEM_write_PrivateKey(f, server_key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
    const std::unique_ptr<PKCS12, decltype(&PKCS12_free)> bundle{
        PKCS12_create(pfx_password, "server", server_key.get(), server_cert.get(), nullptr, 0, 0, 0, 0, 0),
        &PKCS12_free};
    to_file(pfx(), [&](std::FILE* f) { return i2d_PKCS12_fp(f, bundle.get()); });
}

certificates::~certificates() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

}  // namespace net::testing
