// Percent and query decoding on any bytes.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "net/http/message.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    for (const bool plus : {false, true}) {
        const auto decoded = net::http::percent_decode(text, plus);
        if (decoded && (decoded->size() > size || decoded->find('\0') != std::string::npos)) std::abort();
    }
    const auto colon = std::min(text.find(':'), size);
    const auto key = text.substr(0, colon), query = text.substr(std::min(colon + 1, size));
    for (const bool any_case : {false, true}) {
        const auto value = net::http::query_value(query, key, any_case);
        if (value && value->size() > query.size()) std::abort();
    }
    net::http::parse_method(text);
    return 0;
}
