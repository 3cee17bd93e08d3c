// Any bytes as hub messages and as handshakes: nothing is read outside, and what the scanner calls JSON a full parser
// calls JSON as well. What is read can be written and read again, in either protocol.
#include <boost/json/parse.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "handshake.hpp"
#include "hub_protocol.hpp"
#include "json_scanner.hpp"
#include "value_checks.hpp"

using namespace signalr;

namespace {

// Only what stands in front of trailing text is judged, so the parser gets exactly that.
void compare_with_full_parser(std::string_view text) {
    json_scanner scanner{text};
    json_value value;
    if (!scanner.read_value(value)) return;
    if (value.kind != json_kind::array && value.kind != json_kind::object) return;
    boost::system::error_code ec;
    boost::json::parse_options lenient;
    lenient.max_depth = 65;
    lenient.allow_invalid_utf8 = true;
    boost::json::parse(value.text, ec, {}, lenient);
    const bool only_text_inside =
        ec == boost::json::error::expected_utf16_escape || ec == boost::json::error::illegal_leading_surrogate ||
        ec == boost::json::error::illegal_trailing_surrogate || ec == boost::json::error::expected_hex_digit ||
        ec == boost::json::error::exponent_overflow;
    if (ec && !only_text_inside) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text{reinterpret_cast<const char*>(data), size};  // on the heap, so that a read past it is seen
    (void)read_handshake(text, true);
    compare_with_full_parser(text);
    fuzzing::check_transcoding(text);
    fuzzing::check_value(encoding::json, text);

    const hub_protocol& p = json_protocol();
    const std::string framed = text + record_separator;
    for (std::string_view rest = framed; !rest.empty();) {
        const auto length = p.frame_size(rest, 0);
        if (!length || *length == 0) break;
        incoming message;
        if (p.parse(rest.substr(0, *length), message)) fuzzing::check_message(p, message);
        rest.remove_prefix(*length);
    }
    return 0;
}
