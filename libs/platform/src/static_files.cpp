#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <unordered_map>

#include "accept.hpp"
#include "platform/web.hpp"
#include "text.hpp"

namespace platform {
namespace {

namespace fs = std::filesystem;
using net::http::method;
using net::http::response;

constexpr std::size_t most_bytes = 64 * 1024 * 1024;

struct version {  // of a file: as it is, or compressed
    net::shared_bytes bytes;
    std::string etag;
};

struct file {
    std::string type;
    version plain, brotli, gzip;
    bool hashed_name = false;
};

std::string content_type(std::string_view extension) {
    struct row {
        std::string_view extension, type;
    };
    constexpr std::array rows{row{".html", "text/html; charset=utf-8"},
                              row{".js", "text/javascript; charset=utf-8"},
                              row{".mjs", "text/javascript; charset=utf-8"},
                              row{".css", "text/css; charset=utf-8"},
                              row{".json", "application/json"},
                              row{".map", "application/json"},
                              row{".svg", "image/svg+xml"},
                              row{".png", "image/png"},
                              row{".jpg", "image/jpeg"},
                              row{".jpeg", "image/jpeg"},
                              row{".webp", "image/webp"},
                              row{".avif", "image/avif"},
                              row{".gif", "image/gif"},
                              row{".ico", "image/x-icon"},
                              row{".woff2", "font/woff2"},
                              row{".woff", "font/woff"},
                              row{".ttf", "font/ttf"},
                              row{".txt", "text/plain; charset=utf-8"},
                              row{".md", "text/plain; charset=utf-8"},
                              row{".yaml", "application/yaml"},
                              row{".yml", "application/yaml"},
                              row{".webmanifest", "application/manifest+json"},
                              row{".xml", "application/xml"},
                              row{".wasm", "application/wasm"},
                              row{".pdf", "application/pdf"}};
    for (const auto& r : rows)
        if (same_text(r.extension, extension)) return std::string{r.type};
    return "application/octet-stream";
}

// main-7QK4ZB2A.js, styles.0a1b2c3d.css: what builds name by content never changes.
bool named_by_hash(std::string_view name) {
    const auto dot = name.rfind('.');
    if (dot == std::string_view::npos) return false;
    const auto stem = name.substr(0, dot);
    const auto mark = stem.find_last_of("-.");
    if (mark == std::string_view::npos) return false;
    const auto hash = stem.substr(mark + 1);
    const auto all = [&](auto good) { return std::all_of(hash.begin(), hash.end(), good); };
    const auto any = [&](auto good) { return std::any_of(hash.begin(), hash.end(), good); };
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
    const auto hex = [](char c) { return c >= 'a' && c <= 'f'; };
    if (hash.size() < 8 || hash.size() > 64) return false;
    return (all([&](char c) { return digit(c) || upper(c); }) && any(upper)) ||
           (all([&](char c) { return digit(c) || hex(c); }) && any(hex) && any(digit));
}

std::string etag_of(std::string_view bytes, std::string_view suffix) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
    EVP_Digest(bytes.data(), bytes.size(), hash.data(), nullptr, EVP_sha256(), nullptr);
    constexpr char digits[] = "0123456789abcdef";
    std::string out = "\"";
    for (std::size_t i = 0; i < 16; ++i) (out += digits[hash[i] >> 4]) += digits[hash[i] & 15];
    return (out += suffix) += '"';
}

class folder final : public static_files {
public:
    folder(std::string prefix, bool fallback) : prefix_{std::move(prefix)}, fallback_{fallback} {}

    base::result<> load(const fs::path& root) try {
        if (!fs::is_directory(root))
            return base::fail(base::fault_kind::unavailable, root.string() + " is no directory");
        std::size_t total = 0;
        for (const auto& entry : fs::recursive_directory_iterator{root}) {
            if (entry.is_symlink() || !entry.is_regular_file()) continue;  // a link could lead outside
            if ((total += entry.file_size()) > most_bytes)
                return base::fail(base::fault_kind::unavailable, root.string() + " holds more than 64 MiB");
            if (!take(entry.path(), fs::relative(entry.path(), root).generic_string()))
                return base::fail(base::fault_kind::unavailable, entry.path().string() + " can't be read");
        }
        std::erase_if(files_, [](const auto& f) { return !f.second.plain.bytes; });  // a sibling without its file
        return {};
    } catch (const fs::filesystem_error& e) {
        return base::fail(base::fault_kind::unavailable, e.what());
    }

    std::optional<response> serve(const net::http::request& r) const override {
        if (r.verb != method::get && r.verb != method::head) return std::nullopt;
        if (!r.path.starts_with(prefix_)) return std::nullopt;
        auto rest = r.path.substr(prefix_.size());
        if (!rest.empty() && rest.front() != '/') return std::nullopt;
        if (!rest.empty()) rest.remove_prefix(1);
        const auto name = net::http::percent_decode(rest);
        if (!name) return std::nullopt;
        const auto* found = find(*name);
        if (!found && page_wanted(r, *name)) found = find("index.html");
        if (!found) return std::nullopt;
        return answer(r, *found);
    }

private:
    // A look-up by name and nothing else: no path of a request ever reaches the file system.
    const file* find(const std::string& name) const {
        auto at = files_.find(name);
        if (at == files_.end() && (name.empty() || name.ends_with('/'))) at = files_.find(name + "index.html");
        return at == files_.end() ? nullptr : &at->second;
    }

    bool page_wanted(const net::http::request& r, std::string_view name) const {
        if (!fallback_ || name.find('.') != std::string_view::npos) return false;
        for (const auto* theirs : {"/api", "/hubs", "/health", "/healthz", "/metrics", "/dev"}) {
            const std::string_view path = theirs;
            if (r.path == path || (r.path.starts_with(path) && r.path[path.size()] == '/')) return false;
        }
        return accepts_html(r.get("Accept"));
    }

    bool take(const fs::path& path, const std::string& name) {
        std::ifstream in{path, std::ios::binary};
        auto bytes =
            std::make_shared<const std::string>(std::istreambuf_iterator<char>{in}, std::istreambuf_iterator<char>{});
        if (!in || bytes->size() != fs::file_size(path)) return false;
        if (name.ends_with(".br")) files_[name.substr(0, name.size() - 3)].brotli = {bytes, etag_of(*bytes, "-br")};
        if (name.ends_with(".gz")) files_[name.substr(0, name.size() - 3)].gzip = {bytes, etag_of(*bytes, "-gz")};
        auto& f = files_[name];
        f.type = content_type(path.extension().string());
        f.hashed_name = named_by_hash(path.filename().string());
        f.plain = {bytes, etag_of(*bytes, "")};
        return true;
    }

    static response answer(const net::http::request& r, const file& f) {
        const auto accepted = accepted_encodings(r.get("Accept-Encoding"));
        const bool compressed = f.brotli.bytes || f.gzip.bytes;
        const version* sent = &f.plain;
        const char* encoding = nullptr;
        double best = 0;
        if (f.brotli.bytes && accepted.brotli > 0) {
            sent = &f.brotli;
            encoding = "br";
            best = accepted.brotli;
        }
        if (f.gzip.bytes && accepted.gzip > best) {
            sent = &f.gzip;
            encoding = "gzip";
        }
        response out;
        out.headers.emplace_back("ETag", sent->etag);
        out.headers.emplace_back("Cache-Control", f.hashed_name ? "public, max-age=31536000, immutable" : "no-cache");
        if (compressed) out.headers.emplace_back("Vary", "Accept-Encoding");
        add_security(out, r, f.type);
        if (names_etag(r.get("If-None-Match"), sent->etag)) {
            out.status = 304;
            return out;
        }
        out.headers.emplace_back("Content-Type", f.type);
        if (encoding) out.headers.emplace_back("Content-Encoding", encoding);
        out.shared_body = sent->bytes;
        return out;
    }

    static void add_security(response& out, const net::http::request& r, std::string_view type) {
        out.headers.emplace_back("X-Content-Type-Options", "nosniff");
        out.headers.emplace_back("Referrer-Policy", "no-referrer");
        out.headers.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
        if (r.secure) out.headers.emplace_back("Strict-Transport-Security", "max-age=31536000");
        if (!type.starts_with("text/html") && !type.starts_with("image/svg")) return;  // what a browser can run
        out.headers.emplace_back("Content-Security-Policy",
                                 "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; "
                                 "connect-src 'self' ws: wss:; frame-ancestors 'none'; base-uri 'none'");
        out.headers.emplace_back("X-Frame-Options", "DENY");
        out.headers.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
        out.headers.emplace_back("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()");
    }

    const std::string prefix_;
    const bool fallback_;
    std::unordered_map<std::string, file> files_;
};

}  // namespace

base::result<std::unique_ptr<static_files>> load_static_files(std::string directory, std::string prefix,
                                                              bool spa_fallback) {
    while (prefix.ends_with('/')) prefix.pop_back();
    auto made = std::make_unique<folder>(std::move(prefix), spa_fallback);
    if (auto loaded = made->load(directory); !loaded) return std::unexpected(loaded.error());
    return made;
}

}  // namespace platform
