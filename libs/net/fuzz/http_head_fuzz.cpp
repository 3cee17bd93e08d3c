// Any bytes as a head, read by our tokenizer and by Beast's: they must frame, take, refuse and understand alike. The first
// byte chooses between a request and a response, and how small the limits are.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "head_comparison.hpp"

namespace {

using net::testing::head_comparison;

void expect_none(const std::string& difference) {
    if (difference.empty()) return;
    std::fprintf(stderr, "%s\n", difference.c_str());
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const bool is_request = data[0] % 4 < 2, small = data[0] % 2 == 1;
    // A copy of its own, so that a read past the end is seen.
    const std::string bytes{reinterpret_cast<const char*>(data) + 1, size - 1};
    net::http::server_limits limits;
    if (small) limits.target = 16, limits.header = 200, limits.header_count = 4, limits.body = 100;
    const net::http::head_limits frame{limits.target, limits.header, limits.header_count};
    expect_none(head_comparison::of_frames(bytes, frame));
    net::http::line_ends ends;
    const auto head = net::http::find_head(bytes, frame, ends);
    if (!head || *head == 0) return 0;
    const std::string_view framed = std::string_view{bytes}.substr(0, *head);
    expect_none(is_request ? head_comparison::of_requests(framed, ends, limits)
                           : head_comparison::of_responses(framed, ends, small));
    return 0;
}
