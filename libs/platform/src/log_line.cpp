#include "log_line.hpp"

#include <array>
#include <optional>

#include "base/text.hpp"
#include "text.hpp"

namespace platform {
namespace {

constexpr std::size_t longest_value = 8 * 1024;

// What comes right before a secret inside a text: connection strings, query strings, headers.
constexpr std::array markers{std::string_view{"password="},        std::string_view{"pwd="},
                             std::string_view{"sharedaccesskey="}, std::string_view{"access_token="},
                             std::string_view{"bearer "},          std::string_view{"signingkey="}};
constexpr std::array secret_words{std::string_view{"password"},   std::string_view{"secret"},
                                  std::string_view{"signingkey"}, std::string_view{"authorization"},
                                  std::string_view{"token"},      std::string_view{"connectionstring"},
                                  std::string_view{"cookie"}};

std::size_t find_text(std::string_view text, std::string_view what, std::size_t from) noexcept {
    for (std::size_t i = from; i + what.size() <= text.size(); ++i)
        if (same_text(text.substr(i, what.size()), what)) return i;
    return std::string_view::npos;
}

struct range {
    std::size_t begin, end;
};

// scheme://user:password@host
std::optional<range> find_userinfo(std::string_view text, std::size_t from) noexcept {
    for (auto at = text.find("://", from); at != std::string_view::npos; at = text.find("://", at + 3)) {
        const auto end = text.find_first_of("/ \t\"'?#", at + 3);
        const auto authority = text.substr(at + 3, end == std::string_view::npos ? end : end - at - 3);
        const auto host = authority.rfind('@');
        if (host == std::string_view::npos) continue;
        const auto colon = authority.find(':');
        if (colon < host && colon + 1 < host) return range{at + 3 + colon + 1, at + 3 + host};
    }
    return std::nullopt;
}

std::optional<range> find_secret(std::string_view text, std::size_t from) noexcept {
    auto first = find_userinfo(text, from);
    for (const auto marker : markers) {
        const auto at = find_text(text, marker, from);
        if (at == std::string_view::npos || (first && at + marker.size() > first->begin)) continue;
        const auto begin = at + marker.size();
        const auto end =
            std::min(text.find_first_of(marker == "bearer " ? " \t\"'," : ";&, \t\"'", begin), text.size());
        const bool just_a_word = marker == "bearer " && end - begin < 16;  // prose about bearers of something
        if (end > begin && !just_a_word) first = range{begin, end};
    }
    return first;
}

void append_value(std::string& out, std::string_view name, std::string_view value) {
    value = value.substr(0, longest_value);
    if (is_secret_name(name) && !value.empty())
        base::append_json_string(out, "[secret]");
    else if (holds_secret(value))
        base::append_json_string(out, masked(value));
    else
        base::append_json_string(out, value);
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
    out += ',';
    if (name.starts_with('@'))
        base::append_json_string(out, "@" + std::string{name});  // @t, @l and @m are ours
    else
        base::append_json_string(out, name);
    out += ':';
    append_value(out, name, value);
}

// A field of the line itself, or of an inner link, hides an outer one: a member must not come twice.
bool hidden(std::string_view name, std::initializer_list<base::log_field> fields, const base::log_link* from,
            const base::log_link* until) {
    for (const auto& f : fields)
        if (f.name == name) return true;
    for (; from != until; from = from->outer.get())
        if (from->name == name) return true;
    return false;
}

constexpr std::array level_names{"debug", "info", "warn", "error"};

}  // namespace

bool is_secret_name(std::string_view name) noexcept {
    for (const auto word : secret_words)
        if (find_text(name, word, 0) != std::string_view::npos) return true;
    return false;
}

bool holds_secret(std::string_view text) noexcept {
    if (text.find_first_of("=@ ") == std::string_view::npos) return false;  // ids, numbers, paths
    return find_secret(text, 0).has_value();
}

std::string masked(std::string_view text) {
    std::string out;
    std::size_t at = 0;
    while (const auto found = find_secret(text, at)) {
        out.append(text, at, found->begin - at);
        out += "[secret]";
        at = found->end;
    }
    return out.append(text.substr(at));
}

void append_log_line(std::string& out, base::unix_micros at, base::log_level level, std::string_view message,
                     std::initializer_list<base::log_field> fields, const base::log_link* scope) {
    out += R"({"@t":")";
    base::append_rfc3339(out, at);
    ((out += R"(","@l":")") += level_names[static_cast<std::size_t>(level)]) += R"(","@m":)";
    append_value(out, {}, message);
    for (const auto& f : fields) append_field(out, f.name, f.value);
    for (const auto* link = scope; link; link = link->outer.get())
        if (!hidden(link->name, fields, scope, link)) append_field(out, link->name, link->value);
    out += '}';
}

}  // namespace platform
