#include <algorithm>

#include "platform/settings.hpp"
#include "setting_values.hpp"
#include "text.hpp"

namespace platform {
namespace {

std::string default_text(const setting& s) {
    if (s.fallback.empty()) return s.what == setting::type::list ? "empty" : "none";
    return s.fallback;
}

std::string allowed(const setting& s) {
    if (s.what == setting::type::choice || s.what == setting::type::integer) return expectation(s);
    return type_name(s.what);
}

std::string environment_name(const std::string& name) {
    std::string out;
    for (const char c : name) (c == ':') ? void(out += "__") : void(out += c);
    return out;
}

std::vector<setting> in_order(std::span<const setting> table) {  // later entries replace earlier ones, as when loading
    std::vector<setting> out;
    for (const auto& s : table) {
        const auto twin =
            std::find_if(out.begin(), out.end(), [&](const auto& o) { return same_text(o.name, s.name); });
        if (twin == out.end())
            out.push_back(s);
        else
            *twin = s;
    }
    std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return to_lower(a.name) < to_lower(b.name); });
    return out;
}

std::string cell(std::string text) {
    for (std::size_t i = 0; (i = text.find('|', i)) != std::string::npos; i += 2) text.insert(i, "\\");
    return text;
}

}  // namespace

std::string settings_reference(std::span<const setting> table) {
    std::string out = "| setting | value | default | |\n| --- | --- | --- | --- |\n";
    for (const auto& s : in_order(table)) {
        out += "| `" + environment_name(s.name) + '`';
        for (const auto& alias : s.aliases) out += ", `" + alias + '`';
        out += " | " + cell(allowed(s)) + (s.secret ? ", secret" : "") + " | ";
        out += (s.fallback.empty() ? default_text(s) : '`' + cell(s.fallback) + '`') + " | " + cell(s.help) + " |\n";
    }
    return out;
}

std::string settings_help(std::span<const setting> table) {
    std::string out;
    for (const auto& s : in_order(table)) {
        out += "  --" + s.name + '=' + type_name(s.what) + "  (" + default_text(s) + ")\n        " + s.help + '\n';
    }
    return out;
}

}  // namespace platform
