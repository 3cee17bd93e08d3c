// Any bytes, cut anywhere, into the server protocol on a connection without a socket. The first byte says how it is cut.
// What is watched besides the sanitizers: the connection always comes to its end, nothing stays in flight, and what is
// answered begins as an answer.
#include <cstdint>
#include <cstdlib>

#include "fake_connection.hpp"
#include "net/http/server.hpp"

namespace {

using namespace net;

class fuzz_handler final : public http::handler {
public:
    std::optional<http::response> answer_now(http::request& r) override {
        for (const auto& h : r.headers)
            if (r.get(h.name).data() == nullptr) std::abort();
        if (r.path.starts_with("/later")) return std::nullopt;
        if (r.path.starts_with("/stream")) {
            http::response answer;
            answer.stream = [](std::unique_ptr<http::body_writer> w) {
                w->write("piece");
                w->finish();
            };
            return answer;
        }
        return http::make_response(200, "text/plain", std::string{r.body});
    }
    boost::asio::awaitable<http::response> handle(http::request r) override {
        co_return http::make_response(201, "text/plain", std::string{r.target});
    }
    http::response refuse(unsigned status, std::string_view why, const http::request& r) override {
        return http::make_response(status, "text/plain", std::string{why} + std::string{r.target});
    }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    testing::fake_loop loop;
    auto stats = std::make_shared<http::server_stats>();
    http::server_limits limits;
    limits.body = 1'000;
    auto c = testing::fake_connection::make(
        loop, http::make_server_protocol(std::make_shared<fuzz_handler>(), limits, stats, loop));
    const std::size_t piece = data[0] == 0 ? size : data[0];
    std::string_view bytes{reinterpret_cast<const char*>(data) + 1, size - 1};
    while (!bytes.empty() && !c->over()) {
        c->feed(bytes.substr(0, piece));
        bytes.remove_prefix(std::min(piece, bytes.size()));
    }
    c->feed_eof();
    c->advance(std::chrono::milliseconds{12'000});
    if (!c->over() || stats->in_flight != 0) std::abort();
    if (!c->sent().empty() && !c->sent().starts_with("HTTP/1.1 ")) std::abort();
    return 0;
}
