#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>

#include "nearest.hpp"
#include "platform/settings.hpp"
#include "setting_values.hpp"
#include "settings_file.hpp"
#include "text.hpp"

extern char** environ;

namespace platform {
namespace {

// A value on its way in: where it came from, in the words that a problem line uses.
struct offer {
    std::string name;  // as a setting's name: A:B
    std::string value;
    std::string shown;  // as its layer spells it: A__B, --A:B
    std::string layer;  // file, environment, flag
    file_value::kind kind = file_value::kind::text;
};

std::string colons(std::string_view name) {  // A__B → A:B
    std::string out;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const bool twice = name[i] == '_' && i + 1 < name.size() && name[i + 1] == '_';
        out += twice ? ':' : name[i];
        i += twice;
    }
    return out;
}

std::string underscores(std::string_view name) {  // A:B → A__B
    std::string out;
    for (const char c : name) (c == ':') ? void(out += "__") : void(out += c);
    return out;
}

std::string_view section_of(std::string_view name) { return name.substr(0, name.find(':')); }
bool sectioned(std::string_view name) { return name.find(':') != std::string_view::npos; }

}  // namespace

struct settings_loader {
    const load_input& from;
    loaded out;
    std::map<std::string, std::string> aliases;                          // lower-case alias → lower-case name
    std::set<std::string> sections;                                      // lower-case first segments
    std::vector<std::string> names;                                      // as the table spells them
    std::map<std::string, std::map<std::int64_t, std::string>> indexed;  // Cors__Origins__0 of the layer at hand

    void prepare() {
        for (const auto& about : from.table) {
            const auto key = to_lower(about.name);
            out.values.entries_[key] = {about, about.fallback, "default"};
            for (const auto& alias : about.aliases) aliases[to_lower(alias)] = key;
            if (sectioned(about.name)) sections.insert(to_lower(section_of(about.name)));
        }
        for (const auto& [key, entry] : out.values.entries_) names.push_back(entry.about.name);
    }

    void problem(std::string line) { out.problems.push_back(std::move(line)); }

    void unknown(const offer& o) {
        const auto near = nearest_name(o.name, names);
        const auto hint = near.empty() ? std::string{} : o.layer == "environment" ? underscores(near) : near;
        problem(o.shown + " (" + o.layer + "): there is no such setting" +
                (hint.empty() ? "" : "; did you mean " + hint + "?"));
    }

    // The entry that `o` is meant for; an alias counts as its setting.
    settings::entry* entry_of(const offer& o) {
        auto key = to_lower(o.name);
        if (const auto alias = aliases.find(key); alias != aliases.end()) key = alias->second;
        const auto at = out.values.entries_.find(key);
        return at == out.values.entries_.end() ? nullptr : &at->second;
    }

    // `Cors:Origins:0`: an item of a list.
    bool take_item(const offer& o) {
        const auto last = o.name.rfind(':');
        if (last == std::string::npos) return false;
        const auto index = read_integer(std::string_view{o.name}.substr(last + 1));
        const auto at = out.values.entries_.find(to_lower(o.name.substr(0, last)));
        if (!index || *index < 0 || at == out.values.entries_.end()) return false;
        if (at->second.about.what != setting::type::list) return false;
        indexed[at->first][*index] = o.value;
        return true;
    }

    bool inside_a_value(const offer& o) {  // RabbitMQ:QueueName:x where QueueName is a value, not a section
        for (auto name = o.name; sectioned(name);) {
            name.erase(name.rfind(':'));
            const auto at = out.values.entries_.find(to_lower(name));
            if (at == out.values.entries_.end()) continue;
            problem(name + " (" + o.layer + "): " + expectation(at->second.about) + " is expected, not a section");
            return true;
        }
        return false;
    }

    void take(settings::entry& e, const offer& o) {
        const bool is_text = e.about.what == setting::type::text || e.about.what == setting::type::list;
        if (o.layer == "environment" && o.value.empty() && !is_text) return;
        if (const auto wrong = type_mismatch(e.about.what, {o.name, o.kind, o.value}); !wrong.empty())
            return problem(o.shown + " (" + o.layer + "): " + expectation(e.about) + " is expected, not " + wrong);
        if (const auto missed = expectation_missed(e.about, o.value); !missed.empty()) {
            const auto shown = e.about.secret ? std::string{"[secret]"} : '"' + o.value + '"';
            return problem(o.shown + " (" + o.layer + "): " + shown + " will not do; " + missed + " is expected");
        }
        e.value = o.value;
        e.from = o.layer;
    }

    // One layer after the other, so that a later one wins; within one, a setting's own name beats its
    // aliases.
    void layer(const std::vector<offer>& offers) {
        std::map<const settings::entry*, const offer*> seen;
        indexed.clear();
        for (const bool aliased : {true, false})
            for (const auto& o : offers) {
                if (aliases.contains(to_lower(o.name)) != aliased) continue;
                auto* e = entry_of(o);
                if (!e) {
                    if (!take_item(o) && !inside_a_value(o)) unknown(o);
                    continue;
                }
                if (const auto [at, fresh] = seen.try_emplace(e, &o); !fresh && !aliased) {
                    const bool was_alias = aliases.contains(to_lower(at->second->name));
                    if (!was_alias && at->second->value != o.value)
                        problem(o.shown + " (" + o.layer + "): given twice, and differently");
                }
                take(*e, o);
            }
        for (const auto& [key, items] : indexed) join_items(key, items, offers.front().layer);
    }

    void join_items(const std::string& key, const std::map<std::int64_t, std::string>& items,
                    const std::string& which) {
        auto& e = out.values.entries_.at(key);
        e.value.clear();
        for (const auto& [index, item] : items) e.value += (e.value.empty() ? "" : ";") + item;
        e.from = which;
    }

    std::vector<offer> file_offers() {
        std::vector<offer> offers;
        if (!from.file) return offers;
        for (auto& v : read_settings_file(*from.file, out.problems)) {
            const bool known_section = sections.contains(to_lower(section_of(v.name)));
            const bool known_name = out.values.entries_.contains(to_lower(v.name));
            if (known_section || known_name || mistyped_section(v.name))
                offers.push_back({v.name, v.value, v.name, "file", v.what});
        }
        return offers;
    }

    // A section that is none of ours is somebody else's, unless it is plainly one of ours with a slip of the
    // pen.
    bool mistyped_section(const std::string& name) {
        const auto section = section_of(name);
        if (!sectioned(name) || section.size() < 4) return false;
        for (const auto& ours : sections)
            if (edit_distance(section, ours) <= 2 &&
                out.values.entries_.contains(ours + to_lower(name.substr(section.size()))))
                return true;
        return false;
    }

    std::vector<offer> environment_offers() {
        std::vector<offer> offers;
        for (const auto& line : from.environment) {
            const auto equals = line.find('=');
            if (equals == std::string::npos || equals == 0) continue;
            const auto shown = line.substr(0, equals);
            const auto name = colons(shown), key = to_lower(name);
            const bool whole = !sectioned(name) && (out.values.entries_.contains(key) || aliases.contains(key));
            const bool in_section = sectioned(name) && sections.contains(to_lower(section_of(name)));
            if (whole || in_section || aliases.contains(key) || mistyped_section(name))
                offers.push_back({name, line.substr(equals + 1), shown, "environment", {}});
        }
        return offers;
    }

    std::vector<offer> flag_offers() {
        std::vector<offer> offers;
        for (const auto& [name, value] : from.flags) offers.push_back({colons(name), value, "--" + name, "flag", {}});
        return offers;
    }

    void run() {
        prepare();
        layer(file_offers());
        layer(environment_offers());
        layer(flag_offers());
    }
};

loaded load_settings(const load_input& from) {
    settings_loader loader{from, {}, {}, {}, {}, {}};
    loader.run();
    return std::move(loader.out);
}

std::vector<std::string> process_environment() {
    std::vector<std::string> out;
    for (char** at = environ; at && *at; ++at) out.emplace_back(*at);
    return out;
}

}  // namespace platform
