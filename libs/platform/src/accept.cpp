#include "accept.hpp"

#include <charconv>

#include "text.hpp"

namespace platform {
namespace {

struct choice {
    std::string_view name;
    double quality = 1;
};

choice read_choice(std::string_view item) {
    const auto semicolon = item.find(';');
    choice out{trimmed(item.substr(0, semicolon)), 1};
    while (!item.empty() && item.find(';') != std::string_view::npos) {
        item.remove_prefix(item.find(';') + 1);
        const auto parameter = trimmed(item.substr(0, item.find(';')));
        if (!starts_with_text(parameter, "q=")) continue;
        const auto number = parameter.substr(2);
        const auto [end, ec] =
            std::from_chars(number.data(), number.data() + number.size(), out.quality, std::chars_format::fixed);
        if (ec != std::errc{} || end != number.data() + number.size() || !(out.quality >= 0) || out.quality > 1)
            out.quality = 0;
    }
    return out;
}

}  // namespace

encodings accepted_encodings(std::string_view accept_encoding) {
    double brotli = -1, gzip = -1, rest = 0;
    for (const auto& item : split(accept_encoding, ",")) {
        const auto c = read_choice(item);
        if (same_text(c.name, "br"))
            brotli = c.quality;
        else if (same_text(c.name, "gzip") || same_text(c.name, "x-gzip"))
            gzip = c.quality;
        else if (c.name == "*")
            rest = c.quality;
    }
    return {brotli < 0 ? rest : brotli, gzip < 0 ? rest : gzip};
}

bool accepts_html(std::string_view accept) {
    for (const auto& item : split(accept, ",")) {
        const auto c = read_choice(item);
        if (same_text(c.name, "text/html") && c.quality > 0) return true;
    }
    return false;
}

bool names_etag(std::string_view if_none_match, std::string_view etag) {
    if (trimmed(if_none_match) == "*") return true;
    for (const auto& item : split(if_none_match, ",")) {
        std::string_view tag = item;
        if (tag.starts_with("W/")) tag.remove_prefix(2);
        if (tag == etag) return true;
    }
    return false;
}

}  // namespace platform
