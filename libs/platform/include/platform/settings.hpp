// Settings (contracts §6): flags over environment over JSON file over defaults; one table of known names that also makes
// --help, --check-config and --print-config.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace platform {

struct setting {
    enum class type : unsigned char { text, integer, boolean, duration, list, choice };
    std::string name;           // "RabbitMQ:QueueName"; compared without letter case, `__` is `:` in the environment
    type what = type::text;
    std::string fallback;       // the default, as text
    std::string help;           // one sentence
    bool secret = false;        // printed as [secret]
    std::int64_t least = 0, most = INT64_MAX;  // of an integer
    std::vector<std::string> choices;
    std::vector<std::string> aliases;          // DOTNET_ENVIRONMENT
};

// Durations: `00:30:00`, `1.02:03:04`, or `5s`, `250ms`, `24h`, or plain seconds. Lists: separated by `;` or `,`.
class settings {
public:
    std::string text(std::string_view name) const;
    std::int64_t integer(std::string_view name) const;
    bool boolean(std::string_view name) const;
    std::chrono::milliseconds duration(std::string_view name) const;
    std::vector<std::string> list(std::string_view name) const;
    bool given(std::string_view name) const;   // set by file, environment or flag
    std::string source(std::string_view name) const;  // default, file, environment, flag

    std::string print() const;  // one `Name = value  # source` per line, secrets hidden

    friend struct settings_loader;

private:
    struct entry {
        setting about;
        std::string value, from;
    };
    std::map<std::string, entry> entries_;  // by lower-case name
};

struct load_input {
    std::vector<setting> table;
    std::optional<std::string> file;                  // path of an appsettings.json-style file
    std::vector<std::pair<std::string, std::string>> flags;  // name → value
    std::vector<std::string> environment;             // NAME=value, as environ has them
};
// Every problem at once, a line each: unknown names inside our own sections (with the nearest known name), bad values.
struct loaded {
    settings values;
    std::vector<std::string> problems;
};
loaded load_settings(const load_input& from);

// The settings every program of the house has: Environment, Urls, Jwt:*, DevJwt:*, Cors:*, Shutdown:*, Log:*, Http:* …
std::vector<setting> common_settings();

inline constexpr int exit_config = 78;  // EX_CONFIG

}  // namespace platform
