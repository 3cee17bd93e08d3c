#include "head_fields.hpp"

#include <charconv>

#include "text.hpp"

namespace net::http {
namespace {

constexpr byte_set not_blank{[](unsigned char c) { return c != ' '; }};

std::optional<std::pair<unsigned, unsigned>> read_version(std::string_view text) noexcept {
    if (text.size() != 8 || !text.starts_with("HTTP/") || !digits.has(text[5]) || text[6] != '.' ||
        !digits.has(text[7]))
        return std::nullopt;
    return std::pair{static_cast<unsigned>(text[5] - '0'), static_cast<unsigned>(text[7] - '0')};
}

// By length first: hardly a name has one of these lengths and is not it. Proxy-Connection is no standard, but what sends it
// means it.
known_field recognise(std::string_view name) noexcept {
    const auto is = [&](std::string_view known, known_field which) {
        return same_text(name, known) ? which : known_field::other;
    };
    switch (name.size()) {
        case 4:
            return is("Host", known_field::host);
        case 6:
            return is("Expect", known_field::expect);
        case 10:
            return is("Connection", known_field::connection);
        case 14:
            return is("Content-Length", known_field::content_length);
        case 16:
            return is("Proxy-Connection", known_field::connection);
        case 17:
            return is("Transfer-Encoding", known_field::transfer_encoding);
        default:
            return known_field::other;
    }
}

}  // namespace

std::optional<request_line> read_request_line(std::string_view line) noexcept {
    const auto method = line.substr(0, token_bytes.span(line));
    if (method.empty() || method.size() == line.size() || line[method.size()] != ' ') return std::nullopt;
    line.remove_prefix(method.size() + 1);
    const auto target = line.substr(0, not_blank.span(line));
    if (target.empty() || target.size() == line.size()) return std::nullopt;
    const auto version = read_version(line.substr(target.size() + 1));
    if (!version) return std::nullopt;
    return request_line{method, target, version->first, version->second};
}

std::optional<status_line> read_status_line(std::string_view line) noexcept {
    constexpr std::size_t with_status = 13;  // "HTTP/1.1 200 "
    if (line.size() < with_status || line[8] != ' ' || line[12] != ' ' || !digits.has_all(line.substr(9, 3)))
        return std::nullopt;
    const auto version = read_version(line.substr(0, 8));
    if (!version || version->first != 1 || version->second > 1) return std::nullopt;
    unsigned status = 0;
    for (const char c : line.substr(9, 3)) status = status * 10 + static_cast<unsigned>(c - '0');
    return status_line{status, version->second};
}

std::optional<field> read_field(std::string_view line) noexcept {
    const auto colon = token_bytes.span(line);
    if (colon == 0 || colon == line.size() || line[colon] != ':') return std::nullopt;
    const auto name = line.substr(0, colon);
    return field{name, trimmed(line.substr(colon + 1)), recognise(name)};
}

bool read_connection(std::string_view value, connection_options& into) noexcept {
    bool well = true;
    each_element(value, [&](std::string_view option) {
        into.close = into.close || same_text(option, "close");
        into.keep_alive = into.keep_alive || same_text(option, "keep-alive");
        return well = token_bytes.has_all(option);
    });
    return well;
}

std::optional<std::uint64_t> read_number(std::string_view text) noexcept {
    std::uint64_t n = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (text.empty() || failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return n;
}

}  // namespace net::http
