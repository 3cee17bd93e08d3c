#include "platform/settings.hpp"

#include <stdexcept>

#include "setting_values.hpp"
#include "text.hpp"

namespace platform {

const settings::entry& settings::find(std::string_view name) const {
    const auto at = entries_.find(to_lower(name));
    if (at == entries_.end()) throw std::logic_error{"no such setting: " + std::string{name}};
    return at->second;
}

bool settings::knows(std::string_view name) const { return entries_.contains(to_lower(name)); }

std::string settings::text(std::string_view name) const {
    const auto& e = find(name);
    if (e.about.what != setting::type::choice) return e.value;
    for (const auto& choice : e.about.choices)  // in the spelling of the table, so that callers may compare
        if (same_text(choice, trimmed(e.value))) return choice;
    return e.value;
}

std::int64_t settings::integer(std::string_view name) const {
    return read_integer(trimmed(find(name).value)).value_or(0);
}

bool settings::boolean(std::string_view name) const { return read_boolean(trimmed(find(name).value)).value_or(false); }

std::chrono::milliseconds settings::duration(std::string_view name) const {
    return read_duration(find(name).value).value_or(std::chrono::milliseconds{0});
}

std::vector<std::string> settings::list(std::string_view name) const { return split(find(name).value, ";,"); }

bool settings::given(std::string_view name) const { return find(name).from != "default"; }

std::string settings::source(std::string_view name) const { return find(name).from; }

std::string settings::print() const {
    std::string out;
    for (const auto& [key, e] : entries_) {
        const bool hide = e.about.secret && !e.value.empty();
        out += e.about.name + " = " + (hide ? "[secret]" : e.value) + "  # " + e.from + '\n';
    }
    return out;
}

}  // namespace platform
