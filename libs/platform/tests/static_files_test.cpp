#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "accept.hpp"
#include "support/web_fixture.hpp"

using namespace platform_test;
using net::http::response;
using testing::HasSubstr;
namespace fs = std::filesystem;

namespace {

struct StaticFiles : testing::Test {
    fs::path root;
    request_maker requests;
    std::unique_ptr<platform::static_files> files;

    StaticFiles() {
        char name[] = "/tmp/platform-static-XXXXXX";
        root = ::mkdtemp(name);
        write("www/index.html", "<html>page</html>");
        write("www/main-7QK4ZB2A.js", "let plain");
        write("www/main-7QK4ZB2A.js.br", "br");
        write("www/main-7QK4ZB2A.js.gz", "gz");
        write("www/icon.svg", "<svg/>");
        write("www/sub/index.html", "sub");
        write("www/sub/a b.txt", "blank");
        write("www/app.webmanifest", "{}");
        write("www/orphan.js.gz", "orphan");
        write("secret.txt", "outside");
        fs::create_symlink(root / "secret.txt", root / "www/link.txt");
        load("", true);
    }
    ~StaticFiles() override { fs::remove_all(root); }

    void write(const std::string& name, const std::string& text) {
        fs::create_directories((root / name).parent_path());
        std::ofstream{root / name} << text;
    }
    void load(std::string prefix, bool fallback) {
        auto loaded = platform::load_static_files((root / "www").string(), std::move(prefix), fallback);
        ASSERT_TRUE(loaded) << loaded.error().message;
        files = std::move(*loaded);
    }
    std::optional<response> get(std::string path, const headers& fields = {}, std::string verb = "GET") {
        return files->serve(requests.make(std::move(verb), std::move(path), fields));
    }
    std::string body(const std::string& path, const headers& fields = {}) {
        const auto r = get(path, fields);
        return !r ? "none" : r->shared_body ? *r->shared_body : std::to_string(r->status);
    }
};

const headers html{{"Accept", "text/html,application/xhtml+xml,*/*;q=0.8"}};

}  // namespace

TEST_F(StaticFiles, AreServedByName) {
    EXPECT_EQ("<html>page</html>", body("/"));
    EXPECT_EQ("<html>page</html>", body("/index.html"));
    EXPECT_EQ("let plain", body("/main-7QK4ZB2A.js?v=1"));
    EXPECT_EQ("sub", body("/sub/"));
    EXPECT_EQ("blank", body("/sub/a%20b.txt"));
    EXPECT_EQ("none", body("/nothing.js"));
    EXPECT_EQ("orphan", body("/orphan.js.gz"));
    EXPECT_EQ("none", body("/orphan.js"));
    EXPECT_FALSE(get("/index.html", {}, "POST"));
    EXPECT_TRUE(get("/index.html", {}, "HEAD"));
}

TEST_F(StaticFiles, NothingOutsideIsReachable) {
    for (const auto* path : {"/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/sub/../../secret.txt",
                             "//secret.txt", "/link.txt", "/..\\secret.txt", "/%00", "/index.html%00.js", "/%zz",
                             "/./index.html", "/sub//index.html", "/tmp/x.txt"})
        EXPECT_FALSE(get(path)) << path;
}

TEST_F(StaticFiles, CarryTypeCacheAndSecurityHeaders) {
    const auto page = *get("/"), script = *get("/main-7QK4ZB2A.js"), icon = *get("/icon.svg");
    EXPECT_EQ("text/html; charset=utf-8", header_of(page, "Content-Type"));
    EXPECT_EQ("no-cache", header_of(page, "Cache-Control"));
    EXPECT_EQ(
        "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; connect-src 'self' ws: wss:; "
        "frame-ancestors 'none'; base-uri 'none'",
        header_of(page, "Content-Security-Policy"));
    EXPECT_EQ("text/javascript; charset=utf-8", header_of(script, "Content-Type"));
    EXPECT_EQ("public, max-age=31536000, immutable", header_of(script, "Cache-Control"));
    EXPECT_EQ("", header_of(script, "Content-Security-Policy"));
    EXPECT_EQ("image/svg+xml", header_of(icon, "Content-Type"));
    EXPECT_THAT(header_of(icon, "Content-Security-Policy"), HasSubstr("script-src 'self'"));
    EXPECT_EQ("application/manifest+json", header_of(*get("/app.webmanifest"), "Content-Type"));
    for (const auto* r : {&page, &script, &icon}) {
        EXPECT_EQ("nosniff", header_of(*r, "X-Content-Type-Options"));
        EXPECT_EQ("no-referrer", header_of(*r, "Referrer-Policy"));
        EXPECT_EQ("", header_of(*r, "Strict-Transport-Security"));
    }
    auto secure = requests.make("GET", "/");
    secure.secure = true;
    EXPECT_EQ("max-age=31536000", header_of(*files->serve(secure), "Strict-Transport-Security"));
}

TEST_F(StaticFiles, ComeCompressedWhenTheClientLikesThat) {
    const std::string path = "/main-7QK4ZB2A.js";
    struct row {
        const char *accepts, *body, *encoding;
    };
    for (const auto& [accepts, text, encoding] : std::initializer_list<row>{{"", "let plain", ""},
                                                                            {"gzip, deflate, br", "br", "br"},
                                                                            {"gzip", "gz", "gzip"},
                                                                            {"br;q=0, gzip", "gz", "gzip"},
                                                                            {"br;q=0.5, gzip;q=0.9", "gz", "gzip"},
                                                                            {"*", "br", "br"},
                                                                            {"*;q=0", "let plain", ""},
                                                                            {"identity", "let plain", ""},
                                                                            {"GZIP;Q=1", "gz", "gzip"},
                                                                            {"br;q=junk", "let plain", ""}}) {
        const auto r = *get(path, {{"Accept-Encoding", accepts}});
        EXPECT_EQ(text, *r.shared_body) << accepts;
        EXPECT_EQ(encoding, header_of(r, "Content-Encoding")) << accepts;
        EXPECT_EQ("Accept-Encoding", header_of(r, "Vary"));
    }
    EXPECT_EQ("", header_of(*get("/index.html", {{"Accept-Encoding", "br"}}), "Vary"));
}

TEST_F(StaticFiles, AreNotSentAgainWhenKnown) {
    const auto first = *get("/main-7QK4ZB2A.js", {{"Accept-Encoding", "br"}});
    const auto etag = header_of(first, "ETag");
    EXPECT_NE(etag, header_of(*get("/main-7QK4ZB2A.js"), "ETag"));  // another version, another strong tag
    for (const auto& known : {etag, "W/" + etag, "\"x\", " + etag, std::string{"*"}}) {
        const auto r = *get("/main-7QK4ZB2A.js", {{"Accept-Encoding", "br"}, {"If-None-Match", known}});
        EXPECT_EQ(304u, r.status) << known;
        EXPECT_FALSE(r.shared_body);
        EXPECT_EQ(etag, header_of(r, "ETag"));
        EXPECT_EQ("Accept-Encoding", header_of(r, "Vary"));
    }
    EXPECT_EQ(200u, get("/main-7QK4ZB2A.js", {{"If-None-Match", etag}})->status);
}

TEST_F(StaticFiles, UnknownPagesFallBackForNavigationsOnly) {
    EXPECT_EQ("<html>page</html>", body("/orders/17", html));
    EXPECT_EQ("<html>page</html>", body("/apiary", html));
    for (const auto* path : {"/api/orders", "/api", "/hubs/order-status", "/health", "/healthz", "/metrics",
                             "/dev/token", "/missing.js", "/a.b/c"})
        EXPECT_EQ("none", body(path, html)) << path;
    EXPECT_EQ("none", body("/orders/17", {{"Accept", "*/*"}}));
    EXPECT_EQ("none", body("/orders/17", {{"Accept", "text/html;q=0"}}));
    EXPECT_EQ("none", body("/orders/17"));
    load("", false);
    EXPECT_EQ("none", body("/orders/17", html));
}

TEST_F(StaticFiles, APrefixIsCutOff) {
    load("/docs", false);
    EXPECT_EQ("<html>page</html>", body("/docs"));
    EXPECT_EQ("<html>page</html>", body("/docs/"));
    EXPECT_EQ("<svg/>", body("/docs/icon.svg"));
    EXPECT_EQ("none", body("/docsicon.svg"));
    EXPECT_EQ("none", body("/icon.svg"));
    load("/", false);
    EXPECT_EQ("<svg/>", body("/icon.svg"));
}

TEST_F(StaticFiles, OnlyNamesWithAHashAreImmutable) {
    write("www/chunk.0a1b2c3d4e.css", "x");
    for (const auto* name :
         {"favicon-32x32.png", "some-component.js", "photo-20240101.jpg", "a.module-library.js", "plain.js"})
        write(std::string{"www/"} + name, "x");
    load("", false);
    EXPECT_THAT(header_of(*get("/chunk.0a1b2c3d4e.css"), "Cache-Control"), HasSubstr("immutable"));
    for (const auto* name :
         {"/favicon-32x32.png", "/some-component.js", "/photo-20240101.jpg", "/a.module-library.js", "/plain.js"})
        EXPECT_EQ("no-cache", header_of(*get(name), "Cache-Control")) << name;
}

TEST(StaticFolder, ThatIsMissingIsAFault) {
    EXPECT_EQ(base::fault_kind::unavailable, platform::load_static_files("/nonexistent", "", true).error().kind);
}
