#include "handshake.hpp"

#include <charconv>

#include "json_scanner.hpp"
#include "signalr/json.hpp"

namespace signalr {
namespace {

constexpr std::int32_t newest_version = 2;

struct request_fields {
    std::string protocol;
    std::int32_t version = 0;
};

using malformed = std::unexpected<std::string>;

malformed wrong_type(std::string_view name, std::string_view type) {
    return malformed{"InvalidDataException: Expected '" + std::string{name} + "' to be of type " + std::string{type} +
                     "."};
}

std::expected<std::int32_t, std::string> read_version(const json_value& value) {
    if (value.kind != json_kind::number) return wrong_type("version", "Number");
    std::int32_t version = 0;
    const auto [end, ec] = std::from_chars(value.text.begin(), value.text.end(), version);
    if (ec != std::errc{} || end != value.text.end())
        return malformed{
            "FormatException: Either the JSON value is not in a supported format, or is out of bounds for an "
            "Int32."};
    return version;
}

std::expected<request_fields, std::string> read_fields(std::string_view request) {
    json_scanner scanner{request};
    json_kind kind{};
    if (!scanner.peek(kind)) return malformed{"JsonReaderException: the request is not JSON."};
    if (kind != json_kind::object)
        return malformed{std::string{"InvalidDataException: Unexpected JSON Token Type '"} +
                         (kind == json_kind::array ? "Array" : "value") + "'. Expected a JSON Object."};
    request_fields found;
    bool has_protocol = false, has_version = false;
    json_member member;
    scanner.enter_object();
    while (scanner.next_member(member)) {
        std::string name;
        append_unescaped(name, member.name);
        if (name == "protocol") {
            if (member.value.kind != json_kind::string) return wrong_type(name, "String");
            found.protocol.clear();
            has_protocol = append_unescaped(found.protocol, member.value.text);
        } else if (name == "version") {
            const auto version = read_version(member.value);
            if (!version) return malformed{version.error()};
            found.version = *version, has_version = true;
        }
    }
    if (scanner.what() != json_scanner::trouble::none)
        return malformed{"JsonReaderException: the request is not JSON."};
    for (const auto& [there, name] : {std::pair{has_protocol, "protocol"}, std::pair{has_version, "version"}})
        if (!there)
            return malformed{std::string{"InvalidDataException: Missing required property '"} + name +
                             "'. Message content: " + std::string{request}};
    return found;
}

}  // namespace

std::expected<const hub_protocol*, std::string> read_handshake(std::string_view request, bool detailed_errors,
                                                               const protocol_choice& enabled, std::int32_t* version) {
    const auto fields = read_fields(request);
    if (!fields) {
        std::string text = "An unexpected error occurred during connection handshake.";
        if (detailed_errors) text.append(" ").append(fields.error());
        return malformed{std::move(text)};
    }
    const hub_protocol* const found = find_protocol(fields->protocol, enabled);
    if (!found) return malformed{"The protocol '" + fields->protocol + "' is not supported."};
    if (fields->version > newest_version)
        return malformed{"The server does not support version " + std::to_string(fields->version) + " of the '" +
                         std::string{found->name()} + "' protocol."};
    if (version) *version = fields->version;
    return found;
}

std::string handshake_error(std::string_view error) {
    std::string out = R"({"error":)";
    append_json_string(out, error);
    out += '}';
    out += record_separator;
    return out;
}

}  // namespace signalr
