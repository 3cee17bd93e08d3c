#include "documents.hpp"

#include <fstream>
#include <sstream>

namespace order_accept {
namespace {

std::optional<std::string> read_file(const std::string& path) {
    std::ifstream in{path, std::ios::binary};
    if (!in) return std::nullopt;
    std::ostringstream out;
    out << in.rdbuf();
    return std::move(out).str();
}

// Small, and the same for everybody: held in memory, asked anew by browsers each time.
base::result<> mount_file(platform::web& on, std::string route, const std::string& path, std::string type) {
    auto text = read_file(path);
    if (!text) return base::fail(base::fault_kind::internal, "cannot read " + path);
    on.on_quick(net::http::method::get, std::move(route), platform::access::open,
                [text = std::move(*text), type = std::move(type)](platform::exchange&) {
                    auto r = net::http::make_response(200, type, text);
                    r.set("Cache-Control", "no-cache");
                    return r;
                });
    return {};
}

}  // namespace

base::result<> mount_documents(platform::web& on, const documents& docs) {
    if (!docs.openapi.empty())
        if (auto done = mount_file(on, "/openapi.yaml", docs.openapi, "application/yaml; charset=utf-8"); !done)
            return done;
    if (docs.page.empty()) return {};
    if (auto done = mount_file(on, "/docs", docs.page + "/index.html", "text/html; charset=utf-8"); !done) return done;
    auto files = platform::load_static_files(docs.page, "/docs", false);
    if (!files) return std::unexpected(std::move(files.error()));
    on.on_other([files = std::shared_ptr<platform::static_files>{std::move(*files)}](platform::exchange& e) {
        return e.request.path.starts_with("/docs/") ? files->serve(e.request) : std::nullopt;
    });
    return {};
}

}  // namespace order_accept
