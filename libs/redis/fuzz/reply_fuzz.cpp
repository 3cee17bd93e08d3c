// Any bytes, cut where the first byte says: the same replies, the same verdict, and never more memory than allowed.
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "reply_reader.hpp"

namespace {

constexpr std::size_t most = 64 * 1024;

std::size_t weight(const redis::reply& r) {
    std::size_t all = sizeof(redis::reply) + r.text().size();
    for (const auto& item : r.items()) all += weight(item);
    return all;
}

struct reading {
    redis::replies got;
    bool whole = true;
};

reading read(std::string_view bytes, std::size_t piece) {
    redis::reply_reader reader{most};
    reading r;
    for (std::size_t at = 0; at < bytes.size() && r.whole; at += piece)
        r.whole = reader.feed(bytes.substr(at, piece), [&](redis::reply one) {
            if (weight(one) > most) std::abort();
            r.got.push_back(std::move(one));
            return true;
        });
    if (r.whole != reader.failure().empty()) std::abort();
    return r;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view bytes{reinterpret_cast<const char*>(data) + 1, size - 1};
    const auto at_once = read(bytes, bytes.size() + 1);
    const auto in_pieces = read(bytes, 1 + data[0] % 32U);
    if (at_once.got != in_pieces.got || at_once.whole != in_pieces.whole) std::abort();
    return 0;
}
