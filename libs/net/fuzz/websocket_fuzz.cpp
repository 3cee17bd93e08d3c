// Any bytes, cut anywhere, into the decoder: it must neither read outside nor hand out what it can't stand
// for, and one cut must give what another gives.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "net/websocket/codec.hpp"

using namespace net::websocket;

namespace {

struct result {
    std::string payloads;
    int refused = 0;
};

result decode(std::string_view bytes, role r, std::size_t piece) {
    decoder d{r, 1 << 16, 256};
    result out;
    std::string waiting;
    for (std::size_t at = 0; at < bytes.size() && out.refused == 0; at += piece) {
        waiting += bytes.substr(at, piece);
        std::size_t used = 0;
        while (out.refused == 0) {
            // A copy of its own, so that a read past the end is seen.
            std::string rest = waiting.substr(used);
            const auto step = d.next(rest.data(), rest.size());
            if (!step) {
                out.refused = static_cast<int>(step.error());
            } else if (step->used == 0) {
                break;
            } else {
                if (step->used > rest.size()) std::abort();
                used += step->used;
                if (step->value.op == opcode::close) (void)read_close(step->value.payload);
                out.payloads += static_cast<char>('0' + static_cast<int>(step->value.op));
                out.payloads += step->value.payload;
            }
        }
        waiting.erase(0, used);
    }
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::string_view bytes{reinterpret_cast<const char*>(data) + 2, size - 2};
    const role r = data[0] % 2 == 0 ? role::server : role::client;
    const auto whole = decode(bytes, r, bytes.size() + 1);
    const auto cut = decode(bytes, r, data[1] % 16 + 1U);
    // Pieces differ, and text that turns bad is noticed where its piece ends; without a violation all bytes
    // are the same.
    if (whole.refused == 0 && cut.refused != 0) std::abort();
    if (whole.refused != cut.refused) std::abort();
    return 0;
}
