#include "scan.hpp"

#include <charconv>
#include <cstring>

namespace load::scan {
namespace {

bool blank(char c) noexcept { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

std::size_t string_length(std::string_view text) noexcept {
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '\\')
            ++i;
        else if (text[i] == '"')
            return i + 1;
    }
    return 0;
}

std::size_t nested_length(std::string_view text) noexcept {
    std::size_t depth = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '"') {
            const auto length = string_length(text.substr(i));
            if (length == 0) return 0;
            i += length - 1;
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if ((c == '}' || c == ']') && --depth == 0) {
            return i + 1;
        }
    }
    return 0;
}

std::size_t word_length(std::string_view text) noexcept {
    std::size_t i = 0;
    while (i < text.size() && !blank(text[i]) && text[i] != ',' && text[i] != '}' && text[i] != ']') ++i;
    return i;
}

}  // namespace

std::string_view skip_blank(std::string_view text) noexcept {
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    return text;
}

std::size_t value_length(std::string_view text) noexcept {
    if (text.empty()) return 0;
    switch (text.front()) {
        case '"':
            return string_length(text);
        case '{':
        case '[':
            return nested_length(text);
        default:
            return word_length(text);
    }
}

members::members(std::string_view object) noexcept : rest_{skip_blank(object)} {
    if (!rest_.empty() && rest_.front() == '{')
        rest_.remove_prefix(1);
    else
        rest_ = {};
}

bool members::next(std::string_view& name, std::string_view& value) noexcept {
    rest_ = skip_blank(rest_);
    if (!rest_.empty() && rest_.front() == ',') rest_ = skip_blank(rest_.substr(1));
    if (rest_.empty() || rest_.front() != '"') return false;
    const auto quoted = string_length(rest_);
    if (quoted == 0) return false;
    name = rest_.substr(1, quoted - 2);
    rest_ = skip_blank(rest_.substr(quoted));
    if (rest_.empty() || rest_.front() != ':') return false;
    rest_ = skip_blank(rest_.substr(1));
    const auto length = value_length(rest_);
    if (length == 0) return false;
    value = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return true;
}

elements::elements(std::string_view array) noexcept : rest_{skip_blank(array)} {
    if (!rest_.empty() && rest_.front() == '[')
        rest_.remove_prefix(1);
    else
        rest_ = {};
}

bool elements::next(std::string_view& value) noexcept {
    rest_ = skip_blank(rest_);
    if (!rest_.empty() && rest_.front() == ',') rest_ = skip_blank(rest_.substr(1));
    if (rest_.empty() || rest_.front() == ']') return false;
    const auto length = value_length(rest_);
    if (length == 0) return false;
    value = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return true;
}

std::string_view member(std::string_view object, std::string_view wanted) noexcept {
    members walk{object};
    for (std::string_view name, value; walk.next(name, value);)
        if (name == wanted) return value;
    return {};
}

std::string_view text(std::string_view raw) noexcept {
    return raw.size() >= 2 && raw.front() == '"' ? raw.substr(1, raw.size() - 2) : std::string_view{};
}

std::optional<std::int64_t> integer(std::string_view raw) noexcept {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(raw.data(), raw.data() + raw.size(), value);
    if (error != std::errc{} || end != raw.data() + raw.size()) return std::nullopt;
    return value;
}

}  // namespace load::scan
