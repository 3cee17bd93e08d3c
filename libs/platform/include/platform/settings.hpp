// Settings (contracts §6): flags over environment over JSON file over defaults; one table of known names that also makes
// --help, --check-config, --print-config and the reference page.
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace platform {

struct setting {
    enum class type : unsigned char { text, integer, boolean, duration, list, choice };
    std::string name{};  // "RabbitMQ:QueueName"; compared without letter case, `__` is `:` in the environment
    type what = type::text;
    std::string fallback{};                    // the default, as text
    std::string help{};                        // one sentence
    bool secret = false;                       // printed as [secret]
    std::int64_t least = 0, most = INT64_MAX;  // of an integer; of a duration in milliseconds
    std::vector<std::string> choices{};
    std::vector<std::string> aliases{};  // DOTNET_ENVIRONMENT
};

// Durations: `00:30:00`, `1.02:03:04`, or `5s`, `250ms`, `30m`, `24h`, `7d`, or plain seconds.
// Lists: separated by `;` or `,`; in the environment also one by one: `Cors__Origins__0`.
// Asking for a name that is in no table is a bug (std::logic_error).
class settings {
public:
    std::string text(std::string_view name) const;
    std::int64_t integer(std::string_view name) const;
    bool boolean(std::string_view name) const;
    std::chrono::milliseconds duration(std::string_view name) const;
    std::vector<std::string> list(std::string_view name) const;
    bool given(std::string_view name) const;          // set by file, environment or flag
    std::string source(std::string_view name) const;  // default, file, environment, flag
    bool knows(std::string_view name) const;

    std::string print() const;  // one `Name = value  # source` per line, secrets hidden

    friend struct settings_loader;

private:
    struct entry {
        setting about;
        std::string value, from;
    };
    const entry& find(std::string_view name) const;
    std::map<std::string, entry> entries_;  // by lower-case name
};

struct load_input {
    std::vector<setting> table;                              // a later entry replaces an earlier one of the same name
    std::optional<std::string> file;                         // path of an appsettings.json-style file
    std::vector<std::pair<std::string, std::string>> flags;  // name → value
    std::vector<std::string> environment;                    // NAME=value, as environ has them
};
// Every problem at once, a line each: unknown names inside our own sections (with the nearest known name), bad values.
// What belongs to others (PATH, `Logging` in the file) is left alone. An empty environment variable of anything but a
// text or list counts as not set.
struct loaded {
    settings values;
    std::vector<std::string> problems;
};
loaded load_settings(const load_input& from);

// environ as load_input wants it.
std::vector<std::string> process_environment();

// The settings every program of the house has: Environment, Urls, Jwt:*, DevJwt:*, Cors:*, Shutdown:*, Log:*, Http:* …
std::vector<setting> common_settings();

// The table for people: Markdown for the docs, plain text for --help.
std::string settings_reference(std::span<const setting> table);
std::string settings_help(std::span<const setting> table);

inline constexpr int exit_config = 78;  // EX_CONFIG

}  // namespace platform
